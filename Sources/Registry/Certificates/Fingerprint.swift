/// The SHA-256 of a certificate's DER: the identity of every certificate in the registry.
package struct Fingerprint: Hashable, Sendable {
    /// The 32 bytes.
    package let bytes: [UInt8]

    /// The length of a SHA-256 in bytes.
    package static let length = 32

    /// Takes the 32 bytes of a SHA-256. Throws `RegistryError.fingerprint` for any other length.
    package init(_ bytes: [UInt8]) throws(RegistryError) {
        guard bytes.count == Self.length else { throw .fingerprint(found: "\(bytes.count) bytes") }
        self.bytes = bytes
    }

    /// Parses 64 hexadecimal digits of either case; colons between them, as openssl prints them, are skipped.
    package init(hex: String) throws(RegistryError) {
        let digits = hex.utf8.filter { $0 != UInt8(ascii: ":") }
        guard digits.count == 2 * Self.length else { throw .fingerprint(found: "\(digits.count) digits") }
        var bytes: [UInt8] = []
        for index in stride(from: 0, to: digits.count, by: 2) {
            guard let high = Hexadecimal.value(ofDigit: digits[index]),
                let low = Hexadecimal.value(ofDigit: digits[index + 1])
            else { throw .fingerprint(found: "a character that is no hexadecimal digit") }
            bytes.append(high << 4 | low)
        }
        self.bytes = bytes
    }

    /// All 64 lower-case hexadecimal digits.
    package var hex: String { Hexadecimal.text(bytes) }

    /// The first 12 digits: enough for people and for commands that take a prefix.
    package var short: String { String(hex.prefix(Self.shortLength)) }

    private static let shortLength = 12

    /// Whether the fingerprint begins with these hexadecimal digits, in either case, with or without colons.
    package func hasPrefix(_ digits: String) -> Bool {
        let wanted = digits.lowercased().filter { $0 != ":" }
        return !wanted.isEmpty && hex.hasPrefix(wanted)
    }
}

extension Fingerprint: Comparable, CustomStringConvertible {
    package var description: String { hex }

    /// Byte order, for lists that read the same every time.
    package static func < (left: Fingerprint, right: Fingerprint) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
}
