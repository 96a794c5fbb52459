import Foundation
import Hummingbird
import HummingbirdCore
import NIOCore
import Registry
import Testing

@testable import AdminAPI

@Suite struct `A path of the route table` {
    @Test(arguments: [
        ("/a/{b}", "/a/x", ["b": "x"]),
        ("/a/{b}", "/a/x%2Fy%20z", ["b": "x/y z"]),
        ("/a/{b}", "/a/%C3%A9", ["b": "é"]),
        ("/a/{b}", "/a/%FF", nil),
        ("/a/{b}", "/a/", nil),
        ("/a/{b}", "/a", nil),
        ("/a/{b}", "/a/x/", nil),
        ("/a/{b}/c", "/a/x/c", ["b": "x"]),
        ("/a/{b}/c", "/a/x/d", nil),
        ("/a", "/a", [:]),
        ("/a", "//a", nil),
        ("/a", "/A", nil),
    ])
    func `matches whole segments and decodes its parameters`(
        pattern: String,
        path: String,
        found: [String: String]?
    ) throws {
        let segments = try RequestTarget(path).segments
        #expect(PathPattern(pattern).match(segments) == found)
    }

    @Test func `that is spelled out is looked at before one that takes anything`() throws {
        let table = RouteTable(
            ["x/{any}", "x/import", "{any}/import"].map { path in
                Route(.get, path, .viewer, "", answer: .json("")) { _ in .init(status: .ok) }
            }
        )
        #expect(
            try table.route(.get, RequestTarget("/api/v1/x/import")).route.pattern.description == "/api/v1/x/import"
        )
        #expect(try table.route(.get, RequestTarget("/api/v1/x/y")).parameters == ["any": "y"])
        #expect(try table.route(.head, RequestTarget("/api/v1/y/import")).parameters == ["any": "y"])
    }
}

@Suite struct `The target of a request` {
    @Test(arguments: [
        ("/a?b=c", ["b=c"]), ("/a?b", ["b="]), ("/a?b=c&b=d", ["b=c", "b=d"]), ("/a?b=c=d", ["b=c=d"]),
        ("/a?b=x+y%2B", ["b=x y+"]), ("/a?", []), ("/a?&&b=c", ["b=c"]), ("/a", []), ("/a?%62=%C3%A9", ["b=é"]),
    ])
    func `has its query decoded`(text: String, items: [String]) throws {
        #expect(try RequestTarget(text).query.map { "\($0.name)=\($0.value)" } == items)
    }

    @Test(arguments: [
        ("", "no-such-resource"), ("*", "no-such-resource"), ("http://x/a", "no-such-resource"),
        ("/a?b=%FF", "bad-parameter"), ("/a?b=%zz", "bad-parameter"),
        ("/" + String(repeating: "a", count: 4096), "target-too-long"),
    ])
    func `is refused with a reason`(text: String, code: String) {
        let problem = #expect(throws: Problem.self) { try RequestTarget(text) }
        #expect(problem?.code == code)
    }
}

@Suite struct `A media type` {
    @Test(
        arguments: [
            ([], true), (["*/*"], true), (["application/*"], true), (["application/json"], true),
            (["text/html, application/json;q=0.5"], true), (["text/html"], false), (["application/json;q=0"], false),
            (["*/*;q=0"], false), (["application/json;q=0, */*"], true), (["text/html", "*/*;q=0.1"], true),
            (["application/problem+json"], true), (["APPLICATION/JSON"], true), (["nonsense"], false), ([""], false),
        ] as [([String], Bool)]
    )
    func `is given as Accept asks`(accept: [String], isTaken: Bool) {
        var request = HTTPRequest(method: .get, scheme: nil, authority: nil, path: "/")
        request.headerFields[values: .accept] = accept
        let problem = problem {
            try MediaTypes.checkAccept(.init(head: request, body: .empty), offered: ["application/json"])
        }
        #expect((problem == nil) == isTaken)
    }

    @Test(
        arguments: [
            (nil, true), ("application/json", true), ("Application/JSON; charset=utf-8", true), ("text/plain", false),
            ("", false),
        ] as [(String?, Bool)]
    )
    func `of a body is taken as declared`(type: String?, isTaken: Bool) {
        var request = HTTPRequest(method: .post, scheme: nil, authority: nil, path: "/")
        if let type { request.headerFields[.contentType] = type }
        let problem = problem {
            try MediaTypes.checkContentType(.init(head: request, body: .empty), taken: ["application/json"])
        }
        #expect((problem == nil) == isTaken)
    }

    private func problem(_ body: () throws -> Void) -> Problem? {
        do {
            try body()
            return nil
        } catch {
            return error as? Problem
        }
    }
}

@Suite struct `A state told by an entity tag` {
    @Test(
        arguments: [
            (nil, nil), ("*", nil), ("\"r7\"", nil), ("\"r6\"", "revision-mismatch"), ("\"r6\", \"r7\"", nil),
            ("W/\"r7\"", "revision-mismatch"), ("r7", "revision-mismatch"), ("", "revision-mismatch"),
        ] as [(String?, String?)]
    )
    func `is compared as If-Match asks`(header: String?, code: String?) {
        var request = HTTPRequest(method: .put, scheme: nil, authority: nil, path: "/")
        if let header { request.headerFields[.ifMatch] = header }
        let precondition = Precondition(.init(head: request, body: .empty))
        do {
            _ = try precondition.revision(current: 7)
            #expect(code == nil)
        } catch {
            #expect(error.code == code)
        }
    }

    @Test func `tells what differs, and only that`() {
        #expect(EntityTag(of: "a", nil) == EntityTag(of: "a", nil))
        #expect(EntityTag(of: "a", nil) != EntityTag(of: "a", ""))
        #expect(EntityTag(of: "a", "b") != EntityTag(of: "ab", ""))
    }
}

@Suite struct `A moment in RFC 3339` {
    @Test(arguments: [
        ("2026-01-01T00:00:00Z", true), ("2026-01-01T00:00:00.250Z", true), ("2026-01-01T01:00:00+01:00", true),
        ("2026-01-01", false), ("yesterday", false), ("", false),
    ])
    func `is read with and without a fraction`(text: String, isTaken: Bool) {
        #expect((Timestamp.date(text) != nil) == isTaken)
    }
}

extension HummingbirdCore.RequestBody {
    fileprivate static var empty: HummingbirdCore.RequestBody { .init(buffer: ByteBuffer()) }
}
