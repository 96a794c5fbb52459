import Credentials
import FoundationEssentials
import MQTTCodec
import OpenSSL
import Reactors
import Registry
import TLSGateway
import TestAuthority
import TestDevice
import Testing

@Suite("A CA's revocation list")
struct RevocationListTests {
    let clock = StoppedClock()
    let authority: TestAuthority

    init() throws { authority = try TestAuthority("acme") }

    private func gateway(awaited: [AwaitedRevocationList] = []) async throws -> GatewayUnderTest {
        let gateway = try await GatewayUnderTest(clock: clock.wall, awaitedLists: awaited)
        try await gateway.cluster.register(authority)
        try await gateway.cluster.apply(.setMode(.twoWay))
        return gateway
    }

    private func setList(
        of authority: TestAuthority,
        at gateway: GatewayUnderTest,
        onStale: RevocationList.StalePolicy,
        lasting seconds: TimeInterval = 60
    ) async throws {
        var shape = RevocationListShape()
        shape.nextUpdate = gateway.cluster.now + seconds
        shape.thisUpdate = gateway.cluster.now - 60
        let upload = try RevocationListUpload(
            try authority.revocationList(shape),
            for: gateway.cluster.registration(of: authority),
            at: gateway.cluster.now
        )
        try await gateway.cluster.apply(
            .setRevocationList(
                try authority.certificate.fingerprint,
                upload.revocationList(onStale: onStale, from: .upload)
            )
        )
    }

    static let versions: [ClosedRange<TLSVersion>] = [.tls1_2 ... .tls1_2, .tls1_3 ... .tls1_3]

    @Test func `that has to be there, and is not, lets nobody in`() async throws {
        let file = "/etc/sluice/acme.crl"
        let reference = try authority.certificate.fingerprint.short
        let gateway = try await gateway(awaited: [AwaitedRevocationList(authority: reference, file: file)])
        let other = try TestAuthority("other")
        try await gateway.cluster.register(other)
        let caller = Caller(identity: try authority.issue("sensor").identity())
        #expect(try gateway.fate(caller) == .alert(.certificateUnknown))
        #expect(try gateway.fate(Caller(identity: other.issue().identity())) == .admitted)
        try await setList(of: authority, at: gateway, onStale: .hardFail)
        #expect(try gateway.fate(caller) == .admitted)
        let refusal = try #require(gateway.finalRefusals().first?.refusal)
        #expect(refusal.reason == .clientCertificateRevocationListMissing)
        #expect(refusal.finding.contains(file))
    }

    @Test func `that has to be there is asked of what a CA had replaced, too, unless it is the same CA`() async throws {
        let gateway = try await gateway(awaited: [AwaitedRevocationList(authority: "fleet", file: "f")])
        let (old, other) = (try TestAuthority("fleet"), try TestAuthority("fleet of another key"))
        let renewed = try TestAuthority("fleet", key: old.certificate.key)
        let first = try gateway.cluster.registration(of: old).named("fleet")
        try await gateway.cluster.apply(.registerCAs([first], proof: .waived))
        try await setList(of: old, at: gateway, onStale: .hardFail)
        // One list for both: they have one name and one key.
        try await gateway.cluster.apply(
            .replaceCA(first.fingerprint, with: gateway.cluster.registration(of: renewed), proof: .waived)
        )
        #expect(try gateway.fate(Caller(identity: old.issue().identity())) == .admitted)
        #expect(try gateway.fate(Caller(identity: renewed.issue().identity())) == .admitted)
        try await gateway.cluster.apply(
            .replaceCA(
                try renewed.certificate.fingerprint,
                with: gateway.cluster.registration(of: other),
                proof: .waived
            )
        )
        #expect(try gateway.fate(Caller(identity: other.issue().identity())) == .alert(.certificateUnknown))
    }

    @Test(arguments: versions, [ProtocolVersion.v3_1_1, .v5])
    func `that has gone stale refuses a resumed session by CONNACK, and lets it in where that is wanted`(
        versions: ClosedRange<TLSVersion>,
        mqtt: ProtocolVersion
    ) async throws {
        for policy in [RevocationList.StalePolicy.hardFail, .softFail] {
            let gateway = try await gateway()
            try await setList(of: authority, at: gateway, onStale: policy)
            let caller = Caller(identity: try authority.issue("sensor").identity(), versions: versions, mqtt: mqtt)
            let pipe = try gateway.pipe(caller)
            #expect(GatewayUnderTest.fate(of: TestDevice(pipe, version: mqtt), caller, pipe) == .admitted)
            let session = try #require(pipe.connection.session)
            clock.advance(bySeconds: 61)
            let again = try gateway.pipe(caller, session: session)
            let fate = GatewayUnderTest.fate(of: TestDevice(again, version: mqtt), caller, again)
            #expect(again.connection.isResumed)
            #expect(fate == (policy == .hardFail ? .connack(.serverUnavailable) : .admitted))
            // Without a session it is the handshake that says so.
            #expect(try gateway.fate(caller) == (policy == .hardFail ? .alert(.certificateUnknown) : .admitted))
            #expect(
                gateway.finalRefusals().map(\.refusal.reason)
                    == (policy == .hardFail ? [.revocationListOutdated, .clientCertificateRevocationUnknown] : [])
            )
        }
    }

    @Test(arguments: [ProtocolVersion.v3_1_1, .v5])
    func `that names a certificate between handshake and CONNECT refuses it by CONNACK`(
        mqtt: ProtocolVersion
    ) async throws {
        let gateway = try await gateway()
        let device = try authority.issue("sensor")
        // In TLS 1.2 the client's handshake is done only when the gateway's is.
        let caller = Caller(identity: try device.identity(), versions: .tls1_2 ... .tls1_2, mqtt: mqtt)
        let pipe = try gateway.pipe(caller)
        try pipe.handshake(by: .now + GatewayUnderTest.patience)
        try await gateway.cluster.revoke(device, of: authority)
        #expect(
            GatewayUnderTest.fate(of: TestDevice(pipe, version: mqtt), caller, pipe) == .connack(.notAuthorized)
        )
        #expect(gateway.finalRefusals().map(\.refusal.reason) == [.certificateOnRevocationList])
    }
}

extension RegisteredCA {
    fileprivate func named(_ name: String) throws -> RegisteredCA {
        RegisteredCA(name: try ObjectName(name), certificate: certificate, der: der, registeredAt: registeredAt)
    }
}
