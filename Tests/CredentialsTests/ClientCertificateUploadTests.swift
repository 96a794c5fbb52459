import Credentials
import Foundation
import OpenSSL
import Registry
import TestAuthority
import Testing

@Suite struct ClientCertificateUploadTests {
    private let root: TestAuthority
    private let intermediate: TestAuthority
    private let other: TestAuthority
    private let state: ClusterState

    init() throws {
        root = try TestAuthority("Root")
        intermediate = try root.issueAuthority("Intermediate")
        other = try TestAuthority("Other")
        state = try ClusterState.initial().trusting(root, other)
    }

    private func upload(
        _ certificates: TestCertificate...,
        authority: TestAuthority? = nil,
        in state: ClusterState? = nil
    ) throws -> ClientCertificateUpload {
        let pem = try certificates.map { try $0.pem }.joined(separator: "\n")
        return try ClientCertificateUpload(
            Array(pem.utf8),
            by: ClientCertificateChecker(state ?? self.state),
            authority: authority?.certificate.fingerprint,
            at: now
        )
    }

    private func failure(_ body: () throws -> Void) -> ClientCertificateFailure? {
        do {
            try body()
            return nil
        } catch {
            return error as? ClientCertificateFailure
        }
    }

    @Test func `finds the CA of each certificate`() throws {
        let (first, second) = try (root.issue("first"), other.issue("second"))
        let upload = try upload(first, second)
        #expect(upload.certificates.map(\.description.commonName) == ["first", "second"])
        #expect(
            try upload.certificates.map(\.authority)
                == [root.certificate.fingerprint, other.certificate.fingerprint]
        )
        let registrations = try upload.registrations(active: false)
        #expect(registrations.map(\.initialState) == [.inactive, .inactive])
        #expect(try registrations.map(\.fingerprint) == [first.fingerprint, second.fingerprint])
    }

    @Test func `reads DER too`() throws {
        let device = try root.issue("device")
        let upload = try ClientCertificateUpload(device.der, by: ClientCertificateChecker(state), at: now)
        #expect(try upload.certificates.map(\.description.fingerprint) == [device.fingerprint])
    }

    @Test func `takes CA certificates in between for intermediates`() throws {
        let device = try intermediate.issue("device")
        #expect(
            try upload(device, intermediate.certificate).certificates.map(\.authority) == [
                root.certificate.fingerprint
            ]
        )
        #expect(failure { _ = try upload(device) }?.code == "client-certificate-unknown-issuer")
    }

    @Test func `holds each certificate once`() throws {
        let device = try root.issue("device")
        #expect(try upload(device, device).certificates.count == 1)
    }

    @Test func `is refused when the CA that is named did not issue it`() throws {
        let device = try root.issue("device")
        #expect(try upload(device, authority: root).certificates.count == 1)
        #expect(failure { _ = try upload(device, authority: other) }?.code == "client-certificate-unknown-issuer")
        let stranger = try TestAuthority("Stranger")
        #expect(
            try failure { _ = try upload(device, authority: stranger) }
                == .authorityNotRegistered(stranger.certificate.fingerprint)
        )
    }

    @Test func `counts an inactive CA`() throws {
        let inactive = try state.after(.setCAState(root.certificate.fingerprint, .inactive))
        #expect(try upload(root.issue("device"), in: inactive).certificates.count == 1)
    }

    @Test func `of a CA is refused`() throws {
        #expect(failure { _ = try upload(other.certificate) } == .isAuthority(subject: "CN=Other"))
    }

    /// The rules of the handshake, each with its name.
    @Test(arguments: [
        (CertificateShape.client.with { $0.notAfter = now - 60 }, "expired"),
        (.server("device.example"), "wrong-purpose"),
        (.client.with { $0.keyUses = [.keyEncipherment] }, "wrong-purpose"),
        (.client.with { $0.key = .rsa(bits: 1024) }, "weak-key"),
    ])
    func `is judged as a handshake judges it`(shape: CertificateShape, code: String) throws {
        #expect(failure { _ = try upload(root.issue("device", shape)) }?.code == "client-certificate-\(code)")
    }

    @Test func `that the CA has revoked is refused`() throws {
        let device = try root.issue("device")
        let authority = try #require(state.authorities[root.certificate.fingerprint])
        let list = try RevocationListUpload(
            root.revocationList(RevocationListShape(revoking: device)),
            for: authority,
            at: now
        )
        let changed = try state.after(
            .setRevocationList(authority.fingerprint, list.revocationList(onStale: .softFail, from: .upload))
        )
        #expect(failure { _ = try upload(device, in: changed) }?.code == "client-certificate-revoked")
    }

    @Test func `is taken before it is valid, with a warning`() throws {
        let early = try root.issue("device", .client.with { $0.notBefore = now + 3600 })
        let warnings = try upload(early).warnings
        guard case .notYetValid? = warnings.first else {
            Issue.record("\(warnings)")
            return
        }
    }

    @Test func `of the usual openssl recipes is taken with warnings`() throws {
        let shape = CertificateShape.client.with {
            $0.purposes = nil
            $0.keyUses = [.digitalSignature, .keyCertSign]
            $0.notAfter = now + 365 * day
        }
        #expect(
            try upload(root.issue("device", shape)).warnings
                == [.purposeNotStated(subject: "CN=device"), .mayIssue(subject: "CN=device")]
        )
    }

    @Test func `of several is refused with one client id`() throws {
        let several = try upload(root.issue("a"), root.issue("b"))
        let clientID = try #require(ClientIdentifier("c"))
        #expect(failure { _ = try several.registrations(clientID: clientID) } == .oneClientIDForMany(certificates: 2))
    }

    @Test func `that is none is refused`() throws {
        let checker = try ClientCertificateChecker(state)
        #expect(
            failure { _ = try ClientCertificateUpload(Array("nothing".utf8), by: checker, at: now) }?.code
                == "client-certificate-unreadable"
        )
        let long = [UInt8](repeating: 0x41, count: ClientCertificateUpload.maximumBytes + 1)
        #expect(
            failure { _ = try ClientCertificateUpload(long, by: checker, at: now) }
                == .tooLarge(bytes: long.count, limit: ClientCertificateUpload.maximumBytes)
        )
    }
}
