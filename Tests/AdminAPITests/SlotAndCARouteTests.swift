import Foundation
import OpenSSL
import Registry
import Testing

@Suite struct `Server certificate slots over the API` {
    @Test func `bind, list, replace and unbind`() async throws {
        let certificates = try TestCertificates()
        try await AdminFixture.run { api in
            for name in ["old", "new"] {
                _ = try await api.request(
                    "POST",
                    "/api/v1/certificates",
                    certificates.upload(["mqtt.shop.test"], name: name)
                )
            }
            let bound = try await api.request("POST", "/api/v1/server-certificates", #"{"certificate": "old"}"#)
            #expect(bound.status == 201)
            let listed = try await api.request("GET", "/api/v1/server-certificates")
            #expect(listed.json["items"][0]["slot"].text == "custom-1")
            #expect(listed.json["items"][0]["certificate"]["name"].text == "old")
            let replaced = try await api.request(
                "PUT",
                "/api/v1/server-certificates/custom-1",
                #"{"certificate": "new"}"#
            )
            #expect(replaced.status == 200)
            #expect(replaced.json["undo"].text?.hasPrefix("sluice server-certs replace custom-1 ") == true)
            let shown = try await api.request("GET", "/api/v1/server-certificates/custom-1")
            #expect(shown.json["certificate"]["name"].text == "new")
            let unbound = try await api.request("DELETE", "/api/v1/server-certificates/custom-1")
            #expect(unbound.json["warnings"].texts == ["refused from now on: mqtt.shop.test"])
            #expect(try await api.request("GET", "/api/v1/server-certificates").json["items"].count == 0)
        }
    }

    @Test func `list the default slot first`() async throws {
        let certificates = try TestCertificates()
        try await AdminFixture.run { api in
            for (name, slot) in [("a", "custom-1"), ("b", "default")] {
                _ = try await api.request(
                    "POST",
                    "/api/v1/certificates",
                    certificates.upload(["\(name).test"], name: name)
                )
                _ = try await api.request(
                    "POST",
                    "/api/v1/server-certificates",
                    #"{"certificate": "\#(name)", "slot": "\#(slot)"}"#
                )
            }
            let items = try await api.request("GET", "/api/v1/server-certificates").json["items"]
            #expect([items[0]["slot"].text, items[1]["slot"].text] == ["default", "custom-1"])
        }
    }

    @Test func `refuse a fourth custom certificate and keep the three`() async throws {
        let certificates = try TestCertificates()
        try await AdminFixture.run { api in
            for number in 1...4 {
                let upload = try certificates.upload(["c\(number).test"], name: "c\(number)")
                _ = try await api.request("POST", "/api/v1/certificates", upload)
            }
            for number in 1...3 {
                let bound = try await api.request(
                    "POST",
                    "/api/v1/server-certificates",
                    #"{"certificate": "c\#(number)"}"#
                )
                #expect(bound.status == 201)
            }
            let refused = try await api.request("POST", "/api/v1/server-certificates", #"{"certificate": "c4"}"#)
            #expect(refused.status == 409)
            #expect(refused.json["type"].text == "urn:sluice:problem:custom-certificate-limit")
            #expect(try await api.request("GET", "/api/v1/server-certificates").json["items"].count == 3)
        }
    }

    @Test func `name the certificate that serves a name already`() async throws {
        let certificates = try TestCertificates()
        try await AdminFixture.run { api in
            for name in ["a", "b"] {
                _ = try await api.request("POST", "/api/v1/certificates", certificates.upload(["x.test"], name: name))
            }
            let bound = try await api.request("POST", "/api/v1/server-certificates", #"{"certificate": "a"}"#)
            let refused = try await api.request("POST", "/api/v1/server-certificates", #"{"certificate": "b"}"#)
            #expect(refused.status == 409)
            #expect(refused.json["type"].text == "urn:sluice:problem:name-conflict")
            #expect(refused.json["conflict"]["slot"].text == "custom-1")
            #expect(refused.json["conflict"]["dnsName"].text == "x.test")
            #expect(refused.json["conflict"]["fingerprint"].text == bound.json["fingerprints"][0].text)
        }
    }

    @Test func `switch the default off only beside a custom certificate`() async throws {
        let certificates = try TestCertificates()
        try await AdminFixture.run { api in
            let off = #"{"enabled": false}"#
            let refused = try await api.request("PATCH", "/api/v1/server-certificates/default", off)
            #expect(refused.status == 409)
            #expect(refused.json["type"].text == "urn:sluice:problem:default-needed")
            _ = try await api.request("POST", "/api/v1/certificates", certificates.upload(["a.test"], name: "a"))
            _ = try await api.request("POST", "/api/v1/server-certificates", #"{"certificate": "a"}"#)
            #expect(try await api.request("PATCH", "/api/v1/server-certificates/default", off).status == 200)
            let last = try await api.request("DELETE", "/api/v1/server-certificates/custom-1")
            #expect(last.status == 409)
            #expect(last.json["conflict"]["slot"].text == "custom-1")
        }
    }

    @Test(arguments: [
        ("GET", "/api/v1/server-certificates/custom-1", "", 404, "slot-empty"),
        ("GET", "/api/v1/server-certificates/slot-1", "", 422, "slot-name"),
        ("PATCH", "/api/v1/server-certificates/custom-1", #"{"enabled": false}"#, 422, "slot-always-enabled"),
        ("POST", "/api/v1/server-certificates", #"{"certificate": "nobody"}"#, 404, "no-such-certificate"),
        ("DELETE", "/api/v1/server-certificates/default", "", 409, "default-cannot-be-unbound"),
        ("DELETE", "/api/v1/server-certificates/custom-1?dryRun=yes", "", 400, "bad-parameter"),
        ("GET", "/api/v1/certificates?limit=0", "", 400, "bad-parameter"),
        ("GET", "/api/v1/certificates?cursor=%21", "", 400, "bad-parameter"),
        ("GET", "/api/v1/nothing", "", 404, "no-such-resource"),
        ("GET", "/", "", 404, "no-such-resource"),
        ("DELETE", "/api/v1/status", "", 405, "method-not-allowed"),
    ])
    func `answer problems with a stable type`(
        method: String,
        path: String,
        body: String,
        status: Int,
        code: String
    ) async throws {
        try await AdminFixture.run { api in
            let answer = try await api.request(method, path, body.isEmpty ? nil : body)
            #expect(answer.status == status)
            #expect(answer.type == "application/problem+json")
            #expect(answer.json["type"].text == "urn:sluice:problem:\(code)")
            #expect(answer.json["status"].number == status)
        }
    }
}

@Suite struct `The CA registry over the API` {
    @Test func `registers, shows, switches and unregisters a CA`() async throws {
        let pem = try TestCertificates("Fleet").pem
        try await AdminFixture.run { api in
            let registered = try await api.request(
                "POST",
                "/api/v1/ca-certificates",
                TestCertificates.json(["pem": pem, "name": "fleet"])
            )
            #expect(registered.status == 201)
            let shown = try await api.request("GET", "/api/v1/ca-certificates/fleet")
            #expect(shown.json["state"].text == "active")
            #expect(shown.json["subject"].text == "CN=Fleet")
            #expect(shown.json["pem"].text?.filter { $0 != "\n" } == pem.filter { $0 != "\n" })
            let switched = try await api.request("PATCH", "/api/v1/ca-certificates/fleet", #"{"state": "inactive"}"#)
            #expect(switched.json["changed"].flag == true)
            #expect(
                try await api.request("GET", "/api/v1/ca-certificates").json["items"][0]["state"].text == "inactive"
            )
            #expect(try await api.request("DELETE", "/api/v1/ca-certificates/fleet").status == 200)
            #expect(try await api.request("GET", "/api/v1/ca-certificates").json["items"].count == 0)
        }
    }

    @Test func `takes a bundle as a whole or not at all`() async throws {
        let (one, two) = (try TestCertificates("One").pem, try TestCertificates("Two").pem)
        try await AdminFixture.run { api in
            let bundle = try TestCertificates.json(["pem": one + two])
            let registered = try await api.request("POST", "/api/v1/ca-certificates", bundle)
            #expect(registered.json["fingerprints"].count == 2)
            let again = try await api.request("POST", "/api/v1/ca-certificates", bundle)
            #expect(again.status == 409)
            #expect(again.json["type"].text == "urn:sluice:problem:ca-already-registered")
            #expect(again.json["conflict"]["fingerprint"].text != nil)
        }
    }

    @Test func `can register without trusting yet`() async throws {
        let pem = try TestCertificates().pem
        try await AdminFixture.run { api in
            _ = try await api.request(
                "POST",
                "/api/v1/ca-certificates",
                TestCertificates.json(["pem": pem, "state": "inactive"])
            )
            #expect(api.control.current.state.activeAuthorities.isEmpty)
            #expect(api.control.current.state.authorities.count == 1)
        }
    }

    @Test func `tells what is odd about a certificate that it takes`() async throws {
        let certificates = try TestCertificates()
        let leaf = try certificates.authority.issueServerCertificate(
            dnsNames: ["a.test"],
            validity: TestCertificates.validity
        )
        try await AdminFixture.run { api in
            let registered = try await api.request(
                "POST",
                "/api/v1/ca-certificates",
                TestCertificates.json(["pem": leaf.certificate.pem])
            )
            #expect(registered.status == 201)
            #expect(registered.json["warnings"].texts?.isEmpty == false)
        }
    }
}
