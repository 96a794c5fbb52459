import Credentials
import Foundation
import OpenSSL
import Registry
import TestAuthority
import Testing

@Suite struct CAUploadTests {
    private func upload(_ authority: TestAuthority) throws -> CAUpload {
        try CAUpload(Array(authority.certificate.pem.utf8), at: now)
    }

    @Test func `takes each certificate of a bundle`() throws {
        let root = try TestAuthority("Root")
        let intermediate = try root.issueAuthority("Intermediate")
        let pem = try bundle(root.certificate, intermediate.certificate)
        let registered = try CAUpload(Array(pem.utf8), at: now).registrations(at: now)
        #expect(registered.map(\.label) == ["Root", "Intermediate"])
        #expect(registered.allSatisfy { $0.state == .active })
        #expect(registered.map(\.der) == [try root.certificate.der, try intermediate.certificate.der])
    }

    @Test func `takes the DER of one certificate`() throws {
        let root = try TestAuthority("Root")
        #expect(try CAUpload(root.certificate.der, at: now).authorities.count == 1)
    }

    @Test func `gives a name to one certificate only`() throws {
        let pem = try bundle(TestAuthority("A").certificate, TestAuthority("B").certificate)
        let upload = try CAUpload(Array(pem.utf8), at: now)
        let name = try ObjectName("factory")
        #expect(throws: CredentialsError.oneNameForMany(name, certificates: 2)) {
            try upload.registrations(name: name, at: now)
        }
    }

    @Test func `has nothing to say about a tidy CA`() throws {
        let root = try TestAuthority("Root", shape: CertificateShape.authority.with { $0.notAfter = now + 400 * day })
        #expect(try upload(root).warnings.isEmpty)
    }

    static let oddities: [(CertificateShape, CertificateWarning)] = [
        (.authority.with { $0.constraints = .leaf }, .notACA(subject: "CN=Odd")),
        (.authority.with { $0.keyUses = [.digitalSignature] }, .cannotSign(subject: "CN=Odd")),
        (.authority.with { $0.purposes = [.serverAuth] }, .notForClients(subject: "CN=Odd", found: ["serverAuth"])),
    ]

    @Test(arguments: oddities)
    func `warns, but registers`(shape: CertificateShape, warning: CertificateWarning) throws {
        let upload = try upload(TestAuthority("Odd", shape: shape.with { $0.notAfter = now + 400 * day }))
        #expect(upload.warnings == [warning])
        #expect(try upload.registrations(at: now).count == 1)
    }

    @Test func `warns of an end within 30 days, and of a beginning to come`() throws {
        let soon = try upload(
            TestAuthority("Soon", shape: CertificateShape.authority.with { $0.notAfter = now + 29 * day })
        )
        guard case .expiring(subject: "CN=Soon", _)? = soon.warnings.first else {
            Issue.record("\(soon.warnings)")
            return
        }
        let later = try upload(
            TestAuthority(
                "Later",
                shape: CertificateShape.authority.with {
                    $0.notBefore = now + day
                    $0.notAfter = now + 400 * day
                }
            )
        )
        guard case .notYetValid(subject: "CN=Later", _)? = later.warnings.first else {
            Issue.record("\(later.warnings)")
            return
        }
    }

    @Test func `refuses a CA that has expired`() throws {
        let end = Date(timeIntervalSince1970: 1_700_000_000)
        let old = try TestAuthority(
            "Old",
            shape: CertificateShape.authority.with {
                $0.notBefore = end - day
                $0.notAfter = end
            }
        )
        #expect(throws: CredentialsError.expired(subject: "CN=Old", notAfter: end, now: now)) { try upload(old) }
    }

    @Test func `refuses a CA with a weak key`() throws {
        let weak = try TestAuthority("Weak", shape: CertificateShape.authority.with { $0.key = .rsa(bits: 1024) })
        #expect(
            throws: CredentialsError.weakKey(
                subject: "CN=Weak",
                found: .rsa(bits: 1024),
                needed: "RSA of 2048 bits or more"
            )
        ) { try upload(weak) }
    }

    @Test func `refuses a bundle beyond all measure`() throws {
        let bytes = [UInt8](repeating: UInt8(ascii: "#"), count: CAUpload.maximumBytes + 1)
        #expect(throws: CredentialsError.tooLarge(.authorities, bytes: bytes.count, limit: CAUpload.maximumBytes)) {
            try CAUpload(bytes, at: now)
        }
    }

    @Test(arguments: [[], Array("hello".utf8), [0x30, 0x82, 0xFF, 0xFF, 0x00], [0x30, 0x81]])
    func `refuses what is no certificate`(bytes: [UInt8]) {
        #expect {
            try CAUpload(bytes, at: now)
        } throws: { error in
            guard case .unreadable(.authorities, _)? = error as? CredentialsError else { return false }
            return true
        }
    }

    @Test func `refuses the same CA twice by the registry's rule`() throws {
        let root = try TestAuthority("Root")
        let state = try ClusterState.initial().trusting(root)
        #expect(throws: RegistryError.caAlreadyRegistered(try root.certificate.fingerprint)) {
            try state.trusting(root)
        }
    }
}
