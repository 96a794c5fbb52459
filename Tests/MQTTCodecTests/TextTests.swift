import MQTTCodec
import Testing

@Suite struct TextTests {
    @Test(arguments: [
        ("ASCII", "'abc'"), ("nothing", ""), ("the lowest of two bytes", "c280"), ("the highest of two bytes", "dfbf"),
        ("the lowest of three bytes", "e0a080"), ("before the surrogates", "ed9fbf"),
        ("after the surrogates", "ee8080"),
        ("U+FFFF, which is no character but well-formed", "efbfbf"), ("U+FEFF", "efbbbf"),
        ("the lowest of four bytes", "f0908080"), ("U+10FFFF", "f48fbfbf"), ("a control character", "01"),
        ("two bytes after seven", "'1234567' c3a4 '12345678'"), ("DEL", "7f"),
    ])
    func `is taken`(_ reason: String, _ text: String) throws {
        #expect(try Text(wire(text)).bytes == wire(text), "\(reason)")
        #expect(wire(text).withUnsafeBytes { TextRules.isWellFormedUTF8($0) })
    }

    @Test(arguments: [
        ("a byte that goes on without a start", "80", 0), ("a start alone", "c2", 0),
        ("overlong, two bytes", "c080", 0),
        ("overlong, two bytes", "c1bf", 0), ("overlong, three bytes", "e09fbf", 0),
        ("overlong, four bytes", "f08fbfbf", 0),
        ("the first surrogate", "eda080", 0), ("the last surrogate", "edbfbf", 0), ("above U+10FFFF", "f4908080", 0),
        ("five bytes", "f888808080", 0), ("FE", "fe", 0), ("FF", "ff", 0), ("cut in the middle", "'ab' e282", 2),
        ("ASCII in the middle", "e28241", 0), ("the third byte no continuation", "f0908041", 0),
        ("after eight bytes", "'12345678' ff", 8), ("among eight bytes", "'123' ff '5678'", 3),
    ])
    func `is refused where it is not UTF-8`(_ reason: String, _ text: String, _ offset: Int) {
        #expect(throws: CodecError.illFormedUTF8(.text, offset: offset), "\(reason)") { try Text(wire(text)) }
        #expect(!wire(text).withUnsafeBytes { TextRules.isWellFormedUTF8($0) })
    }

    @Test(arguments: [("00", 0), ("'a' 00", 1), ("'1234567' 00", 7), ("'12345678' 00", 8), ("'12345678' c3a4 00", 10)])
    func `is refused with a null character`(_ text: String, _ offset: Int) {
        #expect(throws: CodecError.nullCharacter(.text, offset: offset)) { try Text(wire(text)) }
        #expect(wire(text).withUnsafeBytes { TextRules.isWellFormedUTF8($0) }, "a payload may have it")
    }

    @Test func `may have 65535 bytes and no more`() throws {
        #expect(try Text([UInt8](repeating: 0x61, count: 65_535)).bytes.count == 65_535)
        #expect(throws: CodecError.fieldTooLong(.text, found: 65_536, limit: 65_535)) {
            try Text([UInt8](repeating: 0x61, count: 65_536))
        }
    }

    @Test func `is compared by bytes, not by looks`() {
        #expect("\u{E9}" == "e\u{301}", "Swift's strings hold them equal")
        #expect(Text("\u{E9}") != Text("e\u{301}"))
    }

    @Test func `judges as Swift's own decoder does`() {
        var random = SeededGenerator(seed: 7)
        for _ in 0..<20_000 {
            let bytes = random.nearlyText()
            let isValid = String(validating: bytes, as: UTF8.self) != nil
            #expect(bytes.withUnsafeBytes { TextRules.isWellFormedUTF8($0) } == isValid, "\(bytes)")
            #expect(((try? Text(bytes)) != nil) == (isValid && !bytes.contains(0)), "\(bytes)")
        }
    }
}
