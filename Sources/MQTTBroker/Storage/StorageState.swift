/// Whether the broker's store works.
package enum StorageState: Hashable, Sendable {
    /// There is none, as configured.
    case none
    /// What was committed last is stored.
    case working
    /// Commits fail: what needs the store is refused until one succeeds.
    case failing(StoreError)
}

/// What the store has been given since the broker began.
package struct StorageStatistics: Hashable, Sendable {
    /// Transactions that succeeded.
    package var commits: UInt64 = 0
    /// Transactions that failed.
    package var failures: UInt64 = 0
    /// Changes in transactions that succeeded.
    package var changes: UInt64 = 0
    /// Changes in the last transaction that succeeded.
    package var lastBatch = 0
    /// Changes in the largest transaction that succeeded.
    package var largestBatch = 0
    /// Seconds spent in the store's `commit`.
    package var seconds = 0.0
    /// Bytes that wait to be written.
    package var pendingBytes = 0
    /// Messages, sessions and subscriptions that were refused because the store failed.
    package var refused: UInt64 = 0

    /// Nothing yet.
    package init() {}
}
