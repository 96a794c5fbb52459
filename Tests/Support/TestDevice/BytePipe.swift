/// The two directions of bytes between a test device and a broker: plain TCP here, TLS elsewhere.
///
/// Calls block, at most until the deadline they are given.
package protocol BytePipe: AnyObject {
    /// Sends all bytes.
    func send(_ bytes: [UInt8], by deadline: ContinuousClock.Instant) throws(PipeError)

    /// The next bytes to arrive, at most `limit`; empty once the other end has closed.
    func receive(upTo limit: Int, by deadline: ContinuousClock.Instant) throws(PipeError) -> [UInt8]

    /// Tells the other end that nothing more is sent, and goes on reading.
    func finishSending()

    /// Ends both directions; later calls do nothing.
    func close()
}

/// Why bytes did not move.
package enum PipeError: Error, Hashable, Sendable {
    /// The deadline passed first.
    case deadlinePassed
    /// A system call failed.
    case system(call: String, errno: Int32)
    /// The pipe was closed on this side before.
    case closedHere
    /// Something a pipe of another kind (TLS) has to say.
    case failed(String)
}
