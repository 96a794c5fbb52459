import Foundation
import NIOHTTP1
import Testing

@testable import AdminAPI

@Suite struct `A request to the admin API` {
    @Test(arguments: [
        ("DELETE", "/api/v1/mode", 405, "method-not-allowed"),
        ("TRACE", "/api/v1/mode", 405, "method-not-allowed"),
        ("GET", "/api/v1/client-certificates/import", 405, "method-not-allowed"),
        ("GET", "/api/v1/mode?x=1", 400, "unknown-parameter"),
        ("GET", "/api/v1/users?limit=5&limit=6", 400, "bad-parameter"),
        ("GET", "/api/v1/users?limit=101", 400, "bad-parameter"),
        ("GET", "/api/v1/users?limit=ten", 400, "bad-parameter"),
        ("GET", "/api/v1/users?cursor=!", 400, "bad-parameter"),
        ("GET", "/api/v1/mode/", 404, "no-such-resource"),
        ("GET", "/api/v2/mode", 404, "no-such-resource"),
        ("GET", "/api/v1/client-certificates?state=dead", 400, "bad-parameter"),
        ("GET", "/api/v1/client-certificates?sort=colour", 400, "bad-parameter"),
        ("GET", "/api/v1/client-certificates?expiringWithin=soon", 400, "bad-parameter"),
        ("GET", "/api/v1/client-certificates?notAfterBefore=soon", 400, "bad-parameter"),
        ("GET", "/api/v1/client-certificates?cursor=zzzz", 422, "cursor"),
        ("GET", "/api/v1/client-certificates?cn=pump%00", 400, "bad-parameter"),
        ("GET", "/api/v1/client-certificates?search=%00", 400, "bad-parameter"),
        ("GET", "/api/v1/audit?object=a%00b", 400, "bad-parameter"),
        ("GET", "/api/v1/client-certificates?ca=nobody", 404, "no-such-ca"),
        ("GET", "/api/v1/explain", 400, "bad-parameter"),
        ("GET", "/api/v1/jobs/x", 400, "bad-parameter"),
        ("GET", "/api/v1/jobs/7", 404, "no-such-job"),
        ("GET", "/api/v1/events?kind=party", 400, "bad-parameter"),
        ("GET", "/api/v1/audit/verification?sequence=1", 400, "bad-parameter"),
        ("GET", "/api/v1/audit?from=never", 400, "bad-parameter"),
        ("GET", "/api/v1/tokens/none", 404, "no-such-token"),
        ("GET", "/api/v1/users/nobody", 404, "no-such-user"),
        ("GET", "/api/v1/users/a:b", 422, "user-name"),
    ])
    func `is refused with a stable type`(method: String, path: String, status: Int, code: String) async throws {
        try await AdminFixture.run { api in
            let answer = try await api.request(method, path)
            #expect(answer.status == status)
            #expect(answer.code == code)
            #expect(answer.json["detail"].text?.isEmpty == false)
        }
    }

    @Test func `with another method is told the ones that there are`() async throws {
        try await AdminFixture.run { api in
            let answer = try await api.request("POST", "/api/v1/server-certificates/default")
            #expect(answer.headers.first(name: "allow") == "DELETE, GET, HEAD, PATCH, PUT")
            #expect(answer.json["allowed"].texts == ["DELETE", "GET", "HEAD", "PATCH", "PUT"])
        }
    }

    @Test func `for the head alone is answered as GET is, without the content`() async throws {
        try await AdminFixture.run { api in
            let (head, whole) = (
                try await api.request("HEAD", "/api/v1/tls"), try await api.request("GET", "/api/v1/tls")
            )
            #expect(head.status == 200)
            #expect(head.text.isEmpty)
            #expect(head.tag == whole.tag)
            #expect(head.headers.first(name: "content-length") == String(whole.text.utf8.count))
        }
    }

    @Test func `whose body is of another kind, or whose answer shall be, is refused`() async throws {
        try await AdminFixture.run { api in
            let sent = try await api.request("PUT", "/api/v1/tls", "<x/>", headers: [("content-type", "text/xml")])
            #expect(sent.code == "unsupported-media-type")
            let asked = try await api.request("GET", "/api/v1/tls", headers: [("accept", "text/html")])
            #expect(asked.status == 406)
            #expect(asked.type == Problem.mediaType)
        }
    }

    @Test(arguments: [("/api/v1/tls", 257), ("/api/v1/users/import", 33 * 1024)])
    func `that is too long is refused by what it says of itself`(path: String, kibibytes: Int) async throws {
        try await AdminFixture.run { api in
            let method = path.hasSuffix("tls") ? "PUT" : "POST"
            let answer = try await api.request(method, path, String(repeating: "x", count: kibibytes * 1024))
            #expect(answer.status == 413)
        }
    }

    @Test func `with a long path is refused`() async throws {
        try await AdminFixture.run { api in
            let answer = try await api.request("GET", "/api/v1/users?search=" + String(repeating: "x", count: 5000))
            #expect(answer.code == "target-too-long")
        }
    }

    @Test func `is answered with the state's tag, which a change may name`() async throws {
        try await AdminFixture.run { api in
            let tag = try #require(try await api.request("GET", "/api/v1/tls").tag)
            let body = #"{"min": "1.2"}"#
            let changed = try await api.request("PUT", "/api/v1/tls", body, headers: [("if-match", tag)])
            #expect(changed.status == 200)
            #expect(changed.tag != tag)
            let again = try await api.request("PUT", "/api/v1/tls", #"{"min": "1.3"}"#, headers: [("if-match", tag)])
            #expect(again.status == 412)
            #expect(again.code == "revision-mismatch")
            let rehearsed = try await api.request("PUT", "/api/v1/tls?dryRun=true", body, headers: [("if-match", tag)])
            #expect(rehearsed.status == 412)
        }
    }

    @Test func `changes nothing when it is rehearsed`() async throws {
        try await AdminFixture.run { api in
            let rehearsed = try await api.request("PUT", "/api/v1/tls?dryRun=true", #"{"min": "1.2"}"#)
            #expect(rehearsed.json["dryRun"].flag == true)
            #expect(rehearsed.json["changed"].flag == true)
            #expect(rehearsed.json["cutOff"]["seen"].number == 0)
            #expect(try await api.request("GET", "/api/v1/tls").json["min"].text == "1.0")
            #expect(try await api.request("GET", "/api/v1/audit").json["items"].count == 0)
        }
    }
}
