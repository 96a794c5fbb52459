extension [UInt8] {
    /// Bytes written as hex digits and quoted ASCII: `"10 10 0004 'MQTT' 04"`. Blanks mean nothing.
    package init(wire text: String) {
        self = []
        var digits: [UInt8] = []
        var isQuoted = false
        for character in text.utf8 {
            if character == UInt8(ascii: "'") {
                isQuoted.toggle()
            } else if isQuoted {
                append(character)
            } else if let digit = Character(UnicodeScalar(character)).hexDigitValue {
                digits.append(UInt8(digit))
                if digits.count == 2 {
                    append(digits[0] << 4 | digits[1])
                    digits = []
                }
            }
        }
        precondition(digits.isEmpty && !isQuoted, "half a byte or an open quote in \(text)")
    }

    /// A packet: its first byte, the length of what follows, and that.
    package init(packet first: UInt8, _ body: [UInt8]) {
        var rest = body.count
        self = [first]
        repeat {
            append(UInt8(rest & 0x7F) | (rest > 0x7F ? 0x80 : 0))
            rest >>= 7
        } while rest > 0
        self += body
    }
}
