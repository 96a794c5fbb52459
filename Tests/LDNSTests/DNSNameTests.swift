import Testing

@testable import LDNS

@Suite("DNS name")
struct DNSNameTests {
    @Test(arguments: [
        ("Example.NET", "example.net."), ("example.net.", "example.net."),
        ("_mqtt._tcp.d.example", "_mqtt._tcp.d.example."),
        ("*.d.example", "*.d.example."), (".", "."), (#"a\.b.example"#, #"a\.b.example."#),
        (#"\097.example"#, "a.example."),
    ])
    func `has one form, in lower case with the final dot`(text: String, form: String) throws {
        #expect(try DNSName(text).description == form)
    }

    @Test(arguments: [
        "", "a..b", ".a", String(repeating: "a", count: 64) + ".example", String(repeating: "abcdefg.", count: 32),
        "a\0b.example",
    ])
    func `refuses what is no name`(text: String) {
        #expect(throws: LDNSError.self) { try DNSName(text) }
    }

    @Test func `knows its parents up to the root`() throws {
        let parents = try DNSName("a.b.example").ancestors.map(\.description)
        #expect(parents == ["b.example.", "example.", "."])
    }

    @Test(arguments: [
        ("a.b.example", "b.example", true), ("b.example", "b.example", true), ("ab.example", "b.example", false),
        ("example", "b.example", false), ("b.example", ".", true),
    ])
    func `compares whole labels`(name: String, zone: String, expected: Bool) throws {
        #expect(try DNSName(name).isAtOrBelow(try DNSName(zone)) == expected)
    }

    @Test(arguments: [
        ("mqtt.b.example", "b.example", "mqtt"), ("b.example", "b.example", "@"),
        ("mqtt.c.example", "b.example", "mqtt.c.example."),
        ("x.mqtt.b.example", "b.example", "x.mqtt"),
    ])
    func `is written relative to its zone`(name: String, zone: String, expected: String) throws {
        #expect(try DNSName(name).written(in: try DNSName(zone)) == expected)
    }

    @Test func `has at most 255 bytes after a suffix is appended`() throws {
        let long = try DNSName(String(repeating: "abcdefg.", count: 16))
        #expect(long.appending(long) == nil)
        #expect(try DNSName("a").appending(try DNSName("b"))?.description == "a.b.")
    }
}

@Suite("Query")
struct QueryTests {
    @Test func `is built with its id, its question and EDNS`() throws {
        let query = try sampleQuery()
        #expect(query.identifier == 0x1234)
        #expect(query.wire == hex("1234 0100 0001 0000 0000 0001" + question + "00 0029 04d0 00000000 0000"))
    }

    @Test func `leaves EDNS out when told to`() throws {
        var generator = ConstantGenerator(number: 0x1234)
        let query = try Query(
            name: try DNSName("d.example"),
            type: .cname,
            mixedCase: false,
            payloadSize: nil,
            using: &generator
        )
        #expect(query.wire == hex("1234 0100 0001 0000 0000 0000" + question))
    }

    @Test func `mixes the case of letters and of nothing else`() throws {
        var generator = SystemRandomNumberGenerator()
        let name = try DNSName("abcdefghijklmnopqrstuvwxyz0123456789-_.example")
        let query = try Query(name: name, type: .a, mixedCase: true, payloadSize: nil, using: &generator)
        let sent = Array(query.question.dropLast(4))
        #expect(sent != name.wire, "2^-33 by chance")
        #expect(DNSName(uncheckedWire: sent) == name)
    }
}

@Suite("Message")
struct MessageTests {
    @Test func `has the records of an answer as values`() throws {
        let bytes = hex(
            "1234 8580 0001 0002 0000 0000" + question
                + "c00c 0005 0001 00000258 0004 01\"x\"c00e" + "c027 0001 0001 0000003c 0004 c0000201"
        )
        guard case .accepted(let answer) = AnswerScan(bytes, answering: try sampleQuery()) else {
            Issue.record("the scan must pass it")
            return
        }
        let message = try Message(answer)
        #expect(message.isAuthoritative)
        #expect(message.answers.map(\.description) == ["d.example. 600 CNAME x.example.", "x.example. 60 A 192.0.2.1"])
    }

    @Test func `has the extended errors, without control characters`() throws {
        let bytes = hex(
            "1234 8182 0001 0000 0000 0001" + question + "00 0029 04d0 00000000 000c 000f 0008 0016 \"no\"1b\"way\""
        )
        guard case .accepted(let answer) = AnswerScan(bytes, answering: try sampleQuery()) else {
            Issue.record("the scan must pass it")
            return
        }
        let message = try Message(answer)
        #expect(message.responseCode == .serverFailure)
        #expect(message.extendedErrors == [ExtendedError(code: 22, text: "noway")])
    }

    @Test func `joins the code's upper bits from EDNS`() throws {
        let bytes = hex("1234 8180 0001 0000 0000 0001" + question + "00 0029 04d0 01000000 0000")
        guard case .accepted(let answer) = AnswerScan(bytes, answering: try sampleQuery()) else {
            Issue.record("the scan must pass it")
            return
        }
        #expect(try Message(answer).responseCode == .badVersion)
    }
}
