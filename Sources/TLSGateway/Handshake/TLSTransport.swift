import OpenSSL
import Reactors

/// A connection with TLS: OpenSSL works on the socket itself, and the stream above sees plain bytes.
final class TLSTransport: StreamTransport {
    let descriptor: Int32
    private var socket: Descriptor?
    private var connection: TLSConnection?
    private let record: ConnectionRecord
    /// What only the handshake needs; let go of when it is done, for the sake of idle connections.
    private var router: ServerNameRouter?
    /// Where the server name led, once it led somewhere.
    private(set) var route: ServerNameRoute?
    /// Our own refusal of the ClientHello.
    private(set) var refusal: Refusal?

    /// Takes over an accepted socket; the handshake begins with the first `open`.
    init(
        _ socket: consuming AcceptedSocket,
        context: TLSContext,
        router: ServerNameRouter,
        record: ConnectionRecord
    ) throws(OpenSSLError) {
        descriptor = socket.descriptor
        connection = try TLSConnection(server: context, descriptor: descriptor)
        self.socket = socket.takeDescriptor()
        self.record = record
        self.router = router
    }

    /// The TLS side of the connection; `nil` once it is closed.
    var session: TLSConnection? { connection }

    func open() -> TransportStep {
        guard let connection, let router else { return .ready }
        let outcome = step(connection.handshake { answer($0, router) })
        if case .ready = outcome { self.router = nil }
        return outcome
    }

    private func answer(_ hello: borrowing ClientHello, _ router: ServerNameRouter) -> HelloDecision {
        do throws(Refusal) {
            let (policy, route) = try router.route(hello, noting: record)
            self.route = route
            return .proceed(policy)
        } catch {
            refusal = error
            return .refuse(error.helloAlert)
        }
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> TransportStep {
        connection.map { step($0.read(into: buffer)) } ?? .endOfStream
    }

    func write(_ bytes: UnsafeRawBufferPointer) -> TransportStep {
        connection.map { step($0.write(bytes)) } ?? .endOfStream
    }

    var hasBufferedInput: Bool { connection?.hasPending ?? false }

    func finish() -> TransportStep { connection.map { step($0.shutdown()) } ?? .ready }

    func close() {
        guard connection != nil else { return }
        connection = nil
        socket = nil
        record.closed()
    }

    private func step(_ step: TLSStep) -> TransportStep {
        switch step {
        case .done: .ready
        case .bytes(let count): .bytes(count)
        case .wantRead: .wantRead
        case .wantWrite: .wantWrite
        case .endOfStream: .endOfStream
        case .failed: .failed(connection?.failure ?? .truncated)
        }
    }
}
