import Glibc

@testable import OpenSSL

/// A server connection whose other end is a bare socket that the test writes bytes into.
final class RawPeer {
    let server: TLSConnection
    private let ends: [Int32]

    init(_ context: TLSContext) throws {
        var pair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &pair) == 0 else {
            throw TLSFailure.transport(errno: errno)
        }
        ends = pair
        server = try TLSConnection(server: context, descriptor: pair[0])
    }

    deinit {
        ends.forEach { close($0) }
    }

    /// Writes bytes, closes the peer's half if asked to, and lets the server go as far as it can.
    @discardableResult
    func feed(
        _ bytes: [UInt8],
        thenClose: Bool = false,
        _ decide: (borrowing ClientHello) -> HelloDecision
    ) -> TLSStep {
        _ = Glibc.write(ends[1], bytes, bytes.count)
        if thenClose { Glibc.shutdown(ends[1], Int32(SHUT_WR)) }
        return server.handshake(decide)
    }

    /// The first flight of a client, as it would go over the wire.
    static func clientHello(_ client: TLSContext, serverName: String?) throws -> [UInt8] {
        var pair: [Int32] = [-1, -1]
        guard socketpair(AF_UNIX, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_NONBLOCK.rawValue), 0, &pair) == 0 else {
            throw TLSFailure.transport(errno: errno)
        }
        defer { pair.forEach { close($0) } }
        let connection = try TLSConnection(client: client, descriptor: pair[0], serverName: serverName)
        guard connection.handshake() == .wantRead else { throw TLSFailure.truncated }
        var buffer = [UInt8](repeating: 0, count: 4096)
        let count = Glibc.read(pair[1], &buffer, buffer.count)
        return Array(buffer[..<max(0, count)])
    }
}
