import Testing
import WebSocket

@Suite struct FrameDecoderTests {
    /// A frame that no client may send, and what is found out about it.
    struct Row: Sendable, CustomTestStringConvertible {
        let reason: String
        let bytes: String
        let violation: FrameViolation
        let closeCode: CloseCode

        init(_ reason: String, _ bytes: String, _ violation: FrameViolation, _ closeCode: CloseCode = .protocolError) {
            self.reason = reason
            self.bytes = bytes
            self.violation = violation
            self.closeCode = closeCode
        }

        var testDescription: String { reason }
    }

    static let violations: [Row] = [
        Row("RSV1, the bit of compression, which was not agreed on", "c2", .reservedBits(0x40)),
        Row("RSV2", "a2", .reservedBits(0x20)),
        Row("RSV3", "92", .reservedBits(0x10)),
        Row("RSV1 in a control frame", "c9", .reservedBits(0x40)),
        Row("text, even without its second byte", "81", .textFrame, .unsupportedData),
        Row("the beginning of a fragmented text", "01", .textFrame, .unsupportedData),
        Row("opcode 3, reserved for data", "83", .unknownOpcode(3)),
        Row("opcode 7, reserved for data", "87", .unknownOpcode(7)),
        Row("opcode 11, reserved for control", "8b", .unknownOpcode(11)),
        Row("opcode 15, reserved for control", "8f", .unknownOpcode(15)),
        Row("a binary frame without a mask", "82 05", .notMasked),
        Row("a ping without a mask", "89 00", .notMasked),
        Row("a long frame without a mask, before its length", "82 7f", .notMasked),
        Row("a ping in pieces", "09 80", .controlFrameFragmented(.ping)),
        Row("a Close in pieces", "08 80", .controlFrameFragmented(.close)),
        Row("a ping of 126 bytes", "89 fe", .controlFrameTooLong(126)),
        Row("a Close with a length of eight bytes", "88 ff", .controlFrameTooLong(127)),
        Row("a continuation of nothing", "80 80 00000000", .nothingToContinue),
        Row("a continuation behind a whole message", "82 80 00000000 80 80 00000000", .nothingToContinue),
        Row("a message inside a message", "02 80 00000000 82 80 00000000", .messageNotEnded),
        Row("125 in two bytes", "82 fe 007d", .lengthNotMinimal(125)),
        Row("0 in two bytes", "82 fe 0000", .lengthNotMinimal(0)),
        Row("65535 in eight bytes", "82 ff 000000000000ffff", .lengthNotMinimal(65_535)),
        Row(
            "one byte more than the largest MQTT packet",
            "82 ff 0000000010000005",
            .frameTooLong(268_435_461, limit: 268_435_460),
            .messageTooBig
        ),
        Row(
            "the most significant bit of the length",
            "82 ff 8000000000000000",
            .frameTooLong(1 << 63, limit: 268_435_460),
            .messageTooBig
        ),
        Row(
            "the largest length there is",
            "82 ff ffffffffffffffff",
            .frameTooLong(.max, limit: 268_435_460),
            .messageTooBig
        ),
        Row("a Close with one byte", "88 81 00000000 03", .closeBodyTooShort),
        Row("close code 999", "88 82 00000000 03e7", .closeCodeNotAllowed(CloseCode(rawValue: 999))),
        Row("close code 1004, reserved", "88 82 00000000 03ec", .closeCodeNotAllowed(CloseCode(rawValue: 1004))),
        Row("close code 1005, no code", "88 82 00000000 03ed", .closeCodeNotAllowed(CloseCode(rawValue: 1005))),
        Row("close code 1006, no Close frame", "88 82 00000000 03ee", .closeCodeNotAllowed(CloseCode(rawValue: 1006))),
        Row("close code 1015, no TLS", "88 82 00000000 03f7", .closeCodeNotAllowed(CloseCode(rawValue: 1015))),
        Row("close code 2999, unregistered", "88 82 00000000 0bb7", .closeCodeNotAllowed(CloseCode(rawValue: 2999))),
        Row("close code 5000", "88 82 00000000 1388", .closeCodeNotAllowed(CloseCode(rawValue: 5000))),
        Row("a reason that is no UTF-8", "88 84 00000000 03e8 c328", .closeReasonNotUTF8, .invalidData),
        Row("a reason with half a character", "88 83 00000000 03e8 c3", .closeReasonNotUTF8, .invalidData),
    ]

    // [MQTT-6.0.0-1]
    @Test(arguments: violations)
    func `ends at what no client may send, as soon as it is there`(row: Row) {
        let bytes = wire(row.bytes)
        #expect(decode(bytes).end == .violated(row.violation))
        #expect(decode(bytes, inPiecesOf: [1]).end == .violated(row.violation))
        #expect(decode(bytes.dropLast()).end == nil)
        #expect(row.violation.closeCode == row.closeCode)
    }

    @Test func `gives the payload that came before a violation`() {
        let result = decode(frame(2, wire("'abc'")) + wire("81"))
        #expect(result == Decoded(payload: wire("'abc'"), end: .violated(.textFrame)))
    }

    @Test func `unmasks the example of RFC 6455`() {
        // § 5.7: "Hello", there as text.
        #expect(decode(wire("82 85 37fa213d 7f9f4d5158")).payload == wire("'Hello'"))
    }

    @Test(arguments: [0, 1, 2, 125, 126, 127, 65_535, 65_536, 70_000])
    func `takes a payload of any length`(length: Int) {
        let payload = (0..<length).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        #expect(decode(frame(2, payload)) == Decoded(payload: payload))
    }

    @Test func `makes one stream of several frames, and of fragments`() {
        let bytes =
            frame(2, wire("'ab'")) + frame(2, wire("'c'"), isFinal: false) + frame(0, wire("'d'"), isFinal: false)
            + frame(0) + frame(2) + frame(2, wire("'ef'"))
        #expect(decode(bytes) == Decoded(payload: wire("'abcdef'")))
    }

    @Test func `sees control frames between fragments`() {
        let bytes =
            frame(2, wire("'ab'"), isFinal: false) + frame(9, wire("'ping'")) + frame(10, wire("'pong'"))
            + frame(0, wire("'cd'"))
        #expect(decode(bytes) == Decoded(payload: wire("'abcd'"), pings: [wire("'ping'")]))
    }

    @Test func `keeps only the last of the pings that came together`() {
        let bytes = frame(9, wire("'1'")) + frame(9, wire("'2'"))
        #expect(decode(bytes).pings == [wire("'2'")])
    }

    @Test func `takes a ping of 125 bytes, and an empty one`() {
        let longest = [UInt8](repeating: 7, count: 125)
        #expect(decode(frame(9, longest)).pings == [longest])
        #expect(decode(frame(9)).pings == [[]])
    }

    @Test(arguments: [1000, 1001, 1002, 1003, 1007, 1011, 1014, 3000, 4999] as [UInt16])
    func `is closed by a Close frame, and looks at nothing behind it`(code: UInt16) {
        let body = [UInt8(code >> 8), UInt8(code & 0xFF)] + Array("grüße".utf8)
        let result = decode(frame(2, wire("'a'")) + frame(8, body) + frame(2, wire("'b'")) + wire("81"))
        guard case .closed(let status) = result.end else { return #expect(Bool(false), "\(result)") }
        #expect(status.code?.rawValue == code)
        #expect(result.payload == wire("'a'"))
    }

    @Test func `is closed by a Close frame without a code`() {
        guard case .closed(let status) = decode(frame(8)).end else { return #expect(Bool(false), "not closed") }
        #expect(status.code == nil)
    }

    @Test func `allocates nothing for a length that is claimed`() {
        let claim = wire("82 ff 0000000010000004 01020304")
        #expect(decode(claim) == Decoded())
        #expect(decode(claim + [0x01]).payload == [0])
    }

    @Test(arguments: 0..<40)
    func `does not care how the bytes are cut`(seed: Int) {
        var random = Generator(seed: UInt64(seed) &+ 1)
        var bytes: [UInt8] = []
        var expected = Decoded()
        var isInMessage = false
        for _ in 0..<Int.random(in: 1...12, using: &random) {
            let length = [0, 1, 3, 8, 31, 33, 125, 126, 300, 66_000].randomElement(using: &random) ?? 0
            let payload = (0..<length).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            let mask = (0..<4).map { _ in UInt8.random(in: .min ... .max, using: &random) }
            if length <= 125, Bool.random(using: &random) {
                bytes += frame(10, payload, mask: mask)
            } else {
                let isFinal = Bool.random(using: &random)
                bytes += frame(isInMessage ? 0 : 2, payload, isFinal: isFinal, mask: mask)
                isInMessage = !isFinal
                expected.payload += payload
            }
        }
        let pieces = (0..<200).map { _ in Int.random(in: 1...700, using: &random) }
        #expect(decode(bytes) == expected)
        #expect(decode(bytes, inPiecesOf: [1]) == expected)
        #expect(decode(bytes, inPiecesOf: pieces) == expected)
    }
}

/// SplitMix64, so that a failing case comes again.
struct Generator: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
