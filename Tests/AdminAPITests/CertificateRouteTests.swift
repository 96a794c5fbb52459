import Foundation
import OpenSSL
import Registry
import Testing

@Suite struct `The certificate store over the API` {
    @Test func `takes a chain and its key, and gives out all but the key`() async throws {
        let certificates = try TestCertificates()
        try await AdminFixture.run { api in
            let uploaded = try await api.request(
                "POST", "/api/v1/certificates", certificates.upload(["mqtt.shop.test"], name: "shop"))
            #expect(uploaded.status == 201)
            #expect(uploaded.json["changed"].flag == true)
            #expect(uploaded.json["summary"].text?.contains("mqtt.shop.test") == true)
            let fingerprint = try #require(uploaded.json["fingerprints"][0].text)
            #expect(uploaded.json["undo"].text == "sluice certs delete \(fingerprint.prefix(12))")
            let shown = try await api.request("GET", "/api/v1/certificates/shop")
            #expect(
                shown.json.names == [
                    "chain", "chainLength", "commonName", "createdAt", "dnsNames", "fingerprint", "issuer", "key", "name",
                    "notAfter", "notBefore", "serial", "subject", "validity",
                ])
            #expect(shown.json["fingerprint"].text == fingerprint)
            #expect(shown.json["createdAt"].text == "2026-01-01T00:00:00Z")
            #expect(shown.json["chain"].text?.hasPrefix("-----BEGIN CERTIFICATE-----\n") == true)
            #expect(!shown.text.contains("PRIVATE"))
        }
    }

    @Test func `names certificates by fingerprint prefix and by serial, too`() async throws {
        let certificates = try TestCertificates()
        try await AdminFixture.run { api in
            let upload = try certificates.upload(["mqtt.shop.test"], name: "shop")
            let uploaded = try await api.request("POST", "/api/v1/certificates", upload)
            let fingerprint = try #require(uploaded.json["fingerprints"][0].text)
            let serial = try #require(try await api.request("GET", "/api/v1/certificates/shop").json["serial"].text)
            for reference in [String(fingerprint.prefix(8)), fingerprint, fingerprint.uppercased(), serial] {
                let shown = try await api.request("GET", "/api/v1/certificates/\(reference)")
                #expect(shown.json["name"].text == "shop", "\(reference)")
            }
        }
    }

    @Test func `rehearses without storing anything`() async throws {
        let certificates = try TestCertificates()
        try await AdminFixture.run { api in
            let rehearsed = try await api.request(
                "POST", "/api/v1/certificates?dryRun=true", certificates.upload(["mqtt.shop.test"]))
            #expect(rehearsed.status == 200)
            #expect(rehearsed.json["dryRun"].flag == true)
            #expect(try await api.request("GET", "/api/v1/certificates").json["items"].count == 0)
            #expect(api.control.current.state.revision == 0)
        }
    }

    @Test func `pages its list`() async throws {
        let certificates = try TestCertificates()
        try await AdminFixture.run { api in
            for number in 1...3 {
                _ = try await api.request("POST", "/api/v1/certificates", certificates.upload(["c\(number).shop.test"]))
            }
            let first = try await api.request("GET", "/api/v1/certificates?limit=2")
            #expect(first.json["items"].count == 2)
            let cursor = try #require(first.json["nextCursor"].text)
            let second = try await api.request("GET", "/api/v1/certificates?limit=2&cursor=\(cursor)")
            #expect(second.json["items"].count == 1)
            #expect(second.json.names == ["items", "nextCursor"])
            #expect(second.json["nextCursor"].value is NSNull)
        }
    }

    @Test func `keeps what is bound, and names the slot`() async throws {
        let certificates = try TestCertificates()
        try await AdminFixture.run { api in
            _ = try await api.request("POST", "/api/v1/certificates", certificates.upload(["a.shop.test"], name: "a"))
            _ = try await api.request("POST", "/api/v1/server-certificates", #"{"certificate": "a"}"#)
            let refused = try await api.request("DELETE", "/api/v1/certificates/a")
            #expect(refused.status == 409)
            #expect(refused.type == "application/problem+json")
            #expect(refused.json["type"].text == "urn:sluice:problem:certificate-in-use")
            #expect(refused.json["conflict"]["slot"].text == "custom-1")
            _ = try await api.request("DELETE", "/api/v1/server-certificates/custom-1")
            #expect(try await api.request("DELETE", "/api/v1/certificates/a").status == 200)
            #expect(try await api.request("GET", "/api/v1/certificates/a").status == 404)
        }
    }

    @Test(arguments: [
        (#"{"chain": "x", "key": "y"}"#, 422, "unreadable-pem"),
        (#"{"chain": "x"}"#, 400, "bad-body"),
        (#"{"chain": 7, "key": "y"}"#, 400, "bad-body"),
        (#"{"chain": "x", "key": "y", "nam": "z"}"#, 400, "bad-body"),
        (#"{"chain": "x", "key": "y", "name": "no name"}"#, 422, "object-name"),
        ("[]", 400, "bad-body"), ("", 400, "bad-body"), ("{", 400, "bad-body"),
        (#"{"chain": ""# + String(repeating: "A", count: 17 * 1024) + #"", "key": "y"}"#, 422, "upload-too-large"),
        (#"{"chain": ""# + String(repeating: "A", count: 300 * 1024) + #"", "key": "y"}"#, 413, "body-too-large"),
    ])
    func `refuses a bad upload with a name for what is bad`(body: String, status: Int, code: String) async throws {
        try await AdminFixture.run { api in
            let refused = try await api.request("POST", "/api/v1/certificates", body)
            #expect(refused.status == status)
            #expect(refused.json["type"].text == "urn:sluice:problem:\(code)")
            #expect(refused.json["detail"].text?.isEmpty == false)
        }
    }

    @Test func `refuses a key of another certificate`() async throws {
        let certificates = try TestCertificates()
        let issued = try certificates.authority.issueServerCertificate(
            dnsNames: ["a.test"], validity: TestCertificates.validity)
        let body = try TestCertificates.json([
            "chain": issued.certificate.pem, "key": certificates.authority.key.pkcs8PEM,
        ])
        try await AdminFixture.run { api in
            let refused = try await api.request("POST", "/api/v1/certificates", body)
            #expect(refused.status == 422)
            #expect(refused.json["type"].text == "urn:sluice:problem:key-mismatch")
            #expect(!refused.text.contains("PRIVATE"))
        }
    }
}
