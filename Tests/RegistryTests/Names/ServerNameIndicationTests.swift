import Registry
import Testing

@Suite struct ServerNameIndicationTests {
    static let table: [(String, String, ServerNameIndication.Normalisations)] = [
        ("a.test", "a.test", []),
        ("A.Test", "a.test", .letterCase),
        ("a.test.", "a.test", .trailingDot),
        ("a.test:8883", "a.test", .port),
        ("A.test.:8883", "a.test", [.letterCase, .trailingDot, .port]),
        ("127.0.0.1", "-", .addressLiteral),
        ("127.0.0.1:8883", "-", [.addressLiteral, .port]),
        ("::1", "-", .addressLiteral),
        ("[::1]", "-", .addressLiteral),
        ("[::1]:8883", "-", .addressLiteral),
        ("2001:DB8::10.0.0.1", "-", .addressLiteral),
        ("", "malformed", []),
        (".", "malformed", []),
        (".b.test", "malformed", []),
        ("*.b.test", "malformed", []),
        ("a.test:", "malformed", []),
        ("a.test:888888", "malformed", []),
        ("a.test:80:81", "malformed", []),
        ("a test", "malformed", []),
        ("a\0.test", "malformed", []),
        ("bücher.example", "malformed", []),
        ("a..test", "malformed", []),
    ]

    @Test(arguments: table)
    func `is read as devices send it`(
        sent: String,
        expected: String,
        normalisations: ServerNameIndication.Normalisations
    ) {
        let indication = ServerNameIndication(Array(sent.utf8))
        let seen =
            switch indication.request {
            case .unnamed: "-"
            case .malformed: "malformed"
            case .name(let name): name.text
            }
        #expect(seen == expected)
        #expect(indication.normalisations == normalisations)
    }

    @Test func `of random bytes never traps`() {
        var generator = SplitMix(seed: 7)
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0...40, using: &generator)).map { _ in
                Bool.random(using: &generator)
                    ? UInt8.random(in: 0...255, using: &generator)
                    : Array("a.:*[]-_1".utf8).randomElement(using: &generator) ?? 0
            }
            let indication = ServerNameIndication(bytes)
            if let name = indication.name {
                #expect((try? DomainName(name.text)) == name)
            }
        }
    }
}
