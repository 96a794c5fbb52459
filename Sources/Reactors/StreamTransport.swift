/// What one step of a transport came to.
package enum TransportStep {
    /// Read or written, and how many: at least one.
    case bytes(Int)
    /// `open` or `finish` is done, or a `read` has brought nothing yet.
    case ready
    /// Nothing more until the descriptor is readable.
    case wantRead
    /// Nothing more until the descriptor is writable.
    case wantWrite
    /// The peer will send nothing more, and said so in order.
    case endOfStream
    /// The connection is of no more use.
    case failed(any Error)
}

/// A way to move bytes over a socket: as they are, or through TLS.
///
/// Used by one `Stream`, on its reactor; no call may block. A transport never calls its stream.
package protocol StreamTransport: AnyObject {
    /// The non-blocking socket, to be watched by the reactor.
    var descriptor: Int32 { get }

    /// One step towards being ready for bytes, such as a step of a handshake: `ready`, `wantRead`, `wantWrite`,
    /// `endOfStream` or `failed`. Called again on every event until it is `ready`; not after that.
    func open() -> TransportStep

    /// Reads once into `buffer`, which is never empty. `ready`: what was read carried nothing for the handler, and more
    /// may be there; the stream reads again in its next turn.
    func read(into buffer: UnsafeMutableRawBufferPointer) -> TransportStep

    /// Writes once from `bytes`, which are never empty; may take fewer. After `wantRead` or `wantWrite` the same bytes come
    /// again, perhaps at another address and with more behind them.
    func write(_ bytes: UnsafeRawBufferPointer) -> TransportStep

    /// May a `read` give something although epoll does not say so? A transport that answers true only because of an
    /// incomplete record answers the next `read` with `wantRead`.
    var hasBufferedInput: Bool { get }

    /// One step towards telling the peer that nothing more will be written: `ready`, `wantRead`, `wantWrite` or `failed`.
    func finish() -> TransportStep

    /// Frees everything and closes the descriptor. Called once, last.
    func close()
}
