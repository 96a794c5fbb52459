import MQTTCodec
import OpenSSL
import Registry
import TLSGateway
import TestAuthority
import TestDevice
import Testing

@Suite("A device that does everything right")
struct HappyPathTests {
    @Test(arguments: ProtocolVersion.allCases)
    func `is admitted one-way over TLS`(version: ProtocolVersion) async throws {
        let gateway = try await GatewayUnderTest()
        #expect(try gateway.fate(Caller(mqtt: version)) == .admitted)
    }

    @Test(arguments: ProtocolVersion.allCases)
    func `is admitted by its certificate`(version: ProtocolVersion) async throws {
        let gateway = try await GatewayUnderTest()
        let authority = try TestAuthority()
        try await gateway.cluster.register(authority)
        try await gateway.cluster.apply(.setMode(.twoWay, anonymous: nil))
        let device = try authority.issue("sensor-1")
        #expect(try gateway.fate(Caller(identity: device.identity(), mqtt: version)) == .admitted)
    }

    @Test func `is admitted on a plain listener`() async throws {
        let gateway = try await GatewayUnderTest()
        let device = TestDevice(try SocketPipe(port: gateway.port(.mqtt)), version: .v5)
        #expect(GatewayUnderTest.fate(of: device, Caller()) == .admitted)
    }

    @Test func `reaches the backend with its identity`() async throws {
        let gateway = try await GatewayUnderTest()
        let authority = try TestAuthority()
        try await gateway.cluster.register(authority)
        try await gateway.cluster.apply(.setMode(.twoWay, anonymous: nil))
        let device = try authority.issue("sensor-1", .client.with { $0.organizationalUnit = "cellar" })
        _ = try gateway.fate(Caller(identity: device.identity()))
        let guest = try #require(gateway.backend.guests.first)
        let certificate = try #require(guest.identity.certificate)
        #expect(certificate.commonName == "sensor-1")
        #expect(certificate.organizationalUnit == "cellar")
        #expect(try certificate.fingerprint == device.fingerprint)
        #expect(try certificate.authority == authority.certificate.fingerprint)
        #expect(guest.serverName == "default.test")
        #expect(guest.tlsVersion == .tls1_3)
        #expect(guest.accessPoint == "public")
    }

    @Test func `may send all it has to say at once and stop sending`() async throws {
        let gateway = try await GatewayUnderTest()
        let pipe = try SocketPipe(port: gateway.port(.mqtt))
        let connect = try Caller().connect.encoded(for: .v5, from: .client)
        try pipe.send(connect + Array("behind".utf8), by: .now + GatewayUnderTest.patience)
        pipe.finishSending()
        var received: [UInt8] = []
        while true {
            let more = try pipe.receive(upTo: 100, by: .now + GatewayUnderTest.patience)
            if more.isEmpty { break }
            received += more
        }
        #expect(received.suffix(6) == Array("behind".utf8))
    }

    @Test func `has what it sent behind its CONNECT given to the backend`() async throws {
        let gateway = try await GatewayUnderTest()
        let pipe = try gateway.pipe()
        let caller = Caller()
        let pipelined = try caller.connect.encoded(for: .v5, from: .client) + Array("behind".utf8)
        try pipe.send(pipelined, by: .now + GatewayUnderTest.patience)
        let connack = try ConnackPacket(reasonCode: .success).encoded(for: .v5, from: .server)
        var received: [UInt8] = []
        while received.count < connack.count + 6 {
            received += try pipe.receive(upTo: 100, by: .now + GatewayUnderTest.patience)
        }
        #expect(received == connack + Array("behind".utf8))
    }
}
