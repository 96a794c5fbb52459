import Foundation
import NIOHTTP1
import Registry
import SQLiteStorage
import Testing

@testable import AdminAPI

@Suite struct `The client certificate registry over the API` {
    @Test func `registers a device, shows it, and finds it by each of its names`() async throws {
        let certificates = try TestCertificates("Fleet")
        try await AdminFixture.run { api in
            let authority = try await api.register(certificates, name: "fleet")
            let body = try TestCertificates.json([
                "pem": certificates.device("pump-7"), "ca": "fleet", "clientID": "seven",
            ])
            let registered = try await api.request("POST", "/api/v1/client-certificates", body)
            #expect(registered.status == 201)
            let fingerprint = try #require(registered.json["fingerprints"][0].text)
            #expect(registered.location == "/api/v1/client-certificates/\(fingerprint)")
            let shown = try await api.request("GET", "/api/v1/client-certificates/\(fingerprint)").json
            #expect(shown["commonName"].text == "pump-7")
            #expect(shown["organizationalUnit"].text == "Pumps")
            #expect(shown["caFingerprint"].text == authority)
            #expect(shown["state"].text == "active")
            #expect(shown["source"].text == "manual")
            let serial = try #require(shown["serial"].text)
            for reference in [String(fingerprint.prefix(10)), serial, "seven"] {
                let found = try await api.request("GET", "/api/v1/client-certificates/\(reference)")
                #expect(found.json["fingerprint"].text == fingerprint, "\(reference)")
            }
        }
    }

    @Test func `says what stands in the way of registering`() async throws {
        let (certificates, foreign) = (try TestCertificates("Fleet"), try TestCertificates("Foreign"))
        try await AdminFixture.run { api in
            try await api.register(certificates, name: "fleet")
            let body = try TestCertificates.json(["pem": certificates.device("pump-7")])
            let first = try await api.request("POST", "/api/v1/client-certificates", body)
            let inactive = try TestCertificates.json([
                "pem": JSONNode(value: try JSONSerialization.jsonObject(with: Data(body.utf8)))["pem"].text,
                "state": "inactive",
            ])
            let again = try await api.request("POST", "/api/v1/client-certificates", inactive)
            #expect(again.status == 409)
            #expect(again.code == "client-certificate-already-registered")
            #expect(again.json["conflict"]["fingerprint"].text == first.json["fingerprints"][0].text)
            let stranger = try TestCertificates.json(["pem": foreign.device("x")])
            let refused = try await api.request("POST", "/api/v1/client-certificates", stranger)
            #expect(refused.status == 422)
            #expect(refused.code == "client-certificate-unknown-issuer")
            let authority = try TestCertificates.json(["pem": certificates.pem])
            let isCA = try await api.request("POST", "/api/v1/client-certificates", authority)
            #expect(isCA.code == "client-certificate-is-ca")
        }
    }

    /// The transition table, as an operator sees it.
    @Test(arguments: [
        (["inactive"], 200, "inactive"), (["active"], 200, "active"), (["revoked"], 200, "revoked"),
        (["inactive", "active"], 200, "active"), (["revoked", "revoked"], 200, "revoked"),
        (["revoked", "active"], 409, "revoked"), (["revoked", "inactive"], 409, "revoked"),
        (["pending_activation"], 400, "active"), (["delete"], 400, "active"),
    ])
    func `goes from state to state`(states: [String], status: Int, final: String) async throws {
        let certificates = try TestCertificates("Fleet")
        try await AdminFixture.run { api in
            try await api.register(certificates, name: "fleet")
            let path = "/api/v1/client-certificates/" + (try await api.registerDevice(certificates, "pump"))
            var last = 0
            for state in states {
                last = try await api.request("PATCH", path, #"{"state": "\#(state)"}"#).status
            }
            #expect(last == status)
            #expect(try await api.request("GET", path).json["state"].text == final)
        }
    }

    @Test func `deletes what is stopped, keeps a tombstone and a history, and purges`() async throws {
        let certificates = try TestCertificates("Fleet")
        try await AdminFixture.run { api in
            try await api.register(certificates, name: "fleet")
            let fingerprint = try await api.registerDevice(certificates, "pump")
            let path = "/api/v1/client-certificates/" + fingerprint
            let refused = try await api.request("DELETE", path)
            #expect(refused.code == "delete-needs-inactive-or-revoked")
            let rehearsed = try await api.request("PATCH", path + "?dryRun=true", #"{"state": "revoked"}"#)
            #expect(rehearsed.json["changed"].flag == true)
            let revoked = try await api.request("PATCH", path, #"{"state": "revoked"}"#)
            #expect(revoked.json["undo"].text == nil)
            #expect(revoked.json["fingerprints"].texts == [fingerprint])
            #expect(try await api.request("DELETE", path).status == 200)
            #expect(try await api.request("GET", path).status == 404)
            let stones = try await api.request("GET", "/api/v1/client-certificates/tombstones").json["items"]
            #expect(stones[0]["fingerprint"].text == fingerprint)
            #expect(stones[0]["state"].text == "revoked")
            let actions = try await api.request("GET", path + "/history").json["items"].each("action")
            #expect(actions == ["delete", "revoke", "register"].map { "client-certificate." + $0 })
            let tombstones = "/api/v1/client-certificates/tombstones/"
            #expect(try await api.request("DELETE", tombstones + "00000000").code == "no-tombstone")
            #expect(try await api.request("DELETE", tombstones + fingerprint.prefix(7)).code == "fingerprint")
            let beginning = tombstones + fingerprint.prefix(12).uppercased() + "?dryRun=true"
            #expect(try await api.request("DELETE", beginning).json["fingerprints"].texts == [fingerprint])
            let purge = tombstones + fingerprint
            #expect(try await api.request("DELETE", purge).status == 200)
            #expect(try await api.request("DELETE", purge).code == "no-tombstone")
        }
    }

    @Test func `changes the client id, and only in the state that was read`() async throws {
        let certificates = try TestCertificates("Fleet")
        try await AdminFixture.run { api in
            try await api.register(certificates, name: "fleet")
            let path = "/api/v1/client-certificates/" + (try await api.registerDevice(certificates, "pump"))
            let tag = try #require(try await api.request("GET", path).tag)
            let set = try await api.request("PATCH", path, #"{"clientID": "p1"}"#, headers: [("if-match", tag)])
            #expect(set.status == 200)
            #expect(try await api.request("GET", path).json["clientID"].text == "p1")
            #expect(try await api.request("GET", path).tag == set.tag)
            let late = try await api.request("PATCH", path, #"{"clientID": null}"#, headers: [("if-match", tag)])
            #expect(late.status == 412)
            #expect(try await api.request("PATCH", path, #"{"clientID": null}"#).status == 200)
            #expect(try await api.request("GET", path).json["clientID"].value == nil)
            #expect(try await api.request("PATCH", path, #"{"clientID": ""}"#).code == "client-id")
            #expect(try await api.request("PATCH", path, "{}").code == "bad-body")
            #expect(try await api.request("PATCH", path, #"{"state": "active", "clientID": "x"}"#).code == "bad-body")
        }
    }

    @Test(arguments: [
        ("", ["c", "b", "a"]), ("sort=commonName", ["a", "b", "c"]), ("sort=-commonName", ["c", "b", "a"]),
        ("cn=a", ["a"]), ("cn=z*", []), ("state=inactive", ["b"]),
        ("state=active,inactive&sort=commonName", ["a", "b", "c"]),
        ("state=active&state=inactive&sort=commonName", ["a", "b", "c"]), ("ou=Pumps&cn=b", ["b"]),
        ("clientID=id-c", ["c"]),
        ("source=automatic", []), ("validity=valid&sort=commonName", ["a", "b", "c"]), ("expiringWithin=30d", []),
        ("expiringWithin=366d&cn=c", ["c"]), ("notAfterBefore=2026-06-01T00:00:00Z", []), ("ca=fleet&cn=a", ["a"]),
        ("search=id-", ["c"]), ("notBeforeAfter=2026-01-01T00:00:00Z", []),
    ])
    func `lists by any filters together`(query: String, names: [String]) async throws {
        let certificates = try TestCertificates("Fleet")
        try await AdminFixture.run { api in
            try await api.register(certificates, name: "fleet")
            for name in ["a", "b", "c"] {
                api.clock.advance(by: .seconds(1))
                try await api.registerDevice(certificates, name, clientID: name == "c" ? "id-c" : nil)
            }
            let b = try await api.request("GET", "/api/v1/client-certificates?cn=b").json["items"][0]["fingerprint"]
                .text
            _ = try await api.request("PATCH", "/api/v1/client-certificates/\(b ?? "")", #"{"state": "inactive"}"#)
            let listed = try await api.request("GET", "/api/v1/client-certificates?" + query)
            #expect(listed.json["items"].each("commonName") == names)
            #expect(listed.tag != nil)
        }
    }

    @Test func `lists page by page`() async throws {
        let certificates = try TestCertificates("Fleet")
        try await AdminFixture.run { api in
            try await api.register(certificates, name: "fleet")
            for name in ["a", "b", "c"] { try await api.registerDevice(certificates, name) }
            let path = "/api/v1/client-certificates?sort=commonName&limit=2"
            let first = try await api.request("GET", path).json
            #expect(first["items"].each("commonName") == ["a", "b"])
            let cursor = try #require(
                first["nextCursor"].text?.addingPercentEncoding(withAllowedCharacters: .alphanumerics)
            )
            let second = try await api.request("GET", path + "&cursor=" + cursor).json
            #expect(second["items"].each("commonName") == ["c"])
            #expect(second["nextCursor"].value is NSNull)
        }
    }

    @Test func `takes 15 at once and says when to come again`() async throws {
        let certificates = try TestCertificates("Fleet")
        let bodies = try (1...16).map { try TestCertificates.json(["pem": certificates.device("pump-\($0)")]) }
        try await AdminFixture.run { api in
            try await api.register(certificates, name: "fleet")
            for body in bodies.dropLast() {
                #expect(try await api.request("POST", "/api/v1/client-certificates", body).status == 201)
            }
            let limited = try await api.request("POST", "/api/v1/client-certificates", bodies[15])
            #expect(limited.status == 429)
            #expect(limited.code == "registration-rate-limited")
            #expect(limited.headers.first(name: "retry-after") == "1")
            api.clock.advance(by: .seconds(1))
            #expect(try await api.request("POST", "/api/v1/client-certificates", bodies[15]).status == 201)
        }
    }

    @Test func `tells which clients came with a certificate, and who of them is here`() async throws {
        let certificates = try TestCertificates("Fleet")
        try await AdminFixture.run { api in
            try await api.register(certificates, name: "fleet")
            let fingerprint = try await api.registerDevice(certificates, "pump")
            var batch = SightingBatch()
            for id in ["pump-1", "pump-2"] {
                var sighting = Sighting(time: AdminFixture.now, accessPoint: "public", address: "192.0.2.1")
                sighting.clientID = id
                sighting.fingerprint = try Fingerprint(hex: fingerprint)
                batch.add(sighting)
            }
            try await api.sightings.record(batch)
            let listed = try await api.request("GET", "/api/v1/client-certificates/\(fingerprint)/clients").json[
                "items"
            ]
            #expect(listed.each("clientID")?.sorted() == ["pump-1", "pump-2"])
            #expect(
                (0...1).map { listed[$0]["connected"].flag == (listed[$0]["clientID"].text == "pump-1") } == [
                    true, true,
                ]
            )
        }
    }

    @Test func `keeps a CA that it holds certificates of`() async throws {
        let certificates = try TestCertificates("Fleet")
        try await AdminFixture.run { api in
            let authority = try await api.register(certificates, name: "fleet")
            try await api.registerDevice(certificates, "pump")
            #expect(
                try await api.request("GET", "/api/v1/ca-certificates/fleet").json["clientCertificates"].number == 1
            )
            let refused = try await api.request("DELETE", "/api/v1/ca-certificates/fleet")
            #expect(refused.code == "ca-has-client-certificates")
            #expect(refused.json["conflict"]["fingerprint"].text == authority)
        }
    }
}

@Suite struct `Many client certificates at once` {
    @Test func `go out as CSV and come in again`() async throws {
        let certificates = try TestCertificates("Fleet")
        try await AdminFixture.run { api in
            try await api.register(certificates, name: "fleet")
            let fingerprint = try await api.registerDevice(certificates, "pump, the \"big\" one")
            let exported = try await api.request("GET", "/api/v1/client-certificates/export?format=csv")
            #expect(exported.type == "text/csv")
            #expect(
                exported.headers.first(name: "content-disposition")
                    == "attachment; filename=\"client-certificates.csv\""
            )
            #expect(exported.text.contains("\"pump, the \"\"big\"\" one\""))
            let path = "/api/v1/client-certificates/" + fingerprint
            _ = try await api.request("PATCH", path, #"{"state": "inactive"}"#)
            _ = try await api.request("DELETE", path)
            _ = try await api.request("DELETE", "/api/v1/client-certificates/tombstones/" + fingerprint)
            let job = try await api.importFile(exported.text, "text/csv")
            #expect(job["registered"].number == 1)
            #expect(try await api.request("GET", path).json["commonName"].text == "pump, the \"big\" one")
        }
    }

    @Test func `go out as JSON lines, by the filters of the list`() async throws {
        let certificates = try TestCertificates("Fleet")
        try await AdminFixture.run { api in
            try await api.register(certificates, name: "fleet")
            for name in ["a", "b"] { try await api.registerDevice(certificates, name) }
            let exported = try await api.request("GET", "/api/v1/client-certificates/export?cn=b")
            let lines = exported.text.split(separator: "\n")
            #expect(lines.count == 1)
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            let record = try decoder.decode(ClientCertificateResource.self, from: Data(lines[0].utf8))
            #expect(record.commonName == "b")
        }
    }

    @Test func `come in as a PEM bundle, each good one of it`() async throws {
        let (certificates, foreign) = (try TestCertificates("Fleet"), try TestCertificates("Foreign"))
        try await AdminFixture.run { api in
            try await api.register(certificates, name: "fleet")
            let bundle = try "# fleet\n" + certificates.device("a") + foreign.device("x") + certificates.device("b")
            let job = try await api.importFile(bundle, "application/x-pem-file")
            #expect(job["state"].text == "finished")
            #expect(job["registered"].number == 2)
            #expect(job["failed"].number == 1)
            #expect(job["failures"][0]["code"].text == "client-certificate-unknown-issuer")
            #expect(job["failures"][0]["line"].number ?? 0 > 2)
            let names = try await api.request("GET", "/api/v1/client-certificates?sort=commonName").json["items"]
            #expect(names.each("commonName") == ["a", "b"])
            let over = try await api.request("DELETE", "/api/v1/jobs/\(job["id"].number ?? 0)")
            #expect(over.code == "job-is-over")
            let started = try await api.request("GET", "/api/v1/audit?action=import").json["items"]
            #expect(started.each("action") == ["import.start"])
            #expect(try await api.request("GET", "/api/v1/jobs").json["items"].each("name") == ["import"])
        }
    }

    @Test(arguments: [
        ("", "text/csv", "filter"), ("colour\nred\n", "text/csv", "filter"),
        ("x", "application/x-pem-file", "bad-body"),
        ("-----BEGIN CERTIFICATE-----\nAA\n", "application/x-pem-file", "bad-body"),
        ("x", "text/html", "unsupported-media-type"),
        (String(repeating: "x", count: 70_000), "application/x-pem-file", "bad-body"),
    ])
    func `are refused as a whole with a reason`(file: String, type: String, code: String) async throws {
        try await AdminFixture.run { api in
            let path = "/api/v1/client-certificates/import?unthrottled=true"
            let refused = try await api.request("POST", path, file, headers: [("content-type", type)])
            #expect(refused.code == code)
        }
    }
}

extension AdminFixture {
    /// Imports a file and gives the job once it is over.
    func importFile(_ file: String, _ type: String) async throws -> JSONNode {
        let path = "/api/v1/client-certificates/import?unthrottled=true"
        let accepted = try await request("POST", path, file, headers: [("content-type", type)])
        #expect(accepted.status == 202)
        let id = try #require(accepted.json["id"].number)
        #expect(accepted.location == "/api/v1/jobs/\(id)")
        await services.jobs.wait(for: Int64(id))
        return try await request("GET", "/api/v1/jobs/\(id)").json
    }
}

extension JSONNode {
    /// A member of each element.
    func each(_ name: String) -> [String]? {
        (value as? [Any])?.map { JSONNode(value: $0)[name].text ?? "-" }
    }
}
