/// The outcome of one non-blocking step on a TLS connection. Small and without references: it is returned for every
/// read and write.
package enum TLSStep: Sendable, Hashable {
    /// The handshake, or our half of the closing, is complete.
    case done
    /// So many bytes were read or written, at least one.
    case bytes(Int)
    /// Try again when the socket is readable.
    case wantRead
    /// Try again when the socket is writable; for a write with the same bytes, or more after them.
    case wantWrite
    /// The peer closed its half in order (close_notify).
    case endOfStream
    /// The connection is broken: see ``TLSConnection/failure``.
    case failed
}
