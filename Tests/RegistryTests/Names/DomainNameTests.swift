import Registry
import Testing

@Suite struct DomainNameTests {
    @Test(arguments: [
        ("MQTT-abc.Company.com.", "mqtt-abc.company.com"),
        ("localhost", "localhost"),
        ("*.b.test", "*.b.test"),
        ("*.test", "*.test"),
        ("_dmarc.a_b.test", "_dmarc.a_b.test"),
        ("xn--bcher-kva.example", "xn--bcher-kva.example"),
        ("1.2.3.4.test", "1.2.3.4.test"),
        ("1and1.com", "1and1.com"),
        (String(repeating: "a", count: 63) + ".test", String(repeating: "a", count: 63) + ".test"),
    ])
    func `is written in lower case without the final dot`(text: String, normalised: String) throws {
        #expect(try DomainName(text).text == normalised)
    }

    static let refused: [(String, DomainNameProblem)] = [
        ("", .empty),
        (".", .empty),
        ("a..test", .emptyLabel),
        (".a.test", .emptyLabel),
        ("a.test..", .emptyLabel),
        (String(repeating: "a", count: 64) + ".test", .labelTooLong(length: 64, limit: 63)),
        (String(repeating: "ab.", count: 84) + "cd", .tooLong(length: 254, limit: 253)),
        ("a b.test", .forbiddenByte(0x20)),
        ("a\0.test", .forbiddenByte(0)),
        ("a/b.test", .forbiddenByte(UInt8(ascii: "/"))),
        ("a.test:8883", .forbiddenByte(UInt8(ascii: ":"))),
        ("bücher.example", .forbiddenByte(0xC3)),
        ("-a.test", .hyphenAtEdge),
        ("a-.test", .hyphenAtEdge),
        ("*", .misplacedWildcard),
        ("a.*.test", .misplacedWildcard),
        ("*a.test", .misplacedWildcard),
        ("**.test", .misplacedWildcard),
        ("192.0.2.1", .addressLiteral),
        ("a.123", .addressLiteral),
    ]

    @Test(arguments: refused)
    func `is refused with what is wrong`(text: String, problem: DomainNameProblem) {
        #expect(throws: RegistryError.domainName(text: text, problem: problem)) { try DomainName(text) }
    }

    @Test func `of 253 bytes is the longest`() throws {
        let text = String(repeating: "ab.", count: 84) + "c"
        #expect(try DomainName(text).text.utf8.count == 253)
    }

    @Test(arguments: [
        ("*.b.test", "a.b.test", true),
        ("*.b.test", "b.test", false),
        ("*.b.test", "x.a.b.test", false),
        ("*.b.test", "*.b.test", true),
        ("*.b.test", "a.c.test", false),
        ("a.b.test", "a.b.test", true),
        ("a.b.test", "*.b.test", false),
        ("*.test", "*.b.test", false),
    ])
    func `with a wildcard covers exactly one label`(pattern: String, name: String, covers: Bool) throws {
        #expect(try DomainName(pattern).covers(DomainName(name)) == covers)
    }

    @Test func `says in its error what to do about letters beyond ASCII`() {
        let error = RegistryError.domainName(text: "bücher.example", problem: .forbiddenByte(0xC3))
        #expect(error.description.contains("xn-- form"))
    }
}
