import Credentials
import Foundation
import Registry
import TestAuthority
import Testing

@testable import OpenSSL

@Suite struct DeviceChainVerifierTests {
    private let encryption: KeyEncryption
    private let environment: HandshakeEnvironment
    private let root: TestAuthority
    private let intermediate: TestAuthority

    init() throws {
        encryption = KeyEncryption(try MasterKey.generate())
        environment = try HandshakeEnvironment(reactors: 1)
        root = try TestAuthority("Root")
        intermediate = try root.issueAuthority("Intermediate")
    }

    private func verifier(_ state: ClusterState) throws -> DeviceChainVerifier {
        try ContextCatalog(state, encryption: encryption, environment: environment).deviceChains
    }

    @Test func `names the registered intermediate for a leaf on its own`() throws {
        let verifier = try verifier(.initial().trusting(intermediate))
        let device = try intermediate.issue("device")
        #expect(try verifier.verify(leaf: device.parsed, at: now).label == "Intermediate")
    }

    @Test func `names the root when the device sends the intermediate`() throws {
        let verifier = try verifier(.initial().trusting(root))
        let device = try intermediate.issue("device")
        let authority = try verifier.verify(
            leaf: device.parsed,
            intermediates: [intermediate.certificate.parsed],
            at: now
        )
        #expect(authority.label == "Root")
    }

    @Test func `names the CA that signed among several of one name`() throws {
        let namesakes = try (0..<3).map { _ in try TestAuthority("Twin", shape: .bareAuthority) }
        let verifier = try verifier(.initial().trusting(namesakes[0], namesakes[1], namesakes[2]))
        let device = try namesakes[1].issue(
            "device",
            CertificateShape.client.with { $0.hasAuthorityKeyIdentifier = false }
        )
        #expect(
            try verifier.verify(leaf: device.parsed, at: now).fingerprint == namesakes[1].certificate.fingerprint
        )
    }

    @Test func `refuses a chain to a CA that is not registered, with its name`() throws {
        let verifier = try verifier(.initial().trusting(TestAuthority("Other")))
        let device = try root.issue("device")
        #expect(throws: DeviceChainFailure.chain(.unknownIssuer(subject: "CN=device", issuer: "CN=Root"))) {
            try verifier.verify(leaf: device.parsed, at: now)
        }
    }

    @Test func `refuses a chain that was good until its CA went`() throws {
        let state = try ClusterState.initial().trusting(root)
        let chain = VerifiedChain(
            anchorFingerprint: try root.certificate.fingerprint.bytes,
            validUntil: now + day,
            leafSerial: CertificateSerial(magnitude: [1])
        )
        #expect(try verifier(state).authority(of: chain, at: now).label == "Root")
        let fingerprint = try root.certificate.fingerprint
        let gone = try verifier(state.after(.unregisterCA(fingerprint)))
        #expect(throws: DeviceChainFailure.authorityNotActive(fingerprint)) { try gone.authority(of: chain, at: now) }
        let inactive = try verifier(state.after(.setCAState(fingerprint, .inactive)))
        #expect(throws: DeviceChainFailure.authorityNotActive(fingerprint)) {
            try inactive.authority(of: chain, at: now)
        }
    }

    @Test func `refuses a chain that has expired since it was verified`() throws {
        let verifier = try verifier(.initial().trusting(root))
        let chain = VerifiedChain(
            anchorFingerprint: try root.certificate.fingerprint.bytes,
            validUntil: now,
            leafSerial: CertificateSerial(magnitude: [1])
        )
        #expect(try verifier.authority(of: chain, at: now).label == "Root")
        #expect(throws: DeviceChainFailure.expired(validUntil: now, now: now + 1)) {
            try verifier.authority(of: chain, at: now + 1)
        }
    }

    // MARK: Grace periods and revocation

    private func replaced(_ grace: Duration = .seconds(600)) throws -> (ClusterState, TestAuthority) {
        let successor = try TestAuthority("Successor")
        let upload = try CAUpload(Array(successor.certificate.pem.utf8), at: now)
        let registered = try #require(upload.registrations(at: now).first)
        let state = try ClusterState.initial().trusting(root)
            .after(.replaceCA(root.certificate.fingerprint, with: registered, grace: grace))
        return (state, successor)
    }

    @Test func `names a replaced CA until its grace period ends, and not at 10:01`() throws {
        let (state, successor) = try replaced()
        let verifier = try verifier(state)
        let (old, new) = try (root.issue("old").parsed, successor.issue("new").parsed)
        let chain = VerifiedChain(
            anchorFingerprint: try root.certificate.fingerprint.bytes,
            validUntil: now + day,
            leafSerial: CertificateSerial(of: old)
        )
        #expect(try verifier.authority(of: chain, at: now + 599).label == "Root")
        #expect(try verifier.verify(leaf: old, at: now + 599).label == "Root")
        guard case .graceEnded? = failure({ try verifier.authority(of: chain, at: now + 601) }) else {
            Issue.record("still trusted at 10:01")
            return
        }
        guard case .chain(.unknownIssuer)? = failure({ try verifier.verify(leaf: old, at: now + 601) }) else {
            Issue.record("still verified at 10:01")
            return
        }
        #expect(try verifier.verify(leaf: new, at: now + 601).label == "Successor")
    }

    @Test func `does not name a CA that was replaced without grace`() throws {
        let verifier = try verifier(replaced(.zero).0)
        guard case .chain(.unknownIssuer)? = failure({ try verifier.verify(leaf: root.issue().parsed, at: now) })
        else {
            Issue.record("still trusted")
            return
        }
    }

    @Test(arguments: [RevocationList.StalePolicy.hardFail, .softFail])
    func `refuses what the CA has revoked, at once and for chains verified before`(
        onStale: RevocationList.StalePolicy
    ) throws {
        let (stolen, other) = try (root.issue("stolen"), root.issue("other"))
        let state = try ClusterState.initial().trusting(root)
        let chain = VerifiedChain(
            anchorFingerprint: try root.certificate.fingerprint.bytes,
            validUntil: now + day,
            leafSerial: CertificateSerial(of: try stolen.parsed)
        )
        #expect(try verifier(state).authority(of: chain, at: now).label == "Root")
        let authority = try #require(state.authorities[root.certificate.fingerprint])
        let upload = try RevocationListUpload(
            root.revocationList(RevocationListShape(revoking: stolen, reason: 1)),
            for: authority,
            at: now
        )
        let list = upload.revocationList(onStale: onStale, from: .upload)
        let verifier = try verifier(state.after(.setRevocationList(authority.fingerprint, list)))
        for refused in [
            failure({ try verifier.authority(of: chain, at: now) }),
            failure({ try verifier.verify(leaf: stolen.parsed, at: now) }),
        ] {
            guard case .chain(let reason)? = refused, reason.code == "revoked", reason.depth == 0 else {
                Issue.record("\(String(describing: refused))")
                continue
            }
        }
        #expect(try verifier.verify(leaf: other.parsed, at: now).label == "Root")
        // Two days later the list is stale.
        let late = failure({ try verifier.verify(leaf: other.parsed, at: now + 2 * day) })
        #expect((late == nil) == (onStale == .softFail))
    }

    private func failure(_ body: () throws -> RegisteredCA) -> DeviceChainFailure? {
        do {
            _ = try body()
            return nil
        } catch {
            return error as? DeviceChainFailure
        }
    }
}
