import FoundationEssentials
import TestAuthority
import Testing

@testable import OpenSSL

@Suite struct HandshakeTests {
    @Test(arguments: [TLSVersion.tls1_2, .tls1_3])
    func `a device with a certificate of a registered CA is let in`(_ version: TLSVersion) throws {
        let world = try TestWorld()
        let device = try world.devices.issue("device-7")
        let pair = try world.connect(world.client(device, versions: version...version))
        #expect(pair.server.failure == nil)
        #expect(pair.server.version == version)
        #expect(pair.server.peerCommonName == "device-7")
        #expect(pair.server.peerFingerprint == SHA256.hash(try device.der))
        #expect(pair.server.verifiedChain?.anchorFingerprint == SHA256.hash(try world.devices.certificate.der))
        #expect(!pair.server.isResumed)
        #expect(pair.exchange("welcome") == "welcome")
    }

    @Test(arguments: [TestWorld.first, TestWorld.second, nil], [TLSVersion.tls1_2, .tls1_3])
    func `without a certificate nobody is let in, whatever the name`(_ name: String?, _ version: TLSVersion) throws {
        let world = try TestWorld()
        let client = try world.client(versions: version...version, checksServer: false)
        let pair = try TLSPair(server: world.listening, client: client, serverName: name)
        let ends = pair.handshake(world.decide)
        #expect(ends.server == .failed)
        #expect(ends.client == .failed)
        #expect(pair.server.failure == .noCertificate)
        #expect(pair.client.alertReceived == (version == .tls1_3 ? .certificateRequired : .handshakeFailure))
    }

    @Test func `the verify mode holds after a switch of the context, and only where it is asked for`() throws {
        // The context that listens asks nobody: the policy of the second name alone does.
        let world = try TestWorld()
        let client = try world.client(checksServer: false)
        func connect(_ name: String) throws -> TLSPair {
            let pair = try TLSPair(server: world.listening, client: client, serverName: name)
            pair.handshake { hello in
                guard case .proceed(var policy) = world.decide(hello) else { return .refuse(.internalError) }
                if name == TestWorld.first { policy.clientAuthentication = .none }
                return .proceed(policy)
            }
            return pair
        }
        #expect(try connect(TestWorld.first).server.failure == nil)
        #expect(try connect(TestWorld.second).server.failure == .noCertificate)
    }

    @Test(arguments: [TestWorld.first, TestWorld.second])
    func `each name gets its own certificate`(_ name: String) throws {
        let world = try TestWorld()
        let pair = try world.connect(world.client(world.devices.issue()), to: name)
        #expect(pair.server.failure == nil)
        // The client has checked the chain and the name.
        #expect(pair.client.failure == nil)
        #expect(pair.client.peerFacts?.dnsNames == [name])
    }

    @Test func `an unknown name ends with the alert unrecognized_name`() throws {
        let world = try TestWorld()
        let pair = try world.connect(world.client(world.devices.issue()), to: "three.example")
        #expect(pair.server.failure == .refused(.unrecognizedName))
        #expect(pair.server.alertSent == .unrecognizedName)
        #expect(pair.client.failure == .peerAlert(.unrecognizedName))
    }

    @Test func `a second hello after a HelloRetryRequest keeps to the first decision`() throws {
        // The client's key share is for P-256 alone, the server wants P-384: it has to ask again.
        let server = try TestAuthority("Servers").issue("server", .server("server")).identity()
        let context = try TLSContext(server: [server], options: ServerOptions(groups: "P-384"), in: .process)
        let client = try TLSContext(client: ClientOptions(groups: "P-256:P-384"))
        let pair = try TLSPair(server: context, client: client, serverName: "server")
        var decisions = 0
        pair.handshake { _ in
            decisions += 1
            return .proceed(
                HelloPolicy(
                    context: context,
                    clientAuthentication: .none,
                    versions: .tls1_3 ... .tls1_3,
                    sessionBinding: nil
                )
            )
        }
        #expect(pair.server.failure == nil)
        #expect(decisions == 1)
    }

    @Test func `a chain that fails is told to the gateway with its reason, and to the device by its alert`() throws {
        let world = try TestWorld()
        let stranger = try TestAuthority("Strangers").issue("stranger")
        let pair = try world.connect(world.client(stranger))
        #expect(pair.server.failure == .chain(.unknownIssuer(subject: "CN=stranger", issuer: "CN=Strangers")))
        #expect(pair.server.alertSent == .unknownCA)
    }

    @Test func `an expired certificate ends with the alert certificate_expired`() throws {
        let world = try TestWorld()
        let shape = CertificateShape.client.with { $0.notAfter = .init(timeIntervalSinceNow: -60) }
        let pair = try world.connect(world.client(world.devices.issue("late", shape)))
        guard case .chain(.expired(subject: "CN=late", _, _, depth: 0)) = pair.server.failure else {
            Issue.record("\(String(describing: pair.server.failure))")
            return
        }
        #expect(pair.server.alertSent == .certificateExpired)
    }

    @Test func `the certificate request lists the registered CAs`() throws {
        let world = try TestWorld()
        let pair = try world.connect(world.client(world.devices.issue()))
        #expect(pair.client.requestedAuthorities == ["CN=Devices"])
    }

    @Test func `an access point with CAs of its own lists those`() throws {
        let world = try TestWorld()
        let others = try TestAuthority("Others")
        let trust = try TrustStore(anchors: [others.certificate.parsed], in: world.library)
        let pair = try TLSPair(
            server: world.listening,
            client: world.client(others.issue("guest")),
            serverName: TestWorld.second
        )
        pair.handshake { hello in
            guard case .proceed(var policy) = world.decide(hello) else { return .refuse(.internalError) }
            policy.clientAuthentication = .required(trust)
            return .proceed(policy)
        }
        #expect(pair.server.failure == nil)
        #expect(pair.client.requestedAuthorities == ["CN=Others"])
    }

    @Test func `no registered CA at all refuses everybody`() throws {
        let world = try TestWorld()
        let nobody = try TrustStore(anchors: [], in: world.library)
        let pair = try TLSPair(server: world.listening, client: world.client(world.devices.issue()))
        pair.handshake { hello in
            guard case .proceed(var policy) = world.decide(hello) else { return .refuse(.internalError) }
            policy.clientAuthentication = .required(nobody)
            return .proceed(policy)
        }
        #expect(pair.server.failure == .chain(.unknownIssuer(subject: "CN=device", issuer: "CN=Devices")))
    }

    @Test func `a client whose algorithms allow it gets the ECDSA certificate, others the RSA one`() throws {
        let servers = try TestAuthority("Servers")
        let name = "both.example"
        let rsa = try servers.issue(name, .server(name).with { $0.key = .rsa(bits: 2048) }).identity()
        let ecdsa = try servers.issue(name, .server(name)).identity()
        let context = try TLSContext(server: [rsa, ecdsa], in: .process)
        func kind(_ algorithms: String) throws -> KeyKind? {
            let client = try TLSContext(
                client: ClientOptions(anchors: [servers.certificate.parsed], signatureAlgorithms: algorithms)
            )
            let pair = try TLSPair(server: context, client: client, serverName: name)
            pair.handshake { _ in
                .proceed(
                    HelloPolicy(
                        context: context,
                        clientAuthentication: .none,
                        versions: .tls1_2 ... .tls1_3,
                        sessionBinding: nil
                    )
                )
            }
            return pair.client.peerFacts?.keyKind
        }
        #expect(try kind("RSA-PSS+SHA256:ECDSA+SHA256") == .ec(curve: "prime256v1", bits: 256))
        #expect(try kind("RSA-PSS+SHA256:RSA+SHA256") == .rsa(bits: 2048))
    }

    @Test func `MQTT is agreed on by ALPN when the client offers it`() throws {
        let world = try TestWorld()
        let device = try world.devices.issue()
        let client = try TLSContext(
            client: ClientOptions(identity: device.identity(), applicationProtocols: ["h2", "mqtt"])
        )
        #expect(try world.connect(client).server.applicationProtocol == "mqtt")
    }

    @Test func `a client that offers other protocols goes on without one`() throws {
        let world = try TestWorld()
        let client = try TLSContext(
            client: ClientOptions(identity: world.devices.issue().identity(), applicationProtocols: ["h2"])
        )
        let pair = try world.connect(client)
        #expect(pair.server.failure == nil)
        #expect(pair.server.applicationProtocol == nil)
    }
}
