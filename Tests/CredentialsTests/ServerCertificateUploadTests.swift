import Credentials
import Foundation
import OpenSSL
import Registry
import TestAuthority
import Testing

@Suite struct ServerCertificateUploadTests {
    private let root: TestAuthority
    private let intermediate: TestAuthority

    init() throws {
        root = try TestAuthority("Root")
        intermediate = try root.issueAuthority("Intermediate")
    }

    private func upload(_ chain: String, key: TestKey) throws -> ServerCertificateUpload {
        try ServerCertificateUpload(chainPEM: chain, keyPEM: key.pem, at: now)
    }

    private func refusal(_ chain: String, key: String) -> CredentialsError? {
        do {
            _ = try ServerCertificateUpload(chainPEM: chain, keyPEM: key, at: now)
            return nil
        } catch {
            return error
        }
    }

    @Test func `gives the facts of the leaf`() throws {
        let leaf = try intermediate.issue("server", .server("MQTT.shop.test", "*.shop.test"))
        let upload = try upload(bundle(leaf, intermediate.certificate), key: leaf.key)
        #expect(upload.certificate.fingerprint == (try leaf.fingerprint))
        #expect(upload.certificate.names.map(\.text) == ["mqtt.shop.test", "*.shop.test"])
        #expect(upload.certificate.key == .ec(curve: "prime256v1", bits: 256))
        #expect(upload.certificate.commonName == "server")
        #expect(upload.chain.map(\.der) == [try leaf.der, try intermediate.certificate.der])
    }

    @Test(arguments: [TestKey.Kind.p256, .p384, .ed25519, .rsa(bits: 2048)])
    func `takes every kind of key that TLS servers have`(kind: TestKey.Kind) throws {
        let leaf = try root.issue("server", CertificateShape.server("a.test").with { $0.key = kind })
        #expect(try upload(leaf.pem, key: leaf.key).certificate.key.family != .other)
    }

    @Test func `puts a chain in disorder right, and says so`() throws {
        let leaf = try intermediate.issue("server", .server("a.test"))
        let upload = try upload(bundle(root.certificate, intermediate.certificate, leaf), key: leaf.key)
        #expect(
            upload.chain.map(\.der) == [try leaf.der, try intermediate.certificate.der, try root.certificate.der]
        )
        #expect(upload.warnings.contains(.reordered))
    }

    @Test func `warns of a root that nobody needs to be sent`() throws {
        let leaf = try root.issue("server", .server("a.test"))
        let upload = try upload(bundle(leaf, root.certificate), key: leaf.key)
        #expect(upload.warnings.contains(.rootIncluded(subject: "CN=Root")))
    }

    @Test func `drops a certificate that stands there twice`() throws {
        let leaf = try intermediate.issue("server", .server("a.test"))
        let upload = try upload(bundle(leaf, leaf, intermediate.certificate), key: leaf.key)
        #expect(upload.chain.count == 2)
        #expect(upload.warnings.contains(.duplicate(subject: "CN=server")))
    }

    @Test func `takes both of two cross-signed intermediates`() throws {
        let otherRoot = try TestAuthority("Other Root")
        let crossSigned = try otherRoot.issueAuthority("Intermediate", key: intermediate.certificate.key)
        let leaf = try intermediate.issue("server", .server("a.test"))
        let text = try bundle(leaf, intermediate.certificate, crossSigned.certificate)
        #expect(try upload(text, key: leaf.key).chain.count == 3)
    }

    @Test func `takes a leaf without extended key usage`() throws {
        let leaf = try root.issue("server", CertificateShape.server("a.test").with { $0.purposes = nil })
        #expect(try upload(leaf.pem, key: leaf.key).certificate.names.map(\.text) == ["a.test"])
    }

    @Test func `takes the common name of a leaf without DNS names`() throws {
        let leaf = try root.issue("mqtt.shop.test", .server())
        #expect(try upload(leaf.pem, key: leaf.key).certificate.names.map(\.text) == ["mqtt.shop.test"])
    }

    @Test func `skips text and keys around the certificates`() throws {
        let leaf = try root.issue("server", .server("a.test"))
        let text = "subject=CN = server\n" + (try leaf.key.pem) + "\n" + (try leaf.pem) + "\nissuer=CN = Root\n"
        #expect(try upload(text, key: leaf.key).chain.count == 1)
    }

    @Test func `warns of names that nobody can ask for`() throws {
        let leaf = try root.issue("server", .server("a.test", "a_b..test"))
        let upload = try upload(leaf.pem, key: leaf.key)
        #expect(upload.warnings.contains(.unusableNames(["a_b..test"])))
        #expect(upload.certificate.names.map(\.text) == ["a.test"])
    }

    @Test func `warns of a certificate that is not valid yet`() throws {
        let later = now + day
        let leaf = try root.issue(
            "server",
            CertificateShape.server("a.test").with {
                $0.notBefore = later
                $0.notAfter = later + 90 * day
            }
        )
        let warnings = try upload(leaf.pem, key: leaf.key).warnings
        #expect(warnings.contains { if case .notYetValid = $0 { true } else { false } })
    }

    // Refusals.

    @Test func `refuses a key of another certificate`() throws {
        let leaf = try root.issue("server", .server("a.test"))
        let other = try TestKey()
        #expect(refusal(try leaf.pem, key: try other.pem) == .keyMatchesNothing(subjects: ["CN=server"]))
    }

    @Test func `refuses a certificate that has nothing to do with the leaf`() throws {
        let leaf = try root.issue("server", .server("a.test"))
        let stranger = try TestAuthority("Stranger").certificate
        #expect(
            refusal(try bundle(leaf, stranger), key: try leaf.key.pem)
                == .unrelatedCertificate(subject: "CN=Stranger", leaf: "CN=server")
        )
    }

    @Test func `refuses an intermediate of the issuer's name that did not sign`() throws {
        let shape = CertificateShape.bareAuthority
        let namesake = try root.issueAuthority("Intermediate", shape)
        let issuer = try root.issueAuthority("Intermediate", shape)
        let leaf = try issuer.issue(
            "server",
            CertificateShape.server("a.test").with { $0.hasAuthorityKeyIdentifier = false }
        )
        #expect(
            refusal(try bundle(leaf, namesake.certificate), key: try leaf.key.pem)
                == .notSignedBy(subject: "CN=server", issuer: "CN=Intermediate")
        )
    }

    @Test func `refuses a sixth certificate`() throws {
        let leaf = try root.issue("server", .server("a.test"))
        let text = String(repeating: try leaf.pem + "\n", count: 6)
        #expect(refusal(text, key: try leaf.key.pem) == .tooManyCertificates(found: 6, limit: 5))
    }

    @Test func `takes five certificates`() throws {
        var issuer = root
        var chain = ""
        for level in 1...4 {
            issuer = try issuer.issueAuthority("Level \(level)")
            chain = try issuer.certificate.pem + "\n" + chain
        }
        let leaf = try issuer.issue("server", .server("a.test"))
        #expect(try upload(leaf.pem + "\n" + chain, key: leaf.key).chain.count == 5)
    }

    @Test func `refuses 17 KiB of PEM`() throws {
        let leaf = try root.issue("server", .server("a.test"))
        let text = try leaf.pem + String(repeating: "#", count: 17 * 1024)
        #expect(
            refusal(text, key: try leaf.key.pem)
                == .tooLarge(.chain, bytes: text.utf8.count, limit: 16 * 1024)
        )
    }

    @Test func `refuses an expired certificate with both times`() throws {
        let end = Date(timeIntervalSince1970: 1_700_000_000)
        let leaf = try root.issue(
            "server",
            CertificateShape.server("a.test").with {
                $0.notBefore = end - day
                $0.notAfter = end
            }
        )
        #expect(
            refusal(try leaf.pem, key: try leaf.key.pem) == .expired(subject: "CN=server", notAfter: end, now: now)
        )
    }

    @Test func `refuses a certificate for clients only`() throws {
        let leaf = try root.issue("server", CertificateShape.server("a.test").with { $0.purposes = [.clientAuth] })
        #expect(
            refusal(try leaf.pem, key: try leaf.key.pem) == .wrongPurpose(subject: "CN=server", found: ["clientAuth"])
        )
    }

    @Test func `refuses RSA under 2048 bits`() throws {
        let leaf = try root.issue("server", CertificateShape.server("a.test").with { $0.key = .rsa(bits: 1024) })
        #expect(
            refusal(try leaf.pem, key: try leaf.key.pem)
                == .weakKey(subject: "CN=server", found: .rsa(bits: 1024), needed: "RSA of 2048 bits or more")
        )
    }

    @Test func `refuses a certificate that names no domain`() throws {
        let leaf = try root.issue("My Broker", .server())
        #expect(
            refusal(try leaf.pem, key: try leaf.key.pem)
                == .noDomainName(subject: "CN=My Broker", unusable: ["My Broker"])
        )
    }

    @Test(arguments: [
        "", "hello", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n", "-----BEGIN CERTIFICATE-----\n",
    ])
    func `refuses what is no certificate`(text: String) throws {
        let key = try TestKey().pem
        guard case .unreadable(.chain, _) = refusal(text, key: key) else {
            Issue.record("not refused")
            return
        }
    }

    @Test(arguments: ["", "hello", "-----BEGIN PRIVATE KEY-----\nc2VjcmV0c2VjcmV0\n-----END PRIVATE KEY-----\n"])
    func `refuses what is no key, without repeating it`(text: String) throws {
        let leaf = try root.issue("server", .server("a.test"))
        let error = refusal(try leaf.pem, key: text)
        guard case .unreadable(.key, _) = error else {
            Issue.record("not refused")
            return
        }
        #expect(error.map { !"\($0)".contains("c2VjcmV0") } == true)
    }

    @Test func `shows nothing of the key`() throws {
        let leaf = try root.issue("server", .server("a.test"))
        let upload = try upload(leaf.pem, key: leaf.key)
        let secret = try leaf.key.pem.split(separator: "\n")[1].prefix(20)
        var dumped = ""
        dump(upload, to: &dumped)
        for text in ["\(upload)", String(reflecting: upload), dumped] {
            #expect(text.contains("redacted"))
            #expect(!text.contains(secret))
        }
    }
}
