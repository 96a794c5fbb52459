import TestAuthority
import Testing

@testable import OpenSSL

@Suite struct VersionTests {
    private func world(_ versions: ClosedRange<TLSVersion>) throws -> TestWorld {
        var world = try TestWorld()
        world.versions = versions
        return world
    }

    @Test(arguments: TLSVersion.allCases)
    func `the default range takes every version`(_ version: TLSVersion) throws {
        let world = try world(.tls1_0 ... .tls1_3)
        let pair = try world.connect(world.client(world.devices.issue(), versions: version...version))
        #expect(pair.server.failure == nil)
        #expect(pair.server.version == version)
        #expect(pair.exchange("moved") == "moved")
    }

    @Test(arguments: TLSVersion.allCases)
    func `the security level falls to 0 only for a client that offers nothing better`(_ best: TLSVersion) throws {
        let world = try world(.tls1_0 ... .tls1_3)
        let pair = try world.connect(world.client(world.devices.issue(), versions: .tls1_0...best))
        #expect(pair.server.failure == nil)
        #expect(pair.server.version == best)
        #expect(pair.server.securityLevel == (best >= .tls1_2 ? 2 : 0))
    }

    @Test(arguments: [
        (TLSVersion.tls1_2 ... .tls1_3, TLSVersion.tls1_1), (.tls1_3 ... .tls1_3, .tls1_2),
        (.tls1_0 ... .tls1_2, .tls1_3), (.tls1_1 ... .tls1_1, .tls1_0),
    ])
    func `a version outside the range is refused after a switch of the context too`(
        _ range: ClosedRange<TLSVersion>,
        _ version: TLSVersion
    ) throws {
        let world = try world(range)
        let client = try world.client(world.devices.issue(), versions: version...version)
        let pair = try world.connect(client, to: TestWorld.second)
        guard case .noSharedVersion(let offered, let allowed) = pair.server.failure else {
            Issue.record("\(String(describing: pair.server.failure))")
            return
        }
        #expect(offered.max() == version)
        #expect(allowed == range)
        #expect(pair.server.alertSent == .protocolVersion)
        #expect(pair.client.failure == .peerAlert(.protocolVersion))
    }

    @Test func `the best version of the range is taken`() throws {
        let world = try world(.tls1_0 ... .tls1_2)
        let pair = try world.connect(
            world.client(world.devices.issue(), versions: .tls1_0 ... .tls1_3),
            to: TestWorld.second
        )
        #expect(pair.server.version == .tls1_2)
    }

    @Test func `a range of old versions alone still works for a client that offers more`() throws {
        let world = try world(.tls1_0 ... .tls1_1)
        let client = try TLSContext(
            client: ClientOptions(identity: world.devices.issue().identity(), versions: .tls1_0 ... .tls1_1)
        )
        let pair = try world.connect(client)
        #expect(pair.server.failure == nil)
        #expect(pair.server.version == .tls1_1)
    }

    @Test(arguments: [(TLSVersion.tls1_0, true), (.tls1_1, true), (.tls1_2, false), (.tls1_3, false)])
    func `a SHA-1 signature passes from an old client alone`(_ version: TLSVersion, _ passes: Bool) throws {
        var world = try TestWorld()
        let old = try TestAuthority("Old", shape: .authority.with { $0.key = .rsa(bits: 2048) })
        let trust = try TrustStore(anchors: [old.certificate.parsed], in: world.library)
        world.versions = .tls1_0 ... .tls1_3
        let device = try old.issue("old", .client.with { $0.isSignedWithSHA1 = true })
        // A client at level 0, or it would not load such a certificate itself.
        let client = try TLSContext(
            client: ClientOptions(identity: device.identity(), versions: version...version, securityLevel: 0)
        )
        let pair = try TLSPair(server: world.listening, client: client)
        pair.handshake { hello in
            guard case .proceed(var policy) = world.decide(hello) else { return .refuse(.internalError) }
            policy.clientAuthentication = .required(trust)
            return .proceed(policy)
        }
        #expect(
            pair.server.failure == (passes ? nil : .chain(.weakSignature(subject: "CN=old", digest: "SHA1")))
        )
    }
}
