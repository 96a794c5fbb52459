import TestAuthority
import Testing

@testable import OpenSSL

@Suite struct BadInputTests {
    private let world: TestWorld

    init() throws {
        world = try TestWorld()
    }

    @Test(
        arguments: [
            (
                "an MQTT CONNECT",
                [0x10, 0x0E, 0x00, 0x04] + Array("MQTT".utf8) + [0x04, 0x02, 0x00, 0x3C, 0x00, 0x02, 0x61, 0x62]
            ),
            ("an HTTP request", Array("GET / HTTP/1.1\r\nHost: a\r\n\r\n".utf8)),
            ("an SSH client", Array("SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n".utf8)),
            ("a PROXY header", Array("PROXY TCP4 1.2.3.4 5.6.7.8 1 2\r\n".utf8)),
            ("zeros", [UInt8](repeating: 0, count: 64)),
        ] as [(String, [UInt8])]
    )
    func `what is not TLS is told so`(_ what: String, _ bytes: [UInt8]) throws {
        let peer = try RawPeer(world.listening)
        #expect(peer.feed(bytes, world.decide) == .failed)
        guard case .notTLS = peer.server.failure else {
            Issue.record("\(what): \(String(describing: peer.server.failure))")
            return
        }
    }

    @Test func `a client that closes before its hello is complete has truncated it, wherever it stopped`() throws {
        let hello = try RawPeer.clientHello(world.client(), serverName: TestWorld.first)
        for count in 0..<hello.count {
            let peer = try RawPeer(world.listening)
            #expect(peer.feed(Array(hello[..<count]), thenClose: true, world.decide) == .failed)
            #expect(peer.server.failure == .truncated, "after \(count) bytes")
        }
    }

    @Test func `a hello byte by byte is as good as one in a piece`() throws {
        let hello = try RawPeer.clientHello(world.client(), serverName: TestWorld.first)
        let peer = try RawPeer(world.listening)
        for byte in hello { #expect(peer.feed([byte], world.decide) == .wantRead) }
        #expect(peer.server.version == .tls1_3)
    }

    @Test func `no changed byte of a hello crashes anything or leaves errors behind`() throws {
        let hello = try RawPeer.clientHello(world.client(), serverName: TestWorld.first)
        for index in hello.indices {
            for change in [0x01, 0x80, 0xFF] as [UInt8] {
                var damaged = hello
                damaged[index] ^= change
                let peer = try RawPeer(world.listening)
                let step = peer.feed(damaged, thenClose: true, world.decide)
                #expect(step == .failed)
                #expect(ErrorQueue.drain() == [])
            }
        }
    }

    @Test(
        arguments: [
            (
                "two names", [0x00, 0x08, 0x00, 0x00, 0x01, 0x61, 0x00, 0x00, 0x01, 0x62],
                ServerNameExtension.Defect.unexpectedEntry
            ),
            ("an empty list", [0x00, 0x00], .emptyName),
            ("a NUL", [0x00, 0x06, 0x00, 0x00, 0x03, 0x61, 0x00, 0x62], .unprintableByte),
        ] as [(String, [UInt8], ServerNameExtension.Defect)]
    )
    func `a malformed server name ends with the alert decode_error`(
        _ what: String,
        _ body: [UInt8],
        _ defect: ServerNameExtension.Defect
    ) throws {
        // A hello of TLS 1.2 by hand: one cipher suite, no compression, the extension under test.
        let suites: [UInt8] = [0x00, 0x02, 0xC0, 0x2B]
        let serverName = [0x00, 0x00, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
        let content =
            [0x03, 0x03] + [UInt8](repeating: 7, count: 32) + [0x00] + suites + [0x01, 0x00]
            + [UInt8(serverName.count >> 8), UInt8(serverName.count & 0xFF)] + serverName
        let message = [0x01, 0x00, UInt8(content.count >> 8), UInt8(content.count & 0xFF)] + content
        let record = [0x16, 0x03, 0x01, UInt8(message.count >> 8), UInt8(message.count & 0xFF)] + message
        let peer = try RawPeer(world.listening)
        #expect(peer.feed(record, world.decide) == .failed)
        #expect(peer.server.failure == .malformedHello(.serverName(defect)), "\(what)")
        #expect(peer.server.alertSent == .decodeError)
    }

    @Test func `a failed connection stays failed`() throws {
        let peer = try RawPeer(world.listening)
        peer.feed([0x10, 0x00, 0x00, 0x00, 0x00], world.decide)
        let failure = peer.server.failure
        #expect(peer.server.handshake(world.decide) == .failed)
        #expect(peer.server.shutdown() == .done)
        #expect(peer.server.failure == failure)
    }
}
