import MQTTCodec
import OpenSSL
import TLSGateway
import Testing

@Suite("The deadline of admission")
struct DeadlineTests {
    private static let connect = ConnectPacket(version: .v3_1_1, keepAlive: 60, clientIdentifier: "slow")

    /// Sends a byte a second, then nothing, until the gateway has closed; gives the seconds that took.
    private func secondsUntilClosed(_ gateway: StillGateway, send: (Int) -> Void, isClosed: () -> Bool) -> Int? {
        for second in 1...60 {
            send(second)
            gateway.settle()
            gateway.advance(by: .seconds(1))
            if isClosed() { return second }
        }
        return nil
    }

    @Test func `ends a silent connection after the handshake's time, and not before`() async throws {
        let gateway = try await StillGateway()
        let peer = try gateway.accept()
        gateway.advance(by: .milliseconds(9990))
        #expect(!peer.isClosed)
        gateway.advance(by: .milliseconds(11))
        #expect(peer.isClosed)
        #expect(gateway.statistics.refused == [.handshakeTimedOut: 1])
    }

    @Test func `is not moved by a ClientHello that comes a byte a second`() async throws {
        let gateway = try await StillGateway()
        let peer = try gateway.accept()
        let hello = try PeerEnd.clientHello()
        let seconds = secondsUntilClosed(gateway, send: { peer.send([hello[$0 - 1]]) }, isClosed: { peer.isClosed })
        #expect(seconds == 10)
        #expect(gateway.statistics.refused == [.handshakeTimedOut: 1])
    }

    @Test func `ends a connection with half a ClientHello`() async throws {
        let gateway = try await StillGateway()
        let peer = try gateway.accept()
        let hello = try PeerEnd.clientHello()
        peer.send(hello.prefix(hello.count / 2))
        gateway.settle()
        gateway.advance(by: .seconds(10))
        #expect(peer.isClosed)
        #expect(gateway.statistics.refused == [.handshakeTimedOut: 1])
    }

    @Test func `ends a connection that says nothing after its handshake`() async throws {
        let gateway = try await StillGateway()
        let peer = try gateway.accept()
        gateway.advance(by: .seconds(5))
        let connection = try peer.handshake(with: gateway)
        gateway.advance(by: .milliseconds(9990))
        #expect(gateway.statistics.refused.isEmpty)
        gateway.advance(by: .milliseconds(11))
        #expect(gateway.statistics.refused == [.connectTimedOut: 1])
        withExtendedLifetime(connection) {}
    }

    @Test func `is not moved by a CONNECT that comes a byte a second`() async throws {
        let gateway = try await StillGateway()
        let peer = try gateway.accept()
        let connection = try peer.handshake(with: gateway)
        let bytes = try Self.connect.encoded(for: .v3_1_1, from: .client)
        let seconds = secondsUntilClosed(
            gateway,
            send: { second in [bytes[second - 1]].withUnsafeBytes { _ = connection.write($0) } },
            isClosed: { !gateway.statistics.refused.isEmpty }
        )
        #expect(seconds == 10)
        #expect(gateway.statistics.refused == [.connectTimedOut: 1])
    }

    @Test func `counts from accept on a plain listener`() async throws {
        let gateway = try await StillGateway(protocol: .mqtt)
        let peer = try gateway.accept()
        let bytes = try Self.connect.encoded(for: .v3_1_1, from: .client)
        let seconds = secondsUntilClosed(gateway, send: { peer.send([bytes[$0 - 1]]) }, isClosed: { peer.isClosed })
        #expect(seconds == 10)
    }

    @Test func `is gone once a client is admitted`() async throws {
        let gateway = try await StillGateway(protocol: .mqtt)
        let peer = try gateway.accept()
        peer.send(try Self.connect.encoded(for: .v3_1_1, from: .client))
        gateway.settle()
        gateway.advance(by: .seconds(3600))
        #expect(!peer.isClosed)
        #expect(gateway.backend.guests.count == 1)
    }
}
