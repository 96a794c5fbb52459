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
        let chain = VerifiedChain(anchorFingerprint: try root.certificate.fingerprint.bytes, validUntil: now + day)
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
        let chain = VerifiedChain(anchorFingerprint: try root.certificate.fingerprint.bytes, validUntil: now)
        #expect(try verifier.authority(of: chain, at: now).label == "Root")
        #expect(throws: DeviceChainFailure.expired(validUntil: now, now: now + 1)) {
            try verifier.authority(of: chain, at: now + 1)
        }
    }
}
