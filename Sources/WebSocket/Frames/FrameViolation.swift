/// How a client's frames break RFC 6455, or ask for more than is given here. The connection ends with `closeCode`.
package enum FrameViolation: Error, Hashable, Sendable, CustomStringConvertible {
    /// A frame that is not masked; every frame of a client must be.
    case notMasked
    /// Reserved bits are set, and no extension was agreed on that would use them.
    case reservedBits(UInt8)
    /// An opcode that means nothing.
    case unknownOpcode(UInt8)
    /// A text frame; MQTT is sent in binary ones.
    case textFrame
    /// A control frame with more payload than such frames may have.
    case controlFrameTooLong(UInt64)
    /// A control frame in pieces.
    case controlFrameFragmented(FrameHead.Opcode)
    /// A continuation of nothing.
    case nothingToContinue
    /// A new message before the present one has ended.
    case messageNotEnded
    /// A length in more bytes than it needs.
    case lengthNotMinimal(UInt64)
    /// A frame longer than any is read.
    case frameTooLong(UInt64, limit: Int)
    /// A Close frame with half a code.
    case closeBodyTooShort
    /// A Close frame with a code that may not be sent.
    case closeCodeNotAllowed(CloseCode)
    /// A Close frame whose words are no UTF-8.
    case closeReasonNotUTF8

    /// What the client is told.
    package var closeCode: CloseCode {
        switch self {
        // [MQTT-6.0.0-1]
        case .textFrame: .unsupportedData
        case .frameTooLong: .messageTooBig
        case .closeReasonNotUTF8: .invalidData
        case .notMasked, .reservedBits, .unknownOpcode, .controlFrameTooLong, .controlFrameFragmented,
            .nothingToContinue, .messageNotEnded, .lengthNotMinimal, .closeBodyTooShort, .closeCodeNotAllowed:
            .protocolError
        }
    }

    package var description: String {
        switch self {
        case .notMasked:
            "a frame without a mask, and a client must mask every frame"
        case .reservedBits(let bits):
            "reserved bits 0x\(String(bits, radix: 16)), and no extension was agreed on"
        case .unknownOpcode(let opcode):
            "opcode \(opcode), and only 0, 2, 8, 9 and 10 are taken"
        case .textFrame:
            "a text frame, and MQTT needs binary frames"
        case .controlFrameTooLong(let length):
            "a control frame of \(length) bytes, and \(FrameHead.longestControlPayload) are allowed"
        case .controlFrameFragmented(let opcode):
            "a fragmented \(opcode) frame, and control frames must be whole"
        case .nothingToContinue:
            "a continuation frame, and no message was begun"
        case .messageNotEnded:
            "a new message, and the one before was not ended"
        case .lengthNotMinimal(let length):
            "length \(length) in more bytes than it needs"
        case .frameTooLong(let length, let limit):
            "a frame of \(length) bytes, and \(limit) are allowed"
        case .closeBodyTooShort:
            "a Close frame of one byte, and a code has two"
        case .closeCodeNotAllowed(let code):
            "close code \(code.rawValue), which must not be sent"
        case .closeReasonNotUTF8:
            "a Close frame whose reason is no UTF-8"
        }
    }
}
