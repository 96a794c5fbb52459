/// What stands before a frame's payload (RFC 6455 § 5.2), as a server reads and writes it.
package struct FrameHead: Hashable, Sendable {
    /// What a frame is for.
    package enum Opcode: UInt8, Sendable {
        case continuation = 0
        case binary = 2
        case close = 8
        case ping = 9
        case pong = 10

        /// Is this a frame about the connection, which may stand between the pieces of a message?
        package var isControl: Bool { rawValue & 0x8 != 0 }
    }

    /// What the frame is for.
    package let opcode: Opcode
    /// Does the frame end its message?
    package let isFinal: Bool
    /// Bytes of payload behind the head.
    package let length: Int
    /// The mask, its first byte in the lowest place.
    package let mask: UInt32

    /// Bytes; RFC 6455 § 5.5.
    package static let longestControlPayload = 125
    /// The longest payload of a frame, in bytes: the largest MQTT packet (MQTT 5.0 § 2.1.4). Nothing is ever allocated for a
    /// frame; the bound keeps a connection from being nothing but one frame.
    package static let longestPayload = 268_435_460
    /// The longest head of a client, in bytes: two, eight of length, four of mask.
    package static let longest = 14

    private static let final: UInt8 = 0x80
    private static let masked: UInt8 = 0x80

    /// Reads the head of a client's frame. What is wrong is found as soon as its byte is there.
    ///
    /// - Returns: The head and its size in bytes, or nil when more bytes are needed to tell.
    package static func parse(_ bytes: UnsafeRawBufferPointer) throws(FrameViolation) -> (head: FrameHead, size: Int)? {
        guard let first = bytes.first else { return nil }
        let opcode = try opcode(of: first)
        let isFinal = first & final != 0
        guard bytes.count >= 2 else { return nil }
        let second = bytes[1]
        guard second & masked != 0 else { throw .notMasked }
        let short = second & ~masked
        // A control frame's length fits the seven bits, or is too long already.
        if opcode.isControl {
            guard isFinal else { throw .controlFrameFragmented(opcode) }
            guard short <= longestControlPayload else { throw .controlFrameTooLong(UInt64(short)) }
        }
        let extra = short < 126 ? 0 : short == 126 ? 2 : 8
        guard bytes.count >= 2 + extra else { return nil }
        let length = try length(short, bytes)
        let size = 2 + extra + 4
        guard bytes.count >= size else { return nil }
        let mask = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 2 + extra, as: UInt32.self))
        return (FrameHead(opcode: opcode, isFinal: isFinal, length: length, mask: mask), size)
    }

    private static func opcode(of first: UInt8) throws(FrameViolation) -> Opcode {
        guard first & 0x70 == 0 else { throw .reservedBits(first & 0x70) }
        guard let opcode = Opcode(rawValue: first & 0x0F) else {
            throw first & 0x0F == 1 ? .textFrame : .unknownOpcode(first & 0x0F)
        }
        return opcode
    }

    private static func length(_ short: UInt8, _ bytes: UnsafeRawBufferPointer) throws(FrameViolation) -> Int {
        let length: UInt64
        switch short {
        case 126:
            length = UInt64(UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt16.self)))
            // RFC 6455 § 5.2: "the minimal number of bytes MUST be used".
            guard length >= 126 else { throw .lengthNotMinimal(length) }
        case 127:
            length = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 2, as: UInt64.self))
            guard length > UInt64(UInt16.max) else { throw .lengthNotMinimal(length) }
        default:
            length = UInt64(short)
        }
        guard length <= UInt64(longestPayload) else { throw .frameTooLong(length, limit: longestPayload) }
        return Int(length)
    }

    // MARK: Writing

    /// Bytes of the head that a server puts before a payload of `length` bytes; it does not mask.
    static func size(of length: Int) -> Int { length < 126 ? 2 : length <= Int(UInt16.max) ? 4 : 10 }

    /// Writes the head of a whole, unmasked message; `room` holds at least its `size`.
    static func write(_ opcode: Opcode, length: Int, to room: UnsafeMutableRawBufferPointer) {
        room[0] = final | opcode.rawValue
        switch size(of: length) {
        case 2:
            room[1] = UInt8(truncatingIfNeeded: length)
        case 4:
            room[1] = 126
            room.storeBytes(of: UInt16(truncatingIfNeeded: length).bigEndian, toByteOffset: 2, as: UInt16.self)
        default:
            room[1] = 127
            room.storeBytes(of: UInt64(length).bigEndian, toByteOffset: 2, as: UInt64.self)
        }
    }
}
