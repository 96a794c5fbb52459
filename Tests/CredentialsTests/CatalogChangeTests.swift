import Credentials
import Foundation
import OpenSSL
import Registry
import TestAuthority
import Testing

/// What one catalog takes over from the one before.
@Suite struct CatalogChangeTests {
    private let encryption: KeyEncryption
    private let environment: HandshakeEnvironment
    private let servers: TestAuthority

    init() throws {
        encryption = KeyEncryption(try MasterKey.generate())
        environment = try HandshakeEnvironment(reactors: 2)
        servers = try TestAuthority("Servers")
    }

    private func catalog(_ state: ClusterState) throws -> ContextCatalog {
        try ContextCatalog(state, encryption: encryption, environment: environment)
    }

    private func hosted(_ name: String) throws -> HostedCertificate {
        let certificate = try servers.issue(name, .server(name))
        let upload = try ServerCertificateUpload(
            chainPEM: bundle(certificate, servers.certificate),
            keyPEM: certificate.key.pem,
            at: now
        )
        return try upload.hosted(name: nil, sealedBy: encryption, at: now)
    }

    private func context(
        _ catalog: ContextCatalog,
        _ slot: ServerCertificateSlot,
        isSuperseded: Bool = false
    ) throws -> TLSContext {
        let member = SlotGroup.Member(slot, isSuperseded: isSuperseded)
        let group = try #require(catalog.selection.groups.first { $0.members == [member] })
        return try #require(catalog.contexts(onReactor: 1).context(for: group))
    }

    private func world() throws -> (state: ClusterState, device: TestAuthority) {
        var state = ClusterState.initial()
        for name in ["gateway.test", "a.test"] {
            let hosted = try hosted(name)
            let slot: ServerCertificateSlot? = name == "gateway.test" ? .default : nil
            state = try state.after(.hostCertificate(hosted), .bind(hosted.fingerprint, slot: slot))
        }
        let devices = try TestAuthority("Devices")
        return (try state.trusting(devices), devices)
    }

    @Test func `a setting changes no context and no trust`() throws {
        let (state, _) = try world()
        let before = try catalog(state)
        let after = try catalog(state.after(.setTLS(TLSVersionRange(minimum: .tls1_2, maximum: .tls1_3))))
        for slot in [ServerCertificateSlot.default, .custom(1)] {
            #expect(try context(before, slot) === context(after, slot))
        }
        #expect(before.contexts(onReactor: 0).trust === after.contexts(onReactor: 0).trust)
    }

    @Test func `another certificate in one slot changes that one's context alone`() throws {
        let (state, _) = try world()
        let next = try hosted("a.test")
        let before = try catalog(state)
        let after = try catalog(state.after(.hostCertificate(next), .replace(.custom(1), with: next.fingerprint)))
        #expect(try context(before, .default) === context(after, .default))
        #expect(try context(before, .custom(1)) !== context(after, .custom(1)))
        // During the grace period the old context serves on as the superseded one.
        #expect(try context(after, .custom(1), isSuperseded: true) === context(before, .custom(1)))
        #expect(before.contexts(onReactor: 0).trust === after.contexts(onReactor: 0).trust)
    }

    @Test func `an OCSP response changes its certificate's context`() throws {
        let authority = try TestAuthority("Issuer")
        let certificate = try authority.issue("b.test", .server("b.test"))
        let upload = try ServerCertificateUpload(
            chainPEM: bundle(certificate, authority.certificate),
            keyPEM: certificate.key.pem,
            at: now
        )
        let hosted = try upload.hosted(name: nil, sealedBy: encryption, at: now)
        let state = try world().state.after(.hostCertificate(hosted), .bind(hosted.fingerprint, slot: nil))
        let staple = try StapleUpload(authority.ocspResponse(for: certificate), for: hosted, at: now)
            .staple(from: .upload)
        let before = try catalog(state)
        let after = try catalog(state.after(.setStaple(hosted.fingerprint, staple)))
        #expect(try context(before, .custom(2)) !== context(after, .custom(2)))
        #expect(try context(before, .custom(1)) === context(after, .custom(1)))
    }

    @Test func `a revocation list changes the trust and no context`() throws {
        let (state, devices) = try world()
        let authority = try #require(state.authorities[devices.certificate.fingerprint])
        let stolen = try devices.issue("stolen")
        let list = try RevocationListUpload(
            devices.revocationList(RevocationListShape(revoking: stolen)),
            for: authority,
            at: now
        ).revocationList(onStale: .hardFail, from: .upload)
        let before = try catalog(state)
        let after = try catalog(state.after(.setRevocationList(authority.fingerprint, list)))
        #expect(try context(before, .default) === context(after, .default))
        #expect(before.contexts(onReactor: 0).trust !== after.contexts(onReactor: 0).trust)
        let pair = try TLSPair(after, name: nil, identity: stolen.identity, asksForCertificate: true)
        guard case .chain(.revoked)? = pair.server.failure else {
            Issue.record("\(String(describing: pair.server.failure))")
            return
        }
        let innocent = try TLSPair(after, name: nil, identity: devices.issue().identity, asksForCertificate: true)
        #expect(innocent.server.verifiedChain != nil)
        // And taking it away again leaves nothing behind.
        let again = try catalog(state)
        let pardoned = try TLSPair(again, name: nil, identity: stolen.identity, asksForCertificate: true)
        #expect(pardoned.server.verifiedChain != nil)
    }

    @Test func `another CA changes the names that clients are asked for`() throws {
        let (state, devices) = try world()
        _ = try catalog(state)
        let after = try catalog(state.trusting(TestAuthority("Others")))
        let pair = try TLSPair(after, name: nil, identity: devices.issue().identity, asksForCertificate: true)
        #expect(Set(pair.client.requestedAuthorities) == ["CN=Devices", "CN=Others"])
    }

    @Test func `a change with 4 slots, 32 CAs and 2 reactors is quick`() throws {
        var state = try world().state
        for name in ["b.test", "c.test"] {
            let hosted = try hosted(name)
            state = try state.after(.hostCertificate(hosted), .bind(hosted.fingerprint, slot: nil))
        }
        for number in 2...32 { state = try state.trusting(TestAuthority("CA \(number)")) }
        let clock = ContinuousClock()
        func measure(_ state: ClusterState) throws -> Duration { try clock.measure { _ = try catalog(state) } }
        let first = try measure(state)
        let setting = try state.after(.setTLS(TLSVersionRange(minimum: .tls1_2, maximum: .tls1_3)))
        let next = try hosted("a.test")
        let replaced = try setting.after(.hostCertificate(next), .replace(.custom(1), with: next.fingerprint))
        let withoutOne = try replaced.after(
            .unregisterCA(#require(replaced.activeAuthorities.first).fingerprint)
        )
        let times = try [measure(setting), measure(replaced), measure(withoutOne)]
        print(
            "catalog of 4 slots, 32 CAs, 2 reactors: new \(first), setting \(times[0]), "
                + "certificate \(times[1]), CA \(times[2])"
        )
        #expect(times[0] < first && times[1] < first)
    }
}
