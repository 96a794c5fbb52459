import Credentials
import Foundation
import OpenSSL
import Registry
import TestAuthority
import Testing

/// Revocation lists and OCSP responses on their way into the registry.
@Suite struct MaterialUploadTests {
    private let authority: TestAuthority
    private let registered: RegisteredCA
    private let server: TestCertificate
    private let hosted: HostedCertificate

    init() throws {
        authority = try TestAuthority("Authority")
        server = try authority.issue("server", .server("mqtt.example"))
        let encryption = KeyEncryption(try MasterKey.generate())
        registered = try #require(
            CAUpload(Array(authority.certificate.pem.utf8), at: now).registrations(at: now).first
        )
        hosted = try ServerCertificateUpload(
            chainPEM: bundle(server, authority.certificate),
            keyPEM: server.key.pem,
            at: now
        ).hosted(name: nil, sealedBy: encryption, at: now)
    }

    private func listFailure(_ der: [UInt8]) -> RevocationListError? {
        do throws(RevocationListError) {
            _ = try RevocationListUpload(der, for: registered, at: now)
            return nil
        } catch {
            return error
        }
    }

    private func stapleFailure(_ der: [UInt8], _ hosted: HostedCertificate? = nil) -> StapleFailure? {
        do throws(StapleFailure) {
            _ = try StapleUpload(der, for: hosted ?? self.hosted, at: now)
            return nil
        } catch {
            return error
        }
    }

    @Test func `a list goes into the registry with what it says`() throws {
        let der = try authority.revocationList(RevocationListShape(revoking: server))
        let upload = try RevocationListUpload(der, for: registered, at: now)
        #expect(upload.warnings.isEmpty)
        let list = upload.revocationList(onStale: .hardFail, from: .file("ca.crl"))
        #expect(
            list.der == der && list.revokedCount == 1 && list.onStale == .hardFail && list.source == .file("ca.crl")
        )
        #expect(list.thisUpdate < now && list.nextUpdate.map { $0 > now } == true)
    }

    /// The name of the CA that comes next, whether it has the same key, and whether the list is its own.
    @Test(arguments: [("Authority", true, true), ("Authority", false, false), ("Another", true, false)])
    func `a list stays with a CA that is renewed, and with no other`(
        next: (name: String, hasSameKey: Bool, keepsList: Bool)
    ) throws {
        let der = try authority.revocationList(RevocationListShape(revoking: server))
        let list = try RevocationListUpload(der, for: registered, at: now).revocationList(
            onStale: .hardFail,
            from: .upload
        )
        let other = try TestAuthority(next.name, key: next.hasSameKey ? authority.certificate.key : nil)
        let new = try #require(CAUpload(Array(other.certificate.pem.utf8), at: now).registrations(at: now).first)
        let carried = RevocationListUpload.carryOver(from: registered.with(revocationList: list), to: new)
        #expect(carried == (next.keepsList ? new.with(revocationList: list) : new))
        #expect(RevocationListUpload.carryOver(from: registered, to: new) == new)
    }

    @Test func `a list of the future, or of another CA, is refused`() throws {
        let future = try authority.revocationList(RevocationListShape().with { $0.thisUpdate = now + 600 })
        guard case .notYetValid? = listFailure(future) else {
            Issue.record("taken")
            return
        }
        guard case .wrongIssuer? = try listFailure(TestAuthority("Other").revocationList()) else {
            Issue.record("taken")
            return
        }
    }

    @Test func `a list that is stale, or never gets so, is taken with a warning`() throws {
        let stale = try authority.revocationList(RevocationListShape().with { $0.nextUpdate = now - 60 })
        guard case .staleList? = try RevocationListUpload(stale, for: registered, at: now).warnings.first else {
            Issue.record("no warning")
            return
        }
        let endless = try authority.revocationList(RevocationListShape().with { $0.nextUpdate = nil })
        #expect(
            try RevocationListUpload(endless, for: registered, at: now).warnings
                == [.listWithoutEnd(issuer: "CN=Authority")]
        )
    }

    @Test func `a list of a CA that may not sign one is taken with a warning`() throws {
        let mute = try TestAuthority("Mute", shape: .authority.with { $0.keyUses = [.keyCertSign] })
        let ca = try #require(CAUpload(Array(mute.certificate.pem.utf8), at: now).registrations(at: now).first)
        #expect(
            try RevocationListUpload(mute.revocationList(), for: ca, at: now).warnings
                == [.cannotSignLists(subject: "CN=Mute")]
        )
    }

    @Test func `a response goes into the registry with what it says`() throws {
        let der = try authority.ocspResponse(for: server)
        let staple = try StapleUpload(der, for: hosted, at: now).staple(from: .upload)
        #expect(staple.der == der && staple.isFresh(at: now) && !staple.isFresh(at: now + 2 * day))
    }

    @Test func `a response that cannot be shown is refused by name`() throws {
        let other = try authority.issue("other", .server("other.example"))
        let cases: [([UInt8], String)] = try [
            (authority.ocspResponse(for: other), "staple-for-another-certificate"),
            (authority.ocspResponse(for: server, OCSPShape(.unknown)), "staple-not-good"),
            (authority.ocspResponse(for: server, OCSPShape(.revoked(at: now, reason: 1))), "staple-not-good"),
            (authority.ocspResponse(for: server, OCSPShape().with { $0.nextUpdate = now - 1 }), "staple-expired"),
            (
                authority.ocspResponse(for: server, OCSPShape().with { $0.thisUpdate = now + 900 }),
                "staple-not-yet-valid"
            ),
            (TestAuthority.tryLater, "staple-unreadable"), ([0x30], "staple-unreadable"),
            ([UInt8](repeating: 0x30, count: OCSPResponse.maximumBytes + 1), "staple-too-large"),
        ]
        for (der, code) in cases { #expect(stapleFailure(der)?.code == code) }
    }

    @Test func `a response for a certificate without its issuer is refused`() throws {
        let alone = try ServerCertificateUpload(chainPEM: server.pem, keyPEM: server.key.pem, at: now)
            .hosted(name: nil, sealedBy: KeyEncryption(MasterKey.generate()), at: now)
        #expect(
            try stapleFailure(authority.ocspResponse(for: server), alone)
                == .issuerMissing(certificate: alone.fingerprint)
        )
    }
}
