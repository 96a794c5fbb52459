import Foundation
import Testing

@testable import AdminAPI

@Suite struct `Users over the API` {
    @Test func `are added, shown, changed and removed, and no password comes out`() async throws {
        try await AdminFixture.run { api in
            let added = try await api.request("POST", "/api/v1/users", #"{"name": "pump 1", "password": "hunter2"}"#)
            #expect(added.status == 201)
            #expect(added.location == "/api/v1/users/pump%201")
            let path = "/api/v1/users/pump%201"
            let shown = try await api.request("GET", path)
            #expect(shown.json.names == ["createdAt", "enabled", "name", "updatedAt"])
            let tag = try #require(shown.tag)
            api.clock.advance(by: .seconds(1))
            let off = try await api.request("PATCH", path, #"{"enabled": false}"#, headers: [("if-match", tag)])
            #expect(off.status == 200)
            let late = try await api.request("DELETE", path, headers: [("if-match", tag)])
            #expect(late.status == 412)
            #expect(try await api.request("PATCH", path, #"{"clientID": "p1"}"#).status == 200)
            #expect(try await api.request("PATCH", path, #"{"password": "hunter22"}"#).status == 200)
            #expect(try await api.request("GET", path).json["clientID"].text == "p1")
            #expect(try await api.request("GET", path).json["enabled"].flag == false)
            #expect(try await api.request("DELETE", path).status == 200)
            #expect(try await api.request("GET", path).status == 404)
        }
    }

    @Test(arguments: [
        (#"{"name": "a", "password": ""}"#, 400, "bad-body"),
        (#"{"name": "a:b", "password": "hunter2"}"#, 422, "user-name"),
        (#"{"name": "here", "password": "hunter2"}"#, 409, "user-already-exists"),
        (#"{"name": "a", "password": "hunter2", "clientID": ""}"#, 422, "client-id"),
    ])
    func `are refused with a reason`(body: String, status: Int, code: String) async throws {
        try await AdminFixture.run { api in
            _ = try await api.request("POST", "/api/v1/users", #"{"name": "here", "password": "hunter2"}"#)
            let refused = try await api.request("POST", "/api/v1/users", body)
            #expect(refused.status == status)
            #expect(refused.code == code)
            if status == 409 { #expect(refused.json["conflict"]["name"].text == "here") }
        }
    }

    @Test func `come from a password file, all of them or none`() async throws {
        // mosquitto_passwd's form; the words behind do not matter here.
        let salt = Data(repeating: 1, count: 12).base64EncodedString()
        let hash = "$7$101$\(salt)$" + Data(repeating: 2, count: 64).base64EncodedString()
        try await AdminFixture.run { api in
            let path = "/api/v1/users/import"
            let type = [("content-type", "text/plain")]
            let bad = try await api.request("POST", path, "a:\(hash)\nb:plain\n", headers: type)
            #expect(bad.status == 422)
            #expect(bad.code == "user-import")
            #expect(try await api.request("GET", "/api/v1/users").json["items"].count == 0)
            let rehearsed = try await api.request("POST", path + "?dryRun=true", "a:\(hash)\n", headers: type)
            #expect(rehearsed.json["dryRun"].flag == true)
            #expect(try await api.request("POST", path, "a:\(hash)\nb:\(hash)\n", headers: type).status == 200)
            let first = try await api.request("GET", "/api/v1/users?limit=1").json
            #expect(first["items"].each("name") == ["a"])
            let second = try await api.request("GET", "/api/v1/users?limit=1&cursor=\(first["nextCursor"].text ?? "")")
                .json
            #expect(second["items"].each("name") == ["b"])
            #expect(second["nextCursor"].value is NSNull)
            #expect(try await api.request("GET", "/api/v1/users?search=B").json["items"].each("name") == ["b"])
        }
    }
}

@Suite struct `Tokens over the API` {
    @Test func `tell their secret once`() async throws {
        try await AdminFixture.run { api in
            let body = #"{"name": "ci", "role": "operator", "expiresAt": "2026-02-01T00:00:00Z"}"#
            let rehearsed = try await api.request("POST", "/api/v1/tokens?dryRun=true", body)
            #expect(rehearsed.json["secret"].value == nil)
            let created = try await api.request("POST", "/api/v1/tokens", body)
            #expect(created.status == 201)
            #expect(created.json["secret"].text?.hasPrefix("sluice_") == true)
            let id = try #require(created.json["token"]["id"].text)
            let shown = try await api.request("GET", "/api/v1/tokens/\(id)")
            #expect(shown.json.names == ["createdAt", "expired", "expiresAt", "id", "name", "role"])
            #expect(try await api.request("GET", "/api/v1/tokens").json["items"].each("name") == ["ci"])
            #expect(try await api.request("DELETE", "/api/v1/tokens/ci?dryRun=true").status == 200)
            #expect(try await api.request("DELETE", "/api/v1/tokens/\(id)").status == 200)
            #expect(try await api.request("GET", "/api/v1/tokens/\(id)").status == 404)
        }
    }

    @Test(arguments: [
        (#"{"name": "here", "role": "viewer"}"#, 409, "token-name-taken"),
        (#"{"name": "a", "role": "king"}"#, 400, "bad-body"),
        (#"{"name": "a b", "role": "viewer"}"#, 422, "object-name"),
        (#"{"name": "a", "role": "viewer", "expiresAt": "2020-01-01T00:00:00Z"}"#, 422, "token-expiry-in-the-past"),
        (#"{"name": "a", "role": "viewer", "expiresAt": "soon"}"#, 400, "bad-body"),
    ])
    func `are refused with a reason`(body: String, status: Int, code: String) async throws {
        try await AdminFixture.run { api in
            _ = try await api.request("POST", "/api/v1/tokens", #"{"name": "here", "role": "viewer"}"#)
            let refused = try await api.request("POST", "/api/v1/tokens", body)
            #expect(refused.status == status)
            #expect(refused.code == code)
        }
    }
}
