import OpenSSL
import Reactors

/// A connection with TLS: OpenSSL works on the socket itself, and the stream above sees plain bytes.
final class TLSTransport: StreamTransport {
    let descriptor: Int32
    let session: TLSConnection
    private var socket: Descriptor?
    private let record: ConnectionRecord
    private var negotiation: Negotiation?

    /// What only the handshake needs; apart, so that an idle connection does not carry it.
    private final class Negotiation {
        let router: ServerNameRouter
        var route: ServerNameRoute?
        var refusal: Refusal?

        init(router: ServerNameRouter) { self.router = router }
    }

    /// Takes over an accepted socket; the handshake begins with the first `open`.
    init(
        _ socket: consuming AcceptedSocket,
        context: TLSContext,
        router: ServerNameRouter,
        record: ConnectionRecord
    ) throws(OpenSSLError) {
        descriptor = socket.descriptor
        session = try TLSConnection(server: context, descriptor: descriptor)
        self.socket = socket.takeDescriptor()
        self.record = record
        negotiation = Negotiation(router: router)
    }

    func open() -> TransportStep {
        guard let negotiation else { return .ready }
        return step(session.handshake { answer($0, negotiation) })
    }

    private func answer(_ hello: borrowing ClientHello, _ negotiation: Negotiation) -> HelloDecision {
        do throws(Refusal) {
            let (policy, route) = try negotiation.router.route(hello, noting: record)
            negotiation.route = route
            return .proceed(policy)
        } catch {
            negotiation.refusal = error
            return .refuse(error.helloAlert)
        }
    }

    /// Our own refusal of the ClientHello, as long as the handshake is not settled.
    var refusal: Refusal? { negotiation?.refusal }

    /// Where the server name led, as long as the handshake is not settled.
    var route: ServerNameRoute? { negotiation?.route }

    /// Ends the handshake's part and gives where its server name led.
    func settleHandshake() -> ServerNameRoute? {
        defer { negotiation = nil }
        return negotiation?.route
    }

    func read(into buffer: UnsafeMutableRawBufferPointer) -> TransportStep { step(session.read(into: buffer)) }

    func write(_ bytes: UnsafeRawBufferPointer) -> TransportStep { step(session.write(bytes)) }

    var hasBufferedInput: Bool { session.hasPending }

    func finish() -> TransportStep { step(session.shutdown()) }

    /// Closes the socket. OpenSSL's side of the connection goes with this object and does not touch the socket again.
    func close() {
        guard socket != nil else { return }
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
        case .failed: .failed(session.failure ?? .truncated)
        }
    }
}
