import Foundation
import Registry
import Testing

@testable import AdminAPI

@Suite struct `Clients of the broker over the API` {
    @Test func `are listed page by page`() async throws {
        try await AdminFixture.run { api in
            for number in 0..<5 { api.clients.add("dev-\(number)") }
            var seen: [String] = []
            var path = "/api/v1/clients?limit=2"
            while true {
                let page = try await api.request("GET", path).json
                seen += page["items"].each("clientID") ?? []
                guard let cursor = page["nextCursor"].text else { break }
                path = "/api/v1/clients?limit=2&cursor=\(cursor)"
            }
            #expect(seen == (0..<5).map { "dev-\($0)" })
            #expect(api.clients.queries.map(\.limit) == [2, 2, 2])
        }
    }

    @Test func `are asked for by all that a query can say`() async throws {
        try await AdminFixture.run { api in
            let fingerprint = String(repeating: "ab", count: 32)
            let answer = try await api.request(
                "GET",
                "/api/v1/clients?state=waiting&prefix=a%2Fb&userName=u&accessPoint=public&protocolVersion=3.1.1"
                    + "&address=192.0.2.1&fingerprint=\(fingerprint)"
            )
            #expect(answer.status == 200)
            var query = ClientQuery()
            query.state = .waiting
            query.prefix = "a/b"
            query.userName = "u"
            query.accessPoint = "public"
            query.version = .v3_1_1
            query.address = "192.0.2.1"
            query.fingerprint = [UInt8](repeating: 0xAB, count: 32)
            query.limit = 20
            #expect(api.clients.queries == [query])
        }
    }

    @Test(arguments: [
        "state=gone", "protocolVersion=4", "fingerprint=12", "limit=101", "cursor=bm8", "cursor=%21", "sort=clientID",
    ])
    func `are not listed by what makes no sense`(query: String) async throws {
        try await AdminFixture.run { api in
            let status = try await api.request("GET", "/api/v1/clients?\(query)").status
            #expect([400, 422].contains(status))
            #expect(api.clients.queries.isEmpty)
        }
    }

    /// Client ids are any UTF-8: what a path cannot hold as it is comes escaped.
    @Test(arguments: ["a/b", "é", "%41", " ", "?x=1", "..", "a\u{1F600}b", "#"])
    func `are found by any id`(clientID: String) async throws {
        try await AdminFixture.run { api in
            api.clients.add(clientID) { $0.subscriptionCount = 1 }
            let escaped = try #require(clientID.addingPercentEncoding(withAllowedCharacters: .alphanumerics))
            let shown = try await api.request("GET", "/api/v1/clients/\(escaped)")
            #expect(shown.json["clientID"].text == clientID)
            let list = try await api.request("GET", "/api/v1/clients/\(escaped)/subscriptions")
            #expect(list.json["items"].each("filter") == ["0/+"])
            #expect(try await api.request("DELETE", "/api/v1/clients/\(escaped)?session=drop").status == 200)
            #expect(api.clients.dismissals == ["\(clientID): administrative drop send"])
            #expect(try await api.request("GET", "/api/v1/clients/\(escaped)").code == "no-such-client")
        }
    }

    @Test func `whose ids are too long for a cursor are gone through all the same`() async throws {
        try await AdminFixture.run { api in
            let long = String(repeating: "é", count: 5000)
            for clientID in [long, "zz"] { api.clients.add(clientID) }
            let first = try await api.request("GET", "/api/v1/clients?limit=1").json
            #expect(first["items"].each("clientID") == ["zz"])
            let cursor = try #require(first["nextCursor"].text)
            let second = try await api.request("GET", "/api/v1/clients?limit=1&cursor=\(cursor)").json
            #expect(second["items"].each("clientID") == [long])
            // In between is one that begins alike, which is left out, and behind it one that does not.
            for clientID in [long + "!", "ê"] { api.clients.add(clientID) }
            let third = try await api.request("GET", "/api/v1/clients?limit=1&cursor=\(cursor)").json
            let next = try #require(third["nextCursor"].text)
            #expect(next.utf8.count <= 1024)
            let fourth = try await api.request("GET", "/api/v1/clients?limit=2&cursor=\(next)").json
            #expect(fourth["items"].each("clientID") == ["ê"])
        }
    }

    @Test func `show their subscriptions by pages, in order`() async throws {
        try await AdminFixture.run { api in
            api.clients.add("dev") { $0.subscriptionCount = 30 }
            let first = try await api.request("GET", "/api/v1/clients/dev/subscriptions").json
            #expect(first["items"].count == 20)
            let cursor = try #require(first["nextCursor"].text)
            let rest = try await api.request("GET", "/api/v1/clients/dev/subscriptions?cursor=\(cursor)").json
            #expect(rest["items"].each("filter")?.first == "20/+")
            #expect(rest["items"].count == 10)
            #expect(rest["nextCursor"].text == nil)
        }
    }

    @Test func `are sent away with what was asked for, and it is written down who asked`() async throws {
        try await AdminFixture.run { api in
            api.clients.add("dev") {
                $0.state = "connected"
                $0.hasWill = true
                $0.queuedMessages = 1
            }
            let path = "/api/v1/clients/dev"
            let rehearsed = try await api.request("DELETE", path + "?session=drop&dryRun=true")
            #expect(rehearsed.json["changed"].flag == true)
            #expect(rehearsed.json["warnings"].texts?.count == 3)
            #expect(api.clients.dismissals.isEmpty)
            let done = try await api.request("DELETE", path + "?reason=server-busy&will=drop")
            #expect(done.json["summary"].text == "disconnected the client dev")
            #expect(done.json["endedSessions"].number == 1)
            #expect(api.clients.dismissals == ["dev: serverBusy keep drop"])
            let audit = try await api.request("GET", "/api/v1/audit?limit=100").json["items"]
            #expect(audit.each("action")?.filter { $0 == "client.disconnect" }.count == 1)
            #expect(audit.each("object")?.contains("dev") == true)
        }
    }

    @Test func `that are not connected are left alone unless the session is to go`() async throws {
        try await AdminFixture.run { api in
            api.clients.add("away")
            let kept = try await api.request("DELETE", "/api/v1/clients/away")
            #expect(kept.json["changed"].flag == false)
            #expect(api.clients.dismissals.isEmpty)
            let dropped = try await api.request("DELETE", "/api/v1/clients/away?session=drop")
            #expect(dropped.json["changed"].flag == true)
            #expect(dropped.json["endedSessions"].value == nil)
        }
    }

    @Test func `are sent away only from the connection that was seen`() async throws {
        try await AdminFixture.run { api in
            api.clients.add("dev") { $0.state = "connected" }
            let tag = try #require(try await api.request("GET", "/api/v1/clients/dev").tag)
            let other = try await api.request("DELETE", "/api/v1/clients/dev", headers: [("if-match", "\"other\"")])
            #expect(other.status == 412)
            #expect(try await api.request("DELETE", "/api/v1/clients/dev", headers: [("if-match", tag)]).status == 200)
        }
    }

    @Test func `are for viewers to see and for operators to send away`() async throws {
        try await AdminFixture.runOverTCP { api, port in
            api.clients.add("dev") { $0.state = "connected" }
            for (role, listed, sent) in [(Role.viewer, 200, 403), (.operator, 200, 200)] {
                let token = try await api.token(role)
                let list = try await api.request("GET", "/api/v1/clients", token: token, port: port)
                #expect(list.status == listed)
                let away = try await api.request("DELETE", "/api/v1/clients/dev", token: token, port: port)
                #expect(away.status == sent)
            }
            #expect(try await api.request("GET", "/api/v1/clients", token: nil, port: port).status == 401)
        }
    }
}
