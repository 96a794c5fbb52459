import Foundation
import NIOHTTP1
import Registry
import SQLiteStorage
import Testing

@testable import AdminAPI

@Suite struct `The audit log over the API` {
    @Test func `tells who changed what, newest first, page by page`() async throws {
        try await AdminFixture.run { api in
            for version in ["1.1", "1.2", "1.3"] {
                _ = try await api.request("PUT", "/api/v1/tls", #"{"min": "\#(version)"}"#)
            }
            let first = try await api.request("GET", "/api/v1/audit?limit=2").json
            #expect((0...1).map { first["items"][$0]["sequence"].number } == [3, 2])
            let second = try await api.request("GET", "/api/v1/audit?limit=2&cursor=\(first["nextCursor"].text ?? "")")
                .json
            #expect(second["items"].count == 1)
            #expect(second["items"][0]["hash"].text == first["items"][1]["previousHash"].text)
            #expect(try await api.request("GET", "/api/v1/audit?action=none").json["items"].count == 0)
            let since = try await api.request("GET", "/api/v1/audit?from=2026-01-01T00:00:01Z")
            #expect(since.json["items"].count == 0)
        }
    }

    @Test func `is verified, also against what was noted of it`() async throws {
        try await AdminFixture.run { api in
            _ = try await api.request("PUT", "/api/v1/tls", #"{"min": "1.2"}"#)
            let intact = try await api.request("GET", "/api/v1/audit/verification").json
            #expect(intact["intact"].flag == true)
            #expect(intact["entries"].number == 1)
            let hash = try #require(intact["headHash"].text)
            let path = "/api/v1/audit/verification?sequence=1&hash="
            #expect(try await api.request("GET", path + hash).json["intact"].flag == true)
            let broken = try await api.request("GET", path + String(repeating: "0", count: 64)).json
            #expect(broken["intact"].flag == false)
            #expect(broken["brokenAt"].number == 1)
            #expect(broken["finding"].text?.isEmpty == false)
        }
    }

    @Test func `is exported as JSON lines, oldest first`() async throws {
        try await AdminFixture.run { api in
            for version in ["1.1", "1.2"] {
                _ = try await api.request("PUT", "/api/v1/tls", #"{"min": "\#(version)"}"#)
            }
            let exported = try await api.request("GET", "/api/v1/audit/export")
            #expect(exported.type == "application/jsonl")
            let decoder = JSONDecoder()
            decoder.dateDecodingStrategy = .iso8601
            let entries = try exported.text.split(separator: "\n").map {
                try decoder.decode(AuditEntryResource.self, from: Data($0.utf8))
            }
            #expect(entries.map(\.sequence) == [1, 2])
        }
    }

    @Test func `notes a reload, and who asked for it`() async throws {
        try await AdminFixture.run { api in
            _ = try await api.request("POST", "/api/v1/reload")
            #expect(
                try await api.request("GET", "/api/v1/audit").json["items"].each("action") == ["configuration.reload"]
            )
        }
    }
}

@Suite struct `An explanation over the API` {
    @Test func `tells why a device was refused, and what its certificate is`() async throws {
        let certificates = try TestCertificates("Fleet")
        try await AdminFixture.run { api in
            try await api.register(certificates, name: "fleet")
            let fingerprint = try await api.registerDevice(certificates, "pump", clientID: "pump-7")
            var note = RefusalNote(
                time: AdminFixture.now,
                reason: "client_certificate_revoked",
                words: "The certificate is revoked.",
                remedy: "Give it a new one.",
                accessPoint: "public",
                address: "192.0.2.7"
            )
            note.clientID = "pump-7"
            note.depth = 0
            api.journals.refusals.note(note)
            api.journals.refusals.note(note)
            for query in ["pump-7", "192.0.2.7"] {
                let found = try await api.request("GET", "/api/v1/explain?query=" + query).json
                #expect(found["refusals"][0]["code"].text == "client_certificate_revoked")
                #expect(found["refusals"][0]["count"].number == 2)
                #expect(found["refusals"][0]["remedy"].text == "Give it a new one.")
            }
            let byID = try await api.request("GET", "/api/v1/explain?query=pump-7").json
            #expect(byID["certificate"]["fingerprint"].text == fingerprint)
            let nothing = try await api.request("GET", "/api/v1/explain?query=nobody").json
            #expect(nothing["refusals"].count == 0)
            #expect(nothing["nothingFound"].text?.contains("nobody") == true)
        }
    }
}

@Suite struct `A dry run of TLS versions` {
    @Test func `names the clients that it would cut off`() async throws {
        try await AdminFixture.run { api in
            var sighting = Sighting(time: AdminFixture.now, accessPoint: "public", address: "192.0.2.1")
            sighting.clientID = "old-pump"
            sighting.offer = TLSOffer(supportedVersions: [.tls1_1])
            var batch = SightingBatch()
            batch.add(sighting)
            try await api.sightings.record(batch)
            let answer = try await api.request("PUT", "/api/v1/tls?dryRun=true", #"{"min": "1.2"}"#).json
            #expect(answer["cutOff"]["cutOff"].number == 1)
            #expect(answer["cutOff"]["clients"][0]["client"].text == "old-pump")
            #expect(answer["cutOff"]["clients"][0]["prospect"].text == "cut_off")
        }
    }
}
