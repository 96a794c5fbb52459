import Logging
import MQTTCodec
import OpenSSL
import Registry
import TLSGateway
import TestAuthority
import TestDevice
import Testing

@Suite("What the gateway tells of a connection")
struct ObservationTests {
    @Test func `is one line for a client that was served`() async throws {
        let gateway = try await GatewayUnderTest()
        let authority = try TestAuthority()
        try await gateway.cluster.register(authority)
        try await gateway.cluster.apply(.setMode(.twoWay, anonymous: nil))
        let device = try authority.issue("sensor")
        _ = try gateway.fate(Caller(identity: device.identity(), clientID: "sensor-7"))
        let lines = gateway.finalLog()
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(line.message == "connection served")
        #expect(line.level == .info)
        var metadata = line.metadata
        #expect(metadata.removeValue(forKey: "peer")?.hasPrefix("127.0.0.1:") == true)
        #expect(metadata.removeValue(forKey: "duration_ms") != nil)
        #expect(
            metadata == [
                "access_point": "public", "server_name": "default.test", "tls_version": "1.3", "resumed": "false",
                "mqtt_version": "5.0", "certificate": try device.fingerprint.hex, "client_id": "sensor-7",
            ]
        )
    }

    @Test func `is one line with reason, fault and words for a client that was refused`() async throws {
        let gateway = try await GatewayUnderTest { $0.unknownSNI = .reject }
        _ = try gateway.fate(Caller(serverName: "elsewhere.test"))
        let lines = gateway.finalLog()
        #expect(lines.count == 1)
        let line = try #require(lines.first)
        #expect(line.message == "connection refused")
        #expect(line.metadata["reason"] == "server_name_unknown")
        #expect(line.metadata["fault"] == "peer_not_allowed")
        #expect(line.metadata["server_name"] == "elsewhere.test")
        #expect(line.metadata["detail"]?.contains("elsewhere.test") == true)
    }

    @Test func `never has a password or user name`() async throws {
        let gateway = try await GatewayUnderTest()
        let caller = Caller(userName: "alice", password: Password(Array("wonderland".utf8)))
        _ = try gateway.fate(caller)
        for line in gateway.finalLog() {
            let words = line.message + line.metadata.values.joined(separator: " ")
            #expect(!words.contains("wonderland"))
            #expect(!words.contains("alice"))
        }
    }

    @Test func `is counted by access point, version and result`() async throws {
        let gateway = try await GatewayUnderTest()
        _ = try gateway.fate(Caller(versions: .tls1_2 ... .tls1_2))
        _ = try gateway.fate(Caller(versions: .tls1_3 ... .tls1_3))
        try await gateway.cluster.apply(.setTLS(TLSVersionRange(minimum: .tls1_3, maximum: .tls1_3)))
        _ = try gateway.fate(Caller(versions: .tls1_2 ... .tls1_2))
        let statistics = gateway.finalStatistics()
        #expect(statistics.accepted == 3)
        #expect(statistics.admitted == 2)
        #expect(statistics.open.isEmpty)
        #expect(statistics.handshakes[.init(succeeded: true, version: .tls1_2, resumed: false)] == 1)
        #expect(statistics.handshakes[.init(succeeded: true, version: .tls1_3, resumed: false)] == 1)
        #expect(statistics.handshakes[.init(succeeded: false, version: nil, resumed: false)] == 1)
        #expect(statistics.handshakeSeconds.counts.reduce(0, +) == 2)
        #expect(statistics.handshakeSeconds.sum > 0)
        #expect(gateway.gateway.statistics.openConnections == 0)
    }

    @Test func `has the connections that are open now`() async throws {
        let gateway = try await GatewayUnderTest()
        let device = try gateway.device(Caller(versions: .tls1_3 ... .tls1_3))
        _ = try device.connect(as: "here")
        let statistics = gateway.gateway.statistics
        #expect(statistics.openConnections == 1)
        #expect(statistics.accessPoints[0].open == [.tls1_3: 1])
    }
}
