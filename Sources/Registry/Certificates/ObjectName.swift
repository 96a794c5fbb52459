/// The name that an operator gives to a hosted certificate or a CA, to type it instead of a fingerprint.
///
/// One to 64 letters, digits, dots, hyphens and underscores, beginning with a letter or digit, so that it needs no
/// quoting anywhere. A name that reads as a fingerprint's prefix (eight hexadecimal digits or more) is refused.
package struct ObjectName: Hashable, Sendable, CustomStringConvertible {
    /// The name as it was given.
    package let text: String

    /// The longest name in characters.
    package static let maximumLength = 64
    private static let shortestFingerprintPrefix = 8

    /// Checks the text. Throws `RegistryError.objectName` with what it holds.
    package init(_ text: String) throws(RegistryError) {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "."), UInt8(ascii: "-"), UInt8(ascii: "_"):
                true
            default: false
            }
        }
        guard isPlain, let first = text.first, first.isLetter || first.isNumber, text.utf8.count <= Self.maximumLength
        else { throw .objectName(text) }
        let isHexadecimal = text.utf8.allSatisfy { Hexadecimal.value(ofDigit: $0) != nil }
        guard !isHexadecimal || text.utf8.count < Self.shortestFingerprintPrefix else { throw .objectName(text) }
        self.text = text
    }

    package var description: String { text }
}
