/// What the standard demands of text: well-formed UTF-8, no U+0000. MQTT 5.0 § 1.5.4
package enum TextRules {
    /// Whether `bytes` are well-formed UTF-8; U+0000 is allowed, as in a payload whose format is UTF-8.
    package static func isWellFormedUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
        var offset = 0
        while offset < bytes.count {
            if bytes[offset] < 0x80 {
                offset &+= 1
                while let word = Bytes8(bytes, at: offset), word.isASCII { offset &+= 8 }
            } else {
                guard let length = multiByteLength(bytes, at: offset) else { return false }
                offset &+= length
            }
        }
        return true
    }

    /// Throws unless `bytes` are a UTF-8 Encoded String. [MQTT-1.5.4-1] [MQTT-1.5.4-2]
    ///
    /// U+FEFF stays where it is. [MQTT-1.5.4-3]
    static func check(_ bytes: UnsafeRawBufferPointer, _ field: PacketField) throws(CodecError) {
        var offset = 0
        while offset < bytes.count {
            if let word = Bytes8(bytes, at: offset), word.isPlainText {
                offset &+= 8
                continue
            }
            offset = try next(bytes, at: offset, field)
        }
    }

    /// Checks the one character at `offset` and gives the offset of the next.
    @inline(__always)
    static func next(
        _ bytes: UnsafeRawBufferPointer,
        at offset: Int,
        _ field: PacketField
    ) throws(CodecError) -> Int {
        let byte = bytes[offset]
        if byte < 0x80 {
            guard byte != 0 else { throw .nullCharacter(field, offset: offset) }
            return offset &+ 1
        }
        guard let length = multiByteLength(bytes, at: offset) else { throw .illFormedUTF8(field, offset: offset) }
        return offset &+ length
    }

    /// The length of the well-formed sequence of two to four bytes at `offset`; nil where there is none.
    ///
    /// The second byte's bounds keep out overlong forms, surrogates and what is above U+10FFFF.
    /// RFC 3629 § 4, Unicode table 3-7
    static func multiByteLength(_ bytes: UnsafeRawBufferPointer, at offset: Int) -> Int? {
        let length: Int
        let second: ClosedRange<UInt8>
        switch bytes[offset] {
        case 0xC2...0xDF: (length, second) = (2, 0x80...0xBF)
        case 0xE0: (length, second) = (3, 0xA0...0xBF)
        case 0xED: (length, second) = (3, 0x80...0x9F)
        case 0xE1...0xEF: (length, second) = (3, 0x80...0xBF)
        case 0xF0: (length, second) = (4, 0x90...0xBF)
        case 0xF1...0xF3: (length, second) = (4, 0x80...0xBF)
        case 0xF4: (length, second) = (4, 0x80...0x8F)
        default: return nil
        }
        guard length <= bytes.count - offset, second.contains(bytes[offset + 1]) else { return nil }
        for index in 2..<max(length, 2) where bytes[offset + index] & 0xC0 != 0x80 { return nil }
        return length
    }
}
