import Credentials
import Foundation
import OpenSSL
import TestAuthority
import Testing

@Suite struct ProofOfPossessionTests {
    private static let code = "5f0c2a9e5f0c2a9e5f0c2a9e5f0c2a9e"
    private let authority: TestAuthority

    init() throws { authority = try TestAuthority("Devices") }

    private func failure(_ pem: String, of authorities: TestAuthority..., code: String = code) throws -> ProofFailure? {
        let bundle = try authorities.map { try $0.certificate.pem }.joined(separator: "\n")
        let upload = try CAUpload(Array(bundle.utf8), at: now)
        do throws(ProofFailure) {
            _ = try ProofOfPossession(Array(pem.utf8), for: upload, code: code, at: now)
            return nil
        } catch {
            return error
        }
    }

    @Test func `is a certificate over the code that the CA signed`() throws {
        #expect(try failure(authority.issue(Self.code, CertificateShape()).pem, of: authority) == nil)
    }

    @Test func `proves each CA of a bundle`() throws {
        let other = try TestAuthority("Others")
        let (first, second) = try (authority.issue(Self.code), other.issue(Self.code))
        #expect(try failure(bundle(second, first), of: authority, other) == nil)
        #expect(
            try failure(first.pem, of: authority, other)
                == .notSigned(by: "CN=Others", found: ["CN=\(Self.code)"])
        )
    }

    @Test func `is not a certificate over another code`() throws {
        #expect(
            try failure(authority.issue("0000").pem, of: authority)
                == .otherCode(authority: "CN=Devices", found: "0000")
        )
    }

    @Test func `is not the CA's own certificate, even with the code for a name`() throws {
        let named = try TestAuthority(Self.code)
        #expect(
            try failure(named.certificate.pem, of: named)
                == .notSigned(by: "CN=\(Self.code)", found: ["CN=\(Self.code)"])
        )
    }

    @Test func `is not signed by a namesake of the CA`() throws {
        let proof = try TestAuthority("Devices").issue(Self.code)
        #expect(
            try failure(proof.pem, of: authority) == .notSigned(by: "CN=Devices", found: ["CN=\(Self.code)"])
        )
    }

    @Test func `is not a certificate outside its validity`() throws {
        let old = try authority.issue(Self.code, .client.with { $0.notAfter = now - 60 })
        #expect(try failure(old.pem, of: authority)?.code == "proof-expired")
        let early = try authority.issue(Self.code, .client.with { $0.notBefore = now + 60 })
        #expect(try failure(early.pem, of: authority)?.code == "proof-not-yet-valid")
    }

    @Test func `is not just anything`() throws {
        #expect(try failure("nothing", of: authority)?.code == "proof-unreadable")
        let long = String(repeating: "A", count: ProofOfPossession.maximumBytes + 1)
        #expect(try failure(long, of: authority)?.code == "proof-too-large")
    }
}
