import Registry
import Testing

@Suite struct FingerprintTests {
    private let digits = String(repeating: "0aF1", count: 16)

    @Test func `is parsed from hexadecimal digits of either case`() throws {
        #expect(try Fingerprint(hex: digits).hex == digits.lowercased())
    }

    @Test func `is parsed with the colons that openssl prints`() throws {
        let pairs = stride(from: 0, to: 64, by: 2).map { offset in String(digits.dropFirst(offset).prefix(2)) }
        #expect(try Fingerprint(hex: pairs.joined(separator: ":")) == Fingerprint(hex: digits))
    }

    @Test(arguments: ["", "0a", String(repeating: "g", count: 64), String(repeating: "0", count: 65)])
    func `is refused when it is no SHA-256`(text: String) {
        #expect(throws: RegistryError.self) { try Fingerprint(hex: text) }
    }

    @Test func `is refused when its bytes are not 32`() {
        #expect(throws: RegistryError.fingerprint(found: "31 bytes")) {
            try Fingerprint([UInt8](repeating: 0, count: 31))
        }
    }

    @Test(arguments: [("0af1", true), ("0AF1", true), ("0a:f1", true), ("0af10af2", false), ("", false)])
    func `is known by its beginning`(prefix: String, matches: Bool) throws {
        #expect(try Fingerprint(hex: digits).hasPrefix(prefix) == matches)
    }
}

@Suite struct SerialNumberTests {
    @Test(arguments: [("0A:1B", "0a1b"), ("ff", "ff"), ("-1F", "-1f")])
    func `is lower-case hexadecimal`(text: String, hex: String) {
        #expect(SerialNumber(hex: text)?.hex == hex)
    }

    @Test(arguments: ["", "-", "0x1", "1-1"])
    func `is refused with anything else`(text: String) {
        #expect(SerialNumber(hex: text) == nil)
    }
}

@Suite struct ObjectNameTests {
    @Test(arguments: ["shop", "shop-2026.ec_1", "cafe", "9lives", String(repeating: "x", count: 64)])
    func `is what needs no quoting`(text: String) throws {
        #expect(try ObjectName(text).text == text)
    }

    @Test(arguments: ["", "-x", ".x", "a b", "a/b", "ä", "deadbeef", String(repeating: "x", count: 65)])
    func `is refused if it needs quoting or reads as a fingerprint`(text: String) {
        #expect(throws: RegistryError.objectName(text)) { try ObjectName(text) }
    }
}
