import Foundation
import Testing

@testable import WebSocket

/// Reads a request that comes at once, as an endpoint does.
private func upgrade(_ text: String, by rules: UpgradeRules = UpgradeRules()) throws(UpgradeFailure) -> UpgradeRequest {
    try upgrade(Array(text.utf8), by: rules)
}

private func upgrade(_ bytes: [UInt8], by rules: UpgradeRules = UpgradeRules()) throws(UpgradeFailure) -> UpgradeRequest
{
    try bytes.withUnsafeBufferPointer { buffer throws(UpgradeFailure) in
        let bytes = UnsafeRawBufferPointer(buffer)
        var scanner = RequestScanner()
        guard let size = try scanner.findEnd(in: bytes) else { throw .malformed(.requestLine) }
        return try UpgradeRequest(parsing: UnsafeRawBufferPointer(rebasing: bytes[..<size]), by: rules)
    }
}

/// A request with a line other than usual, or without one.
private func request(
    _ line: String = "GET /mqtt HTTP/1.1",
    _ changes: [String: String] = [:],
    without missing: String = "",
    extra: String = ""
) -> String {
    let usual = [
        "Host": "mqtt.example.net", "Upgrade": "websocket", "Connection": "Upgrade",
        "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==", "Sec-WebSocket-Version": "13",
        "Sec-WebSocket-Protocol": "mqtt",
    ]
    let fields = usual.keys.sorted().compactMap { name in
        name == missing ? nil : (changes[name] ?? usual[name]).map { "\(name): \($0)\r\n" }
    }
    return line + "\r\n" + fields.joined() + extra + "\r\n"
}

@Suite struct UpgradeTests {
    @Test func `answers the example of RFC 6455`() throws {
        let request = try upgrade(request())
        #expect(request.subprotocol == .mqtt)
        let answer = String(decoding: UpgradeResponse.accepting(request), as: UTF8.self)
        // § 1.3
        #expect(
            answer == """
                HTTP/1.1 101 Switching Protocols\r
                Upgrade: websocket\r
                Connection: Upgrade\r
                Sec-WebSocket-Accept: s3pPLMBiTxaQ9kYGzzhZRbK+xOo=\r
                Sec-WebSocket-Protocol: mqtt\r
                \r

                """
        )
    }

    /// What clients send that keep the rules, each in its own way.
    static let accepted: [(reason: String, text: String, subprotocol: UpgradeRequest.Subprotocol)] = [
        (
            "tokens without regard to case",
            request("GET /mqtt HTTP/1.1", ["Upgrade": "WebSocket", "Connection": "UPGRADE"]), .mqtt
        ),
        (
            "Connection as a list, as Firefox sends it",
            request(extra: "").replacing("Connection: Upgrade", "Connection: keep-alive, Upgrade"), .mqtt
        ),
        ("Connection on two lines", request(extra: "Connection: keep-alive\r\n"), .mqtt),
        ("field names in lower case", request().replacing("Sec-WebSocket-Key", "sec-websocket-key"), .mqtt),
        ("no space behind a colon", request().replacing("Host: ", "Host:"), .mqtt),
        (
            "spaces and a tab around a value",
            request().replacing("Host: ", "Host: \t ").replacing("example.net", "example.net \t"), .mqtt
        ),
        ("several subprotocols", request("GET /mqtt HTTP/1.1", ["Sec-WebSocket-Protocol": "mqttv3.1, mqtt"]), .mqtt),
        (
            "subprotocols on two lines",
            request(
                "GET /mqtt HTTP/1.1",
                ["Sec-WebSocket-Protocol": "amqp"],
                extra: "Sec-WebSocket-Protocol: mqtt\r\n"
            ), .mqtt
        ),
        ("the old subprotocol alone", request("GET /mqtt HTTP/1.1", ["Sec-WebSocket-Protocol": "mqttv3.1"]), .mqttv3_1),
        ("a query behind the path", request("GET /mqtt?token=1 HTTP/1.1"), .mqtt),
        (
            "an extension offered, and not taken", request(extra: "Sec-WebSocket-Extensions: permessage-deflate\r\n"),
            .mqtt
        ),
        ("a length of nothing", request(extra: "Content-Length: 0\r\n"), .mqtt),
        ("cookies in UTF-8", request(extra: "Cookie: a=ü\r\n"), .mqtt),
        ("any origin, without a list", request(extra: "Origin: https://evil.example\r\n"), .mqtt),
    ]

    // [MQTT-6.0.0-4]
    @Test(arguments: accepted.indices)
    func `takes what keeps the rules`(index: Int) throws {
        let row = Self.accepted[index]
        #expect(try upgrade(row.text).subprotocol == row.subprotocol, "\(row.reason)")
    }

    /// What does not, why, and the answer's status.
    static let refused: [(reason: String, text: String, failure: UpgradeFailure, status: Int)] = [
        ("another path", request("GET / HTTP/1.1"), .pathUnknown(needed: "/mqtt"), 404),
        ("the path in other case", request("GET /MQTT HTTP/1.1"), .pathUnknown(needed: "/mqtt"), 404),
        ("the path and more", request("GET /mqtt/ HTTP/1.1"), .pathUnknown(needed: "/mqtt"), 404),
        ("the path escaped", request("GET /%6dqtt HTTP/1.1"), .pathUnknown(needed: "/mqtt"), 404),
        ("the path with dots", request("GET /a/../mqtt HTTP/1.1"), .pathUnknown(needed: "/mqtt"), 404),
        ("a whole URL, as to a proxy", request("GET http://h/mqtt HTTP/1.1"), .pathUnknown(needed: "/mqtt"), 404),
        ("POST", request("POST /mqtt HTTP/1.1"), .methodNotAllowed, 405),
        ("a method in lower case", request("get /mqtt HTTP/1.1"), .methodNotAllowed, 405),
        ("HTTP/1.0", request("GET /mqtt HTTP/1.0"), .versionNotSpoken, 505),
        ("HTTP/2's preface", "PRI * HTTP/2.0\r\n\r\n", .versionNotSpoken, 505),
        ("no version", request("GET /mqtt"), .malformed(.requestLine), 400),
        ("two spaces", request("GET  /mqtt HTTP/1.1"), .malformed(.requestLine), 400),
        ("a space behind the version", request("GET /mqtt HTTP/1.1 "), .malformed(.requestLine), 400),
        ("an empty line first", "\r\n" + request(), .malformed(.requestLine), 400),
        ("no host", request("GET /mqtt HTTP/1.1", without: "Host"), .malformed(.hostMissing), 400),
        ("an empty host", request("GET /mqtt HTTP/1.1", ["Host": ""]), .malformed(.hostMissing), 400),
        ("two hosts", request(extra: "Host: other\r\n"), .malformed(.repeatedField("host")), 400),
        ("a space before a colon", request().replacing("Host:", "Host :"), .malformed(.fieldName), 400),
        ("a line that goes on", request(extra: "Cookie: a\r\n b\r\n"), .malformed(.fieldName), 400),
        ("a field without a name", request(extra: ": a\r\n"), .malformed(.fieldName), 400),
        ("a line without a colon", request(extra: "Cookie\r\n"), .malformed(.fieldName), 400),
        ("a lone LF", request().replacing("\r\nHost", "\nHost"), .malformed(.loneLineFeed), 400),
        ("a lone CR", request().replacing("\r\nHost", "\rHost"), .malformed(.loneCarriageReturn), 400),
        ("a NUL", request(extra: "Cookie: a\0b\r\n"), .malformed(.controlCharacter(0)), 400),
        (
            "more fields than are read", request(extra: String(repeating: "a: b\r\n", count: 60)),
            .malformed(.tooManyFields(66)), 400
        ),
        (
            "more bytes than are read", request(extra: "Cookie: " + String(repeating: "a", count: 8192) + "\r\n"),
            .tooLong(limit: 8192), 431
        ),
        ("chunks to come", request(extra: "Transfer-Encoding: chunked\r\n"), .bytesBehindRequest, 400),
        ("a body to come", request(extra: "Content-Length: 5\r\n"), .bytesBehindRequest, 400),
        (
            "two lengths", request(extra: "Content-Length: 0\r\nContent-Length: 0\r\n"),
            .malformed(.repeatedField("content-length")), 400
        ),
        ("a browser's address bar", "GET /mqtt HTTP/1.1\r\nHost: h\r\n\r\n", .notAnUpgrade, 426),
        ("an upgrade to HTTP/2", request("GET /mqtt HTTP/1.1", ["Upgrade": "h2c"]), .notAnUpgrade, 426),
        ("Upgrade without Connection", request("GET /mqtt HTTP/1.1", without: "Connection"), .notAnUpgrade, 426),
        (
            "Connection that only begins with it", request("GET /mqtt HTTP/1.1", ["Connection": "Upgraded"]),
            .notAnUpgrade, 426
        ),
        (
            "version 8", request("GET /mqtt HTTP/1.1", ["Sec-WebSocket-Version": "8"]), .webSocketVersion(found: "8"),
            426
        ),
        (
            "a list of versions", request("GET /mqtt HTTP/1.1", ["Sec-WebSocket-Version": "13, 8"]),
            .webSocketVersion(found: "unknown"), 426
        ),
        (
            "no version of the protocol", request("GET /mqtt HTTP/1.1", without: "Sec-WebSocket-Version"),
            .webSocketVersion(found: "unknown"), 426
        ),
        ("no key", request("GET /mqtt HTTP/1.1", without: "Sec-WebSocket-Key"), .keyUnusable, 400),
        (
            "a key of 15 bytes", request("GET /mqtt HTTP/1.1", ["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25j"]),
            .keyUnusable, 400
        ),
        (
            "a key of 17 bytes", request("GET /mqtt HTTP/1.1", ["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZTE="]),
            .keyUnusable, 400
        ),
        (
            "a key in the alphabet of URLs",
            request("GET /mqtt HTTP/1.1", ["Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25-_Q=="]), .keyUnusable, 400
        ),
        (
            "two keys", request(extra: "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"),
            .malformed(.repeatedField("sec-websocket-key")), 400
        ),
        (
            "no subprotocol", request("GET /mqtt HTTP/1.1", without: "Sec-WebSocket-Protocol"),
            .subprotocolMissing, 400
        ),
        (
            "other subprotocols", request("GET /mqtt HTTP/1.1", ["Sec-WebSocket-Protocol": "amqp, MQTT"]),
            .subprotocolMissing, 400
        ),
        (
            "two origins", request(extra: "Origin: https://a\r\nOrigin: https://b\r\n"),
            .malformed(.repeatedField("origin")), 400
        ),
    ]

    @Test(arguments: refused.indices)
    func `refuses what does not, with the status that says why`(index: Int) {
        let row = Self.refused[index]
        #expect(throws: row.failure, "\(row.reason)") { try upgrade(row.text) }
        #expect(row.failure.status.rawValue == row.status, "\(row.reason)")
    }

    @Test func `refuses MQTT without a WebSocket at its first byte`() {
        #expect(throws: UpgradeFailure.notHTTP(firstByte: 0x10)) { try upgrade([0x10]) }
        #expect(throws: UpgradeFailure.notHTTP(firstByte: 0x16)) { try upgrade(wire("16 03 01")) }
    }

    @Test func `looks at every byte once, however the head is cut`() throws {
        let bytes = Array(request().utf8)
        var scanner = RequestScanner()
        for count in 1..<bytes.count {
            #expect(try bytes[..<count].withUnsafeBytes { try scanner.findEnd(in: $0) } == nil)
        }
        #expect(try (bytes + wire("82 80")).withUnsafeBytes { try scanner.findEnd(in: $0) } == bytes.count)
    }

    @Test func `a head that never ends is refused at its limit`() throws {
        var scanner = RequestScanner()
        let endless = [UInt8](repeating: UInt8(ascii: "a"), count: 8192)
        #expect(try endless.withUnsafeBytes { try scanner.findEnd(in: $0) } == nil)
        #expect(throws: UpgradeFailure.tooLong(limit: 8192)) {
            try (endless + wire("'a'")).withUnsafeBytes { try scanner.findEnd(in: $0) }
        }
    }

    @Test(arguments: [
        ("https://app.example.com", true), ("https://APP.example.com", true), ("https://app.example.com:443", true),
        ("http://app.example.com", false), ("https://app.example.com:8443", false), ("http://localhost:8000", true),
        ("http://localhost", false), ("https://app.example.com.evil.test", false), ("null", false),
        ("https://app.example.com/", false), ("", false),
    ])
    func `lets the listed origins in, and no others`(origin: String, isAllowed: Bool) throws {
        let listed = try ["https://app.example.com", "http://localhost:8000"].map { try #require(WebOrigin($0)) }
        let rules = UpgradeRules(origins: listed)
        let text = request(extra: "Origin: \(origin)\r\n")
        if isAllowed {
            #expect(try upgrade(text, by: rules).subprotocol == .mqtt)
        } else {
            let failure = #expect(throws: UpgradeFailure.self) { try upgrade(text, by: rules) }
            #expect(failure?.status == .forbidden)
        }
        // No browser: nobody's page.
        #expect(try upgrade(request(), by: rules).subprotocol == .mqtt)
    }

    @Test func `takes a page without an origin where that is listed`() throws {
        let rules = UpgradeRules(origins: [try #require(WebOrigin("null"))])
        #expect(try upgrade(request(extra: "Origin: null\r\n"), by: rules).subprotocol == .mqtt)
    }

    @Test(arguments: [
        "ftp://a", "a.example", "https://", "https://a/b", "https://user@a", "*", "https://*.a", "https://a b",
    ])
    func `takes no origin but of the form that browsers send`(text: String) {
        #expect(WebOrigin(text) == nil)
    }

    @Test(arguments: [
        ("/mqtt", true), ("/", true), ("/a/b-c", true), ("mqtt", false), ("", false), ("/a?b", false), ("/a b", false),
    ])
    func `knows a path`(text: String, isPath: Bool) {
        #expect(UpgradeRules.isPath(text) == isPath)
    }

    @Test func `serves another path where it is told to`() throws {
        #expect(try upgrade(request("GET /ws HTTP/1.1"), by: UpgradeRules(path: "/ws")).subprotocol == .mqtt)
    }

    @Test func `a refusal is a whole answer that no browser takes for a page`() {
        let answer = String(decoding: UpgradeResponse.refusing(.notAnUpgrade), as: UTF8.self)
        #expect(
            answer.hasPrefix("HTTP/1.1 426 Upgrade Required\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n")
        )
        #expect(answer.contains("\r\nConnection: Upgrade, close\r\n"))
        #expect(answer.contains("Content-Type: text/plain; charset=utf-8\r\n"))
        #expect(answer.contains("new WebSocket(url, \"mqtt\")"))
        let parts = answer.split(separator: "\r\n\r\n", maxSplits: 1)
        #expect(answer.contains("\r\nContent-Length: \(parts[1].utf8.count)\r\n"))
        let method = String(decoding: UpgradeResponse.refusing(.methodNotAllowed), as: UTF8.self)
        #expect(method.contains("\r\nAllow: GET\r\nConnection: close\r\n"))
    }

    @Test(arguments: [
        ("", "da39a3ee5e6b4b0d3255bfef95601890afd80709"), ("abc", "a9993e364706816aba3e25717850c26c9cd0d89d"),
        (
            "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
            "84983e441c3bd26ebaae4aa1f95129e5e54670f1"
        ), (String(repeating: "a", count: 1000), "291e9a6c66994949b57ba5e650361e98fc36b1ba"),
    ])
    func `SHA-1 is that of FIPS 180`(message: String, digest: String) {
        #expect(SHA1.digest(Array(message.utf8)) == wire(digest))
    }
}

extension String {
    fileprivate func replacing(_ part: String, _ other: String) -> String {
        guard let range = range(of: part) else { return self }
        return replacingCharacters(in: range, with: other)
    }
}
