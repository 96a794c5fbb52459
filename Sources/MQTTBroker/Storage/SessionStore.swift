/// Where sessions, their messages and retained messages outlive the process.
///
/// The broker decides what is stored and when; a store keeps records and knows nothing of MQTT. Both calls block. `load`
/// is called once, before anything else and before any client is served; `commit` is called from one thread, the writer's
/// own, one batch after the other.
package protocol SessionStore: Sendable {
    /// Gives every stored record to `receive`, in the order of `StoredRecord`'s cases; deliveries of one session in the
    /// order of their sequence numbers.
    ///
    /// Records that refer to nothing (a delivery without its session, a message nobody refers to) are given like the
    /// others: the broker passes them by and has them removed.
    ///
    /// - Throws: `.damaged` where the file cannot be trusted, `.failed` where it cannot be read, and what `receive` throws.
    func load(into receive: (StoredRecord) throws(StoreError) -> Void) throws(StoreError)

    /// Applies a batch in one transaction: when it returns, the batch survives `kill -9` and the loss of power; when it
    /// throws, nothing of the batch is stored.
    func commit(_ batch: StoreBatch) throws(StoreError)
}
