import Glibc

@testable import OpenSSL

/// A client and a server connection over a socketpair, both driven by the test's own thread.
final class TLSPair {
    let server: TLSConnection
    let client: TLSConnection
    private let descriptors: [Int32]
    private var clientIsOpen = true

    /// Longer than any handshake takes; a pair that needs more is stuck.
    private static let maximumSteps = 200

    init(server: TLSContext, client: TLSContext, serverName: String? = nil, session: TLSSession? = nil) throws {
        var pair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &pair) == 0 else {
            throw TLSFailure.transport(errno: errno)
        }
        descriptors = pair
        self.server = try TLSConnection(server: server, descriptor: pair[0])
        self.client = try TLSConnection(
            client: client,
            descriptor: pair[1],
            serverName: serverName,
            session: session
        )
    }

    deinit {
        close(descriptors[0])
        if clientIsOpen { close(descriptors[1]) }
    }

    /// The client's host is gone.
    func closeClientSocket() {
        close(descriptors[1])
        clientIsOpen = false
    }

    /// Somebody on the way adds bytes.
    func injectToServer(_ bytes: [UInt8]) {
        _ = Glibc.write(descriptors[1], bytes, bytes.count)
    }

    /// Runs both handshakes to their ends, and lets the client read what the server sent after its own.
    ///
    /// - Returns: How the server's and the client's ended: `done` or `failed`.
    @discardableResult
    func handshake(_ decide: (borrowing ClientHello) -> HelloDecision) -> (server: TLSStep, client: TLSStep) {
        var serverStep = TLSStep.wantRead
        var clientStep = TLSStep.wantRead
        for _ in 0..<TLSPair.maximumSteps {
            if clientStep != .done && clientStep != .failed { clientStep = client.handshake() }
            if serverStep != .done && serverStep != .failed { serverStep = server.handshake(decide) }
            let clientRests = clientStep == .done || clientStep == .failed
            if clientRests && (serverStep == .done || serverStep == .failed) { break }
        }
        // In TLS 1.3 a client's handshake is complete before it knows whether it was accepted.
        if clientStep == .done && serverStep == .failed { clientStep = receive() == nil ? .failed : .done }
        return (serverStep, clientStep)
    }

    /// Sends a message from server to client, and gives what arrived; the client reads its tickets on the way.
    func exchange(_ message: String = "hello") -> String? {
        let bytes = Array(message.utf8)
        guard bytes.withUnsafeBytes({ server.write($0) }) == .bytes(bytes.count) else { return nil }
        return receive()
    }

    private func receive() -> String? {
        var buffer = [UInt8](repeating: 0, count: 1024)
        let step = buffer.withUnsafeMutableBytes { client.read(into: $0) }
        guard case .bytes(let count) = step else { return nil }
        return String(decoding: buffer[..<count], as: UTF8.self)
    }
}
