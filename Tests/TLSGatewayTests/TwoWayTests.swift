import FoundationEssentials
import MQTTCodec
import OpenSSL
import Registry
import TLSGateway
import TestAuthority
import TestDevice
import Testing

@Suite("Two-way mode")
struct TwoWayTests {
    private func gateway(_ authorities: TestAuthority...) async throws -> GatewayUnderTest {
        let gateway = try await GatewayUnderTest()
        for authority in authorities { try await gateway.cluster.register(authority) }
        try await gateway.cluster.apply(.setMode(.twoWay, anonymous: nil))
        return gateway
    }

    static let names: [String?] = ["default.test", "mqtt.shop.test", "one.wild.test", "elsewhere.test", nil]

    @Test(arguments: names)
    func `refuses a client without a certificate whatever name it asks for`(name: String?) async throws {
        let gateway = try await gateway(TestAuthority())
        try await gateway.cluster.bind("mqtt.shop.test")
        try await gateway.cluster.bind("*.wild.test")
        let modern = Caller(serverName: name, versions: .tls1_3 ... .tls1_3)
        let older = Caller(serverName: name, versions: .tls1_2 ... .tls1_2)
        #expect(try gateway.fate(modern) == .alert(.certificateRequired))
        #expect(try gateway.fate(older) == .alert(.handshakeFailure))
        #expect(gateway.finalStatistics().refused == [.clientCertificateMissing: 2])
        #expect(gateway.backend.guests.isEmpty)
    }

    /// A client certificate that must not pass, the alert that says so, and the word it is counted under.
    struct Unfit: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let alert: TLSAlert
        let reason: Refusal.Reason
        let shape: CertificateShape
        var versions: ClosedRange<TLSVersion> = .tls1_2 ... .tls1_3
    }

    static let unfit: [Unfit] = [
        Unfit(
            testDescription: "expired",
            alert: .certificateExpired,
            reason: .clientCertificateExpired,
            shape: .client.with { $0.notAfter = Date(timeIntervalSinceNow: -60) }
        ),
        Unfit(
            testDescription: "not yet valid",
            alert: .badCertificate,
            reason: .clientCertificateNotYetValid,
            shape: .client.with { $0.notBefore = Date(timeIntervalSinceNow: 3600) }
        ),
        Unfit(
            testDescription: "for servers only",
            alert: .unsupportedCertificate,
            reason: .clientCertificateWrongPurpose,
            shape: .client.with { $0.purposes = [.serverAuth] }
        ),
        Unfit(
            testDescription: "of a short RSA key",
            alert: .badCertificate,
            reason: .clientCertificateWeakKey,
            shape: .client.with { $0.key = .rsa(bits: 1024) },
            // OpenSSL's client takes such a key only at the security level of old versions.
            versions: .tls1_1 ... .tls1_1
        ),
    ]

    @Test(arguments: unfit)
    func `refuses a certificate that is unfit`(_ unfit: Unfit) async throws {
        let authority = try TestAuthority()
        let gateway = try await gateway(authority)
        let device = try authority.issue("device", unfit.shape)
        let caller = Caller(identity: try device.identity(), versions: unfit.versions)
        #expect(try gateway.fate(caller) == .alert(unfit.alert))
        #expect(gateway.finalStatistics().refused == [unfit.reason: 1])
    }

    @Test func `refuses a certificate of an unregistered CA`() async throws {
        let gateway = try await gateway(TestAuthority("Ours"))
        let stranger = try TestAuthority("Theirs").issue()
        #expect(try gateway.fate(Caller(identity: stranger.identity())) == .alert(.unknownCA))
        #expect(gateway.finalStatistics().refused == [.clientCertificateUnknownIssuer: 1])
    }

    @Test func `refuses a certificate of another CA that has the registered one's name`() async throws {
        let gateway = try await gateway(TestAuthority("Ours"))
        let forged = try TestAuthority("Ours").issue()
        #expect(try gateway.fate(Caller(identity: forged.identity())) == .alert(.unknownCA))
        #expect(gateway.finalStatistics().refused == [.clientCertificateForged: 1])
    }

    @Test func `admits devices of every CA where several have one subject and no key identifiers`() async throws {
        let bare = try (0..<3).map { _ in try TestAuthority("Factory", shape: .bareAuthority) }
        let gateway = try await gateway(bare[0], bare[1], bare[2])
        let shape = CertificateShape.client.with {
            $0.hasSubjectKeyIdentifier = false
            $0.hasAuthorityKeyIdentifier = false
        }
        for authority in bare {
            let device = try authority.issue("device", shape)
            #expect(try gateway.fate(Caller(identity: device.identity())) == .admitted)
        }
        let found = gateway.backend.guests.compactMap { $0.identity.certificate?.authority }
        #expect(try found == bare.map { try $0.certificate.fingerprint })
    }

    @Test func `takes a registered intermediate for an anchor, the leaf alone being sent`() async throws {
        let intermediate = try TestAuthority("Root").issueAuthority("Intermediate")
        let gateway = try await gateway(intermediate)
        #expect(try gateway.fate(Caller(identity: intermediate.issue().identity())) == .admitted)
    }

    @Test func `follows an intermediate that the device sends to its registered root`() async throws {
        let root = try TestAuthority("Root")
        let intermediate = try root.issueAuthority("Intermediate")
        let gateway = try await gateway(root)
        let identity = try intermediate.issue().identity(intermediates: intermediate.certificate)
        #expect(try gateway.fate(Caller(identity: identity)) == .admitted)
    }

    @Test func `refuses the devices of a CA from the moment it is unregistered`() async throws {
        let (staying, leaving) = (try TestAuthority("Staying"), try TestAuthority("Leaving"))
        let gateway = try await gateway(staying, leaving)
        let caller = Caller(identity: try leaving.issue().identity())
        #expect(try gateway.fate(caller) == .admitted)
        let fingerprint = try leaving.certificate.fingerprint
        try await gateway.cluster.apply(.setCAState(fingerprint, .inactive))
        #expect(try gateway.fate(caller) == .alert(.unknownCA))
        try await gateway.cluster.apply(.unregisterCA(fingerprint))
        #expect(try gateway.fate(caller) == .alert(.unknownCA))
    }

    @Test func `asks no certificate of a plain listener, which goes by one-way's rules`() async throws {
        let authority = try TestAuthority()
        let gateway = try await gateway(authority)
        let device = TestDevice(try SocketPipe(port: gateway.port(.mqtt)), version: .v5)
        // Anonymous access ended with the switch to two-way: nobody asks for a certificate, and nobody comes in unnamed.
        #expect(GatewayUnderTest.fate(of: device, Caller()) == .connack(.notAuthorized))
        #expect(gateway.finalStatistics().refused == [.anonymousNotAllowed: 1])
    }

    @Test func `of an access point overrides the cluster's mode`() async throws {
        let authority = try TestAuthority()
        let gateway = try await GatewayUnderTest { $0.mode = .twoWay }
        try await gateway.cluster.register(authority)
        #expect(try gateway.fate() == .alert(.certificateRequired))
        #expect(try gateway.fate(Caller(identity: authority.issue().identity())) == .admitted)
    }

    @Test func `refuses everybody while no CA is registered`() async throws {
        let gateway = try await GatewayUnderTest { $0.mode = .twoWay }
        let device = try TestAuthority().issue()
        #expect(try gateway.fate(Caller(identity: device.identity())) == .alert(.unknownCA))
    }
}

@Suite("One-way mode")
struct OneWayTests {
    @Test(arguments: [
        (ProtocolVersion.v3_1_1, nil, Fate.connack(.notAuthorized), Refusal.Reason.anonymousNotAllowed),
        (.v5, nil, .connack(.notAuthorized), .anonymousNotAllowed),
        (.v3_1_1, "user", .connack(.badUserNameOrPassword), .passwordMissing),
        (.v5, "user", .connack(.badUserNameOrPassword), .passwordMissing),
    ])
    func `admits nobody while anonymous is off`(
        version: ProtocolVersion,
        user: String?,
        fate: Fate,
        reason: Refusal.Reason
    ) async throws {
        let gateway = try await GatewayUnderTest(ClusterSettings(mode: .oneWay, anonymous: false))
        let caller = Caller(mqtt: version, userName: try user.map { try Text($0) })
        #expect(try gateway.fate(caller) == fate)
        #expect(gateway.finalStatistics().refused == [reason: 1])
    }

    @Test func `does not admit a user name unchecked even where anonymous is on`() async throws {
        let gateway = try await GatewayUnderTest()
        let caller = Caller(userName: "admin", password: Password(Array("guess".utf8)))
        #expect(try gateway.fate(caller) == .connack(.badUserNameOrPassword))
    }

    @Test func `does not ask for a certificate, and takes none for an identity`() async throws {
        let gateway = try await GatewayUnderTest()
        let device = try TestAuthority().issue()
        #expect(try gateway.fate(Caller(identity: device.identity())) == .admitted)
        #expect(gateway.backend.guests.map(\.identity) == [.anonymous])
    }
}
