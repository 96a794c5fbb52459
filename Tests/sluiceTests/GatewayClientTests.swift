import AdminAPI
import ArgumentParser
import Foundation
import TestAuthority
import Testing

@testable import sluice

@Suite struct `Refusals of the gateway` {
    @Test(arguments: [
        (404, "no-such-certificate", CommandStatus.badInput), (422, "key-mismatch", .badInput),
        (400, "bad-body", .badInput), (401, "token-missing", .notAllowed),
        (409, "ca-limit", .answerIsNo), (412, "revision-mismatch", .answerIsNo), (422, "reload-refused", .answerIsNo),
        (429, "x", .rateLimited), (403, "x", .notAllowed), (500, "internal-error", .unreachable),
    ])
    func `have an exit code of their kind`(status: Int, code: String, expected: CommandStatus) throws {
        let json = #"{"type": "urn:sluice:problem:\#(code)", "title": "", "detail": "", "status": \#(status)}"#
        #expect(CommandStatus(try Self.problem(json)) == expected)
    }

    @Test func `tell what stands in the way, unless the sentence does`() throws {
        let json = #"""
            {"type": "urn:sluice:problem:name-conflict", "title": "", "detail": "The name a.test is served already.",
             "status": 409, "conflict": {"slot": "custom-1", "dnsName": "a.test"}}
            """#
        let message = CommandFailure(try Self.problem(json)).message
        #expect(message.contains("in the way: the name a.test, slot custom-1"), "\(message)")
        let told = json.replacing("is served already", with: "is served by custom-1")
        #expect(CommandFailure(try Self.problem(told)).message == "The name a.test is served by custom-1.")
    }

    @Test func `tell when to try again`() throws {
        let json = #"{"type": "urn:sluice:problem:rate", "title": "", "detail": "Too many.", "status": 429}"#
        let failure = CommandFailure(try Self.problem(json), retryAfter: "3")
        #expect(failure.message == "Too many.\n  try again in 3 s")
        #expect(failure.status == .rateLimited)
    }

    private static func problem(_ json: String) throws -> Problem {
        try JSONDecoder().decode(Problem.self, from: Data(json.utf8))
    }
}

@Suite struct `A resource's path` {
    @Test(arguments: [("shop", "shop"), ("a/b", "a%2Fb"), ("..", ".."), ("a b?c", "a%20b%3Fc"), ("ä", "%C3%A4")])
    func `escapes what names it`(reference: String, expected: String) throws {
        #expect(try (["certificates", reference] as ResourcePath).text() == "/api/v1/certificates/\(expected)")
    }

    @Test func `is refused where a name is empty, for then it means something else`() {
        let failure = #expect(throws: CommandFailure.self) { try (["certificates", ""] as ResourcePath).text() }
        #expect(failure?.status == .badInput)
    }

    @Test func `is followed by the parameters that are given`() {
        var query: ResourceQuery = ["limit": "5"]
        query.add("cn", "a*&b=ü")
        query.add("ou", nil)
        query.add("dryRun", if: true)
        query.add("keepSessions", if: false)
        #expect(query.text == "?limit=5&cn=a%2A%26b%3D%C3%BC&dryRun=true")
        #expect(([:] as ResourceQuery).text == "")
    }
}

@Suite struct `An event stream` {
    @Test func `is read the same in pieces of any size`() {
        let text =
            "retry: 3000\n: connected\n\nid: 7\nevent: client_connected\ndata: {\"a\":1}\n\n"
            + "event: x\r\ndata: one\r\ndata:two\r\n\r\nid: 8\n\n"
        let expected = [
            ServerSentEvents.Event(name: "client_connected", data: "{\"a\":1}", id: "7"),
            ServerSentEvents.Event(name: "x", data: "one\ntwo", id: "7"),
        ]
        for size in 1...text.utf8.count {
            var parser = ServerSentEvents()
            var rest = Array(text.utf8)[...]
            var events: [ServerSentEvents.Event] = []
            while !rest.isEmpty {
                events += parser.take(rest.prefix(size))
                rest = rest.dropFirst(size)
            }
            #expect(events == expected, "in pieces of \(size)")
        }
    }
}

@Suite struct `A gateway elsewhere` {
    private static func file(_ content: String) throws -> String {
        let url = FileManager.default.temporaryDirectory.appendingPathComponent(UUID().uuidString)
        try Data(content.utf8).write(to: url)
        return url.path
    }

    @Test(arguments: [
        ("https://gw.example", "gw.example:9443"), ("https://gw.example:1/", "gw.example:1"),
        ("https://[::1]:9443", "[::1]:9443"), ("HTTPS://192.0.2.1", "192.0.2.1:9443"),
    ])
    func `is named by its address`(url: String, authority: String) throws {
        let ca = try Self.file(TestAuthority().certificate.pem)
        let address = try AdminServerAddress(url: url, tokenFile: try Self.file("secret\n"), caFile: ca)
        #expect(address.authority == authority)
        #expect(address.token == "secret")
        #expect(address.anchors?.count == 1)
    }

    @Test(arguments: [
        ("gw.example", CommandStatus.usage), ("ftp://gw.example", .usage), ("http://gw.example:9443", .usage),
        ("https://gw.example/api", .usage), ("https://user@gw.example", .usage),
    ])
    func `is refused by another address`(url: String, status: CommandStatus) throws {
        let ca = try Self.file(TestAuthority().certificate.pem)
        let failure = #expect(throws: CommandFailure.self) {
            try AdminServerAddress(url: url, tokenFile: try Self.file("secret"), caFile: ca)
        }
        #expect(failure?.status == status)
    }

    @Test func `may do without TLS on this machine alone`() throws {
        let address = try AdminServerAddress(url: "http://127.0.0.1:9080", tokenFile: try Self.file("t"), caFile: nil)
        #expect(address.anchors == nil)
    }

    @Test(arguments: ["", "two words", "ümlaut"])
    func `takes no token that is none`(content: String) throws {
        let failure = #expect(throws: CommandFailure.self) {
            try AdminServerAddress(url: "http://localhost", tokenFile: try Self.file(content), caFile: nil)
        }
        #expect(failure?.status == .badInput)
    }

    @Test func `needs a token`() {
        let failure = #expect(throws: CommandFailure.self) {
            try AdminServerAddress(url: "http://localhost", tokenFile: nil, caFile: nil)
        }
        #expect(failure?.status == .usage && failure?.message.contains("tokens create") == true)
    }
}
