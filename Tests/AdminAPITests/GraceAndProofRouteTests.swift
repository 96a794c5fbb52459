import Foundation
import Registry
import TestAuthority
import Testing

@testable import AdminAPI

@Suite struct `A grace period over the API` {
    @Test func `begins with a replacement, is shown, moved and ended`() async throws {
        let certificates = try TestCertificates()
        try await AdminFixture.run { api in
            for name in ["old", "new"] {
                _ = try await api.request("POST", "/api/v1/certificates", certificates.upload(["a.test"], name: name))
            }
            let slot = "/api/v1/server-certificates/custom-1"
            _ = try await api.request("POST", "/api/v1/server-certificates", #"{"certificate": "old"}"#)
            #expect(try await api.request("GET", slot + "/rotation").code == "no-grace")
            let replaced = try await api.request("PUT", slot, #"{"certificate": "new", "grace": 300}"#)
            #expect(replaced.status == 200)
            let grace = try await api.request("GET", slot).json["grace"]
            #expect(grace["name"].text == "old")
            #expect(grace["until"].text == "2026-01-01T00:05:00Z")
            let report = try await api.request("GET", slot + "/rotation").json
            #expect(report["verdict"].text == "nobody_seen")
            #expect(try await api.request("DELETE", "/api/v1/certificates/old").code == "certificate-in-grace")
            #expect(try await api.request("PATCH", slot + "/grace", #"{"by": 60}"#).status == 200)
            #expect(try await api.request("GET", slot).json["grace"]["until"].text == "2026-01-01T00:06:00Z")
            let until = #"{"until": "2026-01-01T01:00:00Z"}"#
            #expect(try await api.request("PATCH", slot + "/grace", until).status == 200)
            #expect(try await api.request("GET", slot).json["grace"]["until"].text == "2026-01-01T01:00:00Z")
            let both = #"{"until": "2026-01-01T01:00:00Z", "by": 1}"#
            #expect(try await api.request("PATCH", slot + "/grace", both).code == "bad-body")
            #expect(try await api.request("PATCH", slot + "/grace", "{}").code == "bad-body")
            #expect(try await api.request("DELETE", slot + "/grace?dryRun=true").status == 200)
            #expect(try await api.request("DELETE", slot + "/grace").status == 200)
            #expect(try await api.request("GET", slot).json["grace"].value == nil)
            #expect(try await api.request("DELETE", slot + "/grace").code == "no-grace")
        }
    }

    @Test func `is over at its end, also before anything sweeps`() async throws {
        let (old, new) = (try TestCertificates("Old"), try TestCertificates("New"))
        try await AdminFixture.run { api in
            try await api.register(old, name: "fleet")
            let replaced = try await api.request(
                "PUT",
                "/api/v1/ca-certificates/fleet",
                TestCertificates.json(["pem": new.pem])
            )
            #expect(replaced.json["fingerprints"].count == 2)
            let path = "/api/v1/ca-certificates/fleet"
            #expect(try await api.request("GET", path).json["grace"]["superseded"]["subject"].text == "CN=Old")
            #expect(try await api.request("GET", path + "/rotation").json["clientCount"].number == 0)
            api.clock.advance(by: .seconds(599))
            #expect(try await api.request("GET", path).json["grace"].value != nil)
            api.clock.advance(by: .seconds(2))
            #expect(try await api.request("GET", path).json["grace"].value == nil)
        }
    }

    @Test(arguments: [-1, 31 * 86_400])
    func `has a length that is no sooner than now and no later than in a month`(seconds: Int) async throws {
        let certificates = try TestCertificates()
        try await AdminFixture.run { api in
            for name in ["old", "new"] {
                _ = try await api.request("POST", "/api/v1/certificates", certificates.upload(["a.test"], name: name))
            }
            _ = try await api.request("POST", "/api/v1/server-certificates", #"{"certificate": "old"}"#)
            let body = #"{"certificate": "new", "grace": \#(seconds)}"#
            let refused = try await api.request("PUT", "/api/v1/server-certificates/custom-1", body)
            #expect(refused.code == "grace-out-of-range")
        }
    }
}

@Suite struct `Sessions that a change ends` {
    @Test(arguments: [("", true), ("?keepSessions=true", false), ("?dryRun=true", false)])
    func `are those of an unregistered CA, unless they are to stay`(query: String, isEnded: Bool) async throws {
        let certificates = try TestCertificates()
        try await AdminFixture.run { api in
            let fingerprint = try Fingerprint(hex: await api.register(certificates, name: "fleet"))
            let answer = try await api.request("DELETE", "/api/v1/ca-certificates/fleet" + query)
            #expect(answer.json["endedSessions"].number == (isEnded ? 7 : nil))
            #expect(api.ended.all == (isEnded ? [.authority(fingerprint)] : []))
        }
    }

    @Test(arguments: [("", false), ("?disconnect=true", true)])
    func `are those of an unbound server certificate, if asked`(query: String, isEnded: Bool) async throws {
        let certificates = try TestCertificates()
        try await AdminFixture.run { api in
            _ = try await api.request("POST", "/api/v1/certificates", certificates.upload(["a.test"], name: "a"))
            let bound = try await api.request("POST", "/api/v1/server-certificates", #"{"certificate": "a"}"#)
            let fingerprint = try Fingerprint(hex: bound.json["fingerprints"][0].text ?? "")
            _ = try await api.request("DELETE", "/api/v1/server-certificates/custom-1" + query)
            #expect(api.ended.all == (isEnded ? [.serverCertificate(fingerprint)] : []))
        }
    }
}

@Suite struct `Proof of a CA's key over the API` {
    private static let strict = AdminFixture.Options(
        settings: ClusterSettings(mode: .oneDeviceOneCertificate)
    )

    @Test func `is a certificate with the code, once`() async throws {
        let certificates = try TestCertificates("Fleet")
        try await AdminFixture.run(Self.strict) { api in
            let path = "/api/v1/ca-certificates"
            let bare = try await api.request("POST", path, TestCertificates.json(["pem": certificates.pem]))
            #expect(bare.code == "proof-needed")
            let other = try TestCertificates.json(["pem": certificates.pem, "verification": certificates.device("x")])
            #expect(try await api.request("POST", path, other).code == "no-open-registration-code")
            let issued = try await api.request("POST", path + "/registration-codes")
            #expect(issued.status == 201)
            let code = try #require(issued.json["code"].text)
            #expect(try await api.request("POST", path, other).code == "proof-other-code")
            let proof = try TestCertificates.json([
                "pem": certificates.pem, "verification": certificates.device(code), "name": "fleet",
            ])
            #expect(try await api.request("POST", path, proof).status == 201)
            _ = try await api.request("PATCH", path + "/fleet", #"{"state": "inactive"}"#)
            #expect(try await api.request("DELETE", path + "/fleet").status == 200)
            #expect(try await api.request("POST", path, proof).code == "no-open-registration-code")
        }
    }

    @Test func `is waived by an administrator who says so`() async throws {
        let pem = try TestCertificates("Fleet").pem.replacing("\n", with: "\\n")
        try await AdminFixture.run(Self.strict) { api in
            let registered = try await api.request(
                "POST",
                "/api/v1/ca-certificates",
                #"{"pem": "\#(pem)", "noProof": true}"#
            )
            #expect(registered.status == 201)
            let both = #"{"pem": "\#(pem)", "noProof": true, "verification": "x"}"#
            #expect(try await api.request("POST", "/api/v1/ca-certificates", both).code == "bad-body")
        }
    }
}

@Suite struct `What CAs say about certificates, over the API` {
    private static let now = AdminFixture.now
    private static let authority = CertificateShape.authority.with { shape in
        shape.notBefore = now - 86_400
        shape.notAfter = now + 365 * 86_400
    }

    @Test func `are revocation lists, as PEM or DER`() async throws {
        let authority = try TestAuthority("Fleet", shape: Self.authority)
        let shape = RevocationListShape(revoking: try authority.issue("pump")).with { shape in
            shape.thisUpdate = Self.now - 3600
            shape.nextUpdate = Self.now + 3600
        }
        let der = Data(try authority.revocationList(shape)).base64EncodedString()
        let pem = "-----BEGIN X509 CRL-----\n\(der)\n-----END X509 CRL-----\n"
        try await AdminFixture.run { api in
            _ = try await api.request(
                "POST",
                "/api/v1/ca-certificates",
                TestCertificates.json(["pem": authority.certificate.pem, "name": "fleet"])
            )
            let path = "/api/v1/ca-certificates/fleet/crl"
            #expect(try await api.request("GET", path).code == "no-revocation-list")
            #expect(try await api.request("PUT", path, #"{"der": "\#(der)", "onStale": "soft-fail"}"#).status == 200)
            let shown = try await api.request("GET", path).json
            #expect(shown["revokedCount"].number == 1)
            #expect(shown["onStale"].text == "soft-fail")
            #expect(shown["source"].text == "upload")
            #expect(try await api.request("PUT", path, TestCertificates.json(["pem": pem])).status == 200)
            #expect(
                try await api.request("GET", "/api/v1/ca-certificates/fleet").json["revocationList"]["onStale"].text
                    == "hard-fail"
            )
            #expect(try await api.request("PUT", path, #"{"der": "AAAA"}"#).code == "revocation-list-unreadable")
            #expect(try await api.request("PUT", path, #"{"der": "!"}"#).code == "bad-body")
            #expect(try await api.request("PUT", path, "{}").code == "bad-body")
            #expect(try await api.request("PUT", path, #"{"der": "AAAA", "onStale": "never"}"#).code == "bad-body")
            #expect(try await api.request("DELETE", path).status == 200)
            #expect(try await api.request("GET", path).status == 404)
        }
    }

    @Test func `are OCSP answers`() async throws {
        let authority = try TestAuthority("Web", shape: Self.authority)
        let leaf = try authority.issue(
            "a.test",
            CertificateShape.server("a.test").with { shape in
                shape.notBefore = Self.now - 3600
                shape.notAfter = Self.now + 86_400 * 60
            }
        )
        let shape = OCSPShape().with { shape in
            shape.thisUpdate = Self.now - 3600
            shape.nextUpdate = Self.now + 3600
        }
        let staple = Data(try authority.ocspResponse(for: leaf, shape)).base64EncodedString()
        try await AdminFixture.run { api in
            let upload = try TestCertificates.json([
                "chain": leaf.pem + "\n" + authority.certificate.pem, "key": leaf.key.pem, "name": "a",
            ])
            let uploaded = try await api.request("POST", "/api/v1/certificates", upload)
            #expect(uploaded.status == 201, "\(uploaded.text)")
            let path = "/api/v1/certificates/a/ocsp-staple"
            #expect(try await api.request("GET", path).code == "no-ocsp-staple")
            #expect(try await api.request("PUT", path, #"{"response": "\#(staple)"}"#).status == 200)
            #expect(try await api.request("GET", path).json["stale"].flag == false)
            api.clock.advance(by: .seconds(7200))
            #expect(try await api.request("GET", "/api/v1/certificates/a").json["ocspStaple"]["stale"].flag == true)
            #expect(try await api.request("PUT", path, #"{"response": "AAAA"}"#).code == "staple-unreadable")
            #expect(try await api.request("DELETE", path).status == 200)
        }
    }
}
