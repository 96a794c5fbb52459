import Foundation
import TestAuthority
import Testing

@testable import OpenSSL

@Suite struct TLSBuffersTests {
    private let servers: TestAuthority
    private let context: TLSContext
    private let client: TLSContext

    init() throws {
        servers = try TestAuthority("Servers")
        context = try TLSContext(
            server: [servers.issue("server", .server("admin.example")).identity()],
            options: ServerOptions(applicationProtocols: ["http/1.1"]),
            in: .process
        )
        client = try TLSContext(client: ClientOptions(anchors: [servers.certificate.parsed]))
    }

    /// Two ends, with a wire between them that delivers pieces of any size.
    private final class Ends {
        let server: TLSBuffers
        let client: TLSBuffers
        var serverRead: [UInt8] = []
        var clientRead: [UInt8] = []
        private let pieceBytes: Int

        init(_ server: TLSContext, _ client: TLSContext, name: String = "admin.example", pieceBytes: Int) throws {
            self.server = try TLSBuffers(server: server)
            self.client = try TLSBuffers(client: client, serverName: name)
            self.pieceBytes = pieceBytes
            var flight: [UInt8] = []
            self.client.begin(sending: &flight)
            carry(flight, toServer: true)
        }

        /// Carries bytes, and the answers to them, until nobody has anything to say.
        func carry(_ bytes: [UInt8], toServer: Bool) {
            var (bytes, toServer) = (bytes, toServer)
            while !bytes.isEmpty {
                var answer: [UInt8] = []
                for start in stride(from: 0, to: bytes.count, by: pieceBytes) {
                    bytes[start..<min(start + pieceBytes, bytes.count)].withUnsafeBytes { piece in
                        if toServer {
                            server.receive(piece, into: &serverRead, sending: &answer)
                        } else {
                            client.receive(piece, into: &clientRead, sending: &answer)
                        }
                    }
                }
                (bytes, toServer) = (answer, !toServer)
            }
        }

        func send(_ bytes: [UInt8], toServer: Bool) -> Bool {
            var wire: [UInt8] = []
            let isTaken = bytes.withUnsafeBytes { (toServer ? client : server).send($0, into: &wire) }
            carry(wire, toServer: toServer)
            return isTaken
        }
    }

    @Test(arguments: [1, 7, 1400, 100_000])
    func `carry data both ways in pieces of any size`(_ pieceBytes: Int) throws {
        let ends = try Ends(context, client, pieceBytes: pieceBytes)
        #expect(ends.server.state == .open && ends.client.state == .open)
        let question = Array("GET / HTTP/1.1\r\n\r\n".utf8)
        let answer = (0..<100_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(ends.send(question, toServer: true))
        #expect(ends.send(answer, toServer: false))
        #expect(ends.serverRead == question && ends.clientRead == answer)
        #expect(ends.server.session?.version == .tls1_3)
    }

    @Test func `tell an orderly end from a cut`() throws {
        let ends = try Ends(context, client, pieceBytes: 1400)
        var wire: [UInt8] = []
        ends.client.close(sending: &wire)
        ends.carry(wire, toServer: true)
        #expect(ends.server.state == .endOfStream)
        ends.server.receiveEnd()
        #expect(ends.server.failure == nil)
        #expect(ends.send([1, 2, 3], toServer: false))
        let cut = try Ends(context, client, pieceBytes: 1400)
        cut.server.receiveEnd()
        #expect(cut.server.state == .failed && cut.server.failure == .truncated)
    }

    @Test func `send nothing before the handshake is complete, and nothing after a failure`() throws {
        let server = try TLSBuffers(server: context)
        var wire: [UInt8] = []
        #expect(![1].withUnsafeBytes { server.send($0, into: &wire) } && wire.isEmpty)
        var plain: [UInt8] = []
        Array("GET / HTTP/1.1\r\n\r\n".utf8).withUnsafeBytes { server.receive($0, into: &plain, sending: &wire) }
        #expect(server.state == .failed && plain.isEmpty)
        guard case .notTLS? = server.failure else {
            Issue.record("\(String(describing: server.failure))")
            return
        }
        #expect(![1].withUnsafeBytes { server.send($0, into: &wire) })
    }

    @Test func `tell the peer by an alert why the handshake fails`() throws {
        let ends = try Ends(context, client, name: "other.example", pieceBytes: 1400)
        #expect(ends.client.state == .failed)
        guard case .peerAlert? = ends.server.failure else {
            Issue.record("\(String(describing: ends.server.failure))")
            return
        }
    }

    @Test func `do not speak versions that are not allowed`() throws {
        let old = try TLSContext(client: ClientOptions(versions: .tls1_0 ... .tls1_1))
        let ends = try Ends(context, old, pieceBytes: 1400)
        guard case .noSharedVersion? = ends.server.failure else {
            Issue.record("\(String(describing: ends.server.failure))")
            return
        }
    }

    @Test func `survive a change of keys in between`() throws {
        let ends = try Ends(context, client, pieceBytes: 1400)
        #expect(ends.client.session?.updateKeys() == .done)
        #expect(ends.send([1], toServer: true) && ends.send([2], toServer: false))
        #expect(ends.serverRead == [1] && ends.clientRead == [2])
    }

    @Test func `end when the peer does nothing but change its keys`() throws {
        let ends = try Ends(context, client, pieceBytes: 1400)
        for _ in 0..<200 { _ = ends.client.session?.updateKeys() }
        _ = ends.send([1], toServer: true)
        guard case .controlFlood? = ends.server.failure, ends.server.state == .failed else {
            Issue.record("\(String(describing: ends.server.failure))")
            return
        }
    }

    @Test func `do not read on after the peer's end`() throws {
        let ends = try Ends(context, client, pieceBytes: 1400)
        var wire: [UInt8] = []
        ends.client.close(sending: &wire)
        ends.carry(wire, toServer: true)
        ends.carry([UInt8](repeating: 0, count: 100_000), toServer: true)
        #expect(ends.server.state == .endOfStream && ends.serverRead.isEmpty)
    }
}
