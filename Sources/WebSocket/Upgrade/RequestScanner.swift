/// Finds the end of an HTTP request's head in bytes that come piece by piece, looking at each of them once.
///
/// Refuses what no HTTP/1.1 client sends as soon as it is there, above all lines that end in a lone CR or LF, which one
/// reader takes for an end and another does not (RFC 9112 § 2.2, § 11.2).
package struct RequestScanner: ~Copyable {
    /// The longest head that is read, in bytes. Browsers send cookies along; common servers take 8 KiB.
    package static let limit = 8 << 10

    private var scanned = 0
    /// The bytes of the line being read.
    private var lineLength = 0

    package init() {}

    /// Looks at everything received so far, from the first byte; what earlier calls saw is skipped.
    ///
    /// - Returns: The size of the head, its last empty line included; nil when it is not complete.
    package mutating func findEnd(in bytes: UnsafeRawBufferPointer) throws(UpgradeFailure) -> Int? {
        while scanned < bytes.count {
            guard scanned < Self.limit else { throw .tooLong(limit: Self.limit) }
            switch bytes[scanned] {
            case Octet.carriageReturn:
                guard scanned + 1 < bytes.count else { return nil }
                guard bytes[scanned + 1] == Octet.lineFeed else { throw .malformed(.loneCarriageReturn) }
                scanned += 2
                if lineLength == 0 { return scanned }
                lineLength = 0
            case Octet.lineFeed:
                throw .malformed(.loneLineFeed)
            // RFC 9110 § 5.5: control characters have no place in a field; a tab may.
            case let byte where byte < 0x20 && byte != Octet.tab || byte == 0x7F:
                throw scanned == 0 ? .notHTTP(firstByte: byte) : .malformed(.controlCharacter(byte))
            default:
                scanned += 1
                lineLength += 1
            }
        }
        return nil
    }
}

/// The bytes that HTTP's grammar names.
enum Octet {
    static let tab = UInt8(ascii: "\t")
    static let lineFeed = UInt8(ascii: "\n")
    static let carriageReturn = UInt8(ascii: "\r")
    static let space = UInt8(ascii: " ")
    static let comma = UInt8(ascii: ",")
    static let colon = UInt8(ascii: ":")
}
