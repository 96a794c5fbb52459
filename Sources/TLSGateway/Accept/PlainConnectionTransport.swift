import Reactors

/// A connection without TLS; differs from the reactors' own transport in that its end is recorded.
final class PlainConnectionTransport: StreamTransport {
    private let plain: PlainTransport
    private let record: ConnectionRecord

    init(_ socket: consuming AcceptedSocket, record: ConnectionRecord) {
        plain = PlainTransport(adopting: socket)
        self.record = record
    }

    var descriptor: Int32 { plain.descriptor }

    func open() -> TransportStep { plain.open() }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> TransportStep { plain.read(into: buffer) }

    func write(_ bytes: UnsafeRawBufferPointer) -> TransportStep { plain.write(bytes) }

    var hasBufferedInput: Bool { plain.hasBufferedInput }

    func finish() -> TransportStep { plain.finish() }

    func close() {
        plain.close()
        record.closed()
    }
}
