import MQTTCodec
import OpenSSL
import Registry
import TLSGateway
import TestAuthority
import Testing

@Suite("The server name of a ClientHello")
struct ServerNameTests {
    /// A gateway with a default, an exact and a wildcard certificate.
    private func gateway(unknown: UnknownServerNamePolicy = .default) async throws -> GatewayUnderTest {
        let gateway = try await GatewayUnderTest { $0.unknownSNI = unknown }
        try await gateway.cluster.bind("mqtt.shop.test", "exact.wild.test")
        try await gateway.cluster.bind("*.wild.test")
        return gateway
    }

    @Test(arguments: [
        ("default.test", "default.test", "the default's own name"),
        ("mqtt.shop.test", "mqtt.shop.test", "an exact name"),
        ("MQTT.Shop.TEST", "mqtt.shop.test", "any letter case"),
        ("mqtt.shop.test.", "mqtt.shop.test", "a trailing dot"),
        ("mqtt.shop.test:8883", "mqtt.shop.test", "a port"),
        ("one.wild.test", "*.wild.test", "one label under a wildcard"),
        ("exact.wild.test", "mqtt.shop.test", "exact over wildcard"),
        ("two.labels.wild.test", "default.test", "two labels under a wildcard: unknown"),
        ("wild.test", "default.test", "a wildcard's parent: unknown"),
        ("elsewhere.test", "default.test", "an unknown name"),
        ("192.0.2.1", "default.test", "an address literal"),
        ("[2001:db8::1]", "default.test", "an IPv6 literal"),
    ])
    func `is answered with the certificate it selects`(sent: String, shown: String, what: Comment) async throws {
        let names = try await gateway().namesShown(to: Caller(serverName: sent))
        #expect(names.first == shown, what)
    }

    @Test func `may be missing, and then the default certificate answers`() async throws {
        #expect(try await gateway().namesShown(to: Caller(serverName: nil)) == ["default.test"])
    }

    @Test(arguments: ["elsewhere.test", "192.0.2.1", nil])
    func `is refused when it is unknown and unknown ones are to be rejected`(name: String?) async throws {
        #expect(try await gateway(unknown: .reject).fate(Caller(serverName: name)) == .alert(.unrecognizedName))
    }

    @Test func `of the default certificate is served even where unknown ones are rejected`() async throws {
        let names = try await gateway(unknown: .reject).namesShown(to: Caller(serverName: "default.test"))
        #expect(names == ["default.test"])
    }

    @Test func `is refused once its certificate was unbound, though the default is on`() async throws {
        let gateway = try await gateway()
        try await gateway.cluster.apply(.unbind(.custom(1)))
        #expect(try gateway.fate(Caller(serverName: "mqtt.shop.test")) == .alert(.unrecognizedName))
    }

    @Test func `is served again when a certificate for it is bound again`() async throws {
        let gateway = try await gateway()
        try await gateway.cluster.apply(.unbind(.custom(1)))
        try await gateway.cluster.bind("mqtt.shop.test")
        #expect(try gateway.fate(Caller(serverName: "mqtt.shop.test")) == .admitted)
    }

    @Test func `is refused when it is unknown and the default is switched off`() async throws {
        let gateway = try await gateway()
        try await gateway.cluster.apply(.setDefault(enabled: false))
        #expect(try gateway.fate(Caller(serverName: "elsewhere.test")) == .alert(.unrecognizedName))
        #expect(try gateway.fate(Caller(serverName: "mqtt.shop.test")) == .admitted)
    }

    @Test func `is counted by what it led to`() async throws {
        let gateway = try await gateway(unknown: .reject)
        for name in ["default.test", "mqtt.shop.test", "one.wild.test", "elsewhere.test", nil] {
            _ = try gateway.fate(Caller(serverName: name))
        }
        let expected = ["default": 1, "custom-1": 1, "custom-2": 1, "unknown": 1, "absent": 1]
        #expect(gateway.gateway.statistics.serverNames == expected)
    }

    @Test func `reaches the backend normalised`() async throws {
        let gateway = try await gateway()
        _ = try gateway.fate(Caller(serverName: "MQTT.shop.test."))
        #expect(gateway.backend.guests.first?.serverName == "mqtt.shop.test")
    }

    @Test func `brings a certificate that a client can verify by name and CA`() async throws {
        let gateway = try await gateway()
        let pipe = try gateway.pipe(Caller(serverName: "mqtt.shop.test"), checkingName: true)
        try pipe.handshake(by: .now + GatewayUnderTest.patience)
        #expect(pipe.connection.failure == nil)
    }
}
