/// What lies above a stream: the gateway's admission, then the broker's connection.
///
/// All calls come on the stream's reactor, from its loop and never from within a call made to the stream. Any call may
/// write, pause, move or close the stream, and may give it another handler.
package protocol StreamHandler: AnyObject {
    /// The transport is ready (for TLS: the handshake is done). Comes first, once.
    func streamOpened(_ stream: Stream)

    /// Input has come: all that was not consumed before, and more behind it. Returns how many bytes it has consumed; the
    /// rest is shown again with more. The bytes are gone when the call returns.
    func stream(_ stream: Stream, received bytes: UnsafeRawBufferPointer) -> Int

    /// The write queue has fallen to the low-water mark after having been above the high one.
    func streamDrained(_ stream: Stream)

    /// The peer will send nothing more, but may still read. The default closes the stream after what is queued.
    func streamEnded(_ stream: Stream)

    /// `stream.deadline` has come. The default closes the stream at once.
    func streamDeadlinePassed(_ stream: Stream)

    /// The reactor drains: the stream should end soon, by its protocol's rules. The default closes it after what is queued.
    func streamShouldEnd(_ stream: Stream)

    /// The stream has ended. Exactly once, the last call; the stream keeps no reference to its handler afterwards.
    func stream(_ stream: Stream, closedBecause reason: StreamCloseReason)
}

extension StreamHandler {
    package func streamDrained(_ stream: Stream) {}

    package func streamEnded(_ stream: Stream) { stream.close() }

    package func streamDeadlinePassed(_ stream: Stream) { stream.close(afterFlush: false, because: .deadlinePassed) }

    package func streamShouldEnd(_ stream: Stream) { stream.close() }
}

/// Why a stream has ended.
package enum StreamCloseReason: Sendable, CustomStringConvertible {
    /// This side closed it, and what was queued has left unless it asked otherwise.
    case closed
    /// This side closed it, but the peer did not take what was queued in time.
    case flushDeadlinePassed(unsentBytes: Int)
    /// The stream's deadline came.
    case deadlinePassed
    /// The handler left more input unconsumed than `maximumBufferedInput`.
    case inputLimitExceeded(buffered: Int, limit: Int)
    /// The peer ended the connection before the transport was ready.
    case endedBeforeOpen
    /// The transport gave up: a reset connection, a failed handshake.
    case transportFailed(any Error)
    /// The reactor stopped before the stream had ended.
    case reactorStopped

    package var description: String {
        switch self {
        case .closed: "closed by this side"
        case .flushDeadlinePassed(let unsent): "the peer did not take the last \(unsent) bytes in time"
        case .deadlinePassed: "its deadline passed"
        case .inputLimitExceeded(let buffered, let limit): "\(buffered) bytes of unconsumed input, \(limit) allowed"
        case .endedBeforeOpen: "the peer left before the connection was ready"
        case .transportFailed(let error): "the transport failed: \(error)"
        case .reactorStopped: "the reactor stopped"
        }
    }
}
