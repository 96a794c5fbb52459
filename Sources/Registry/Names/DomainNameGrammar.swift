/// What is wrong with a text that should have been a domain name.
package enum DomainNameProblem: Error, Hashable, Sendable {
    /// Nothing but perhaps a dot.
    case empty
    /// More bytes than a name may have.
    case tooLong(length: Int, limit: Int)
    /// Two dots in a row, or a dot in front.
    case emptyLabel
    /// A label with more bytes than a label may have.
    case labelTooLong(length: Int, limit: Int)
    /// A byte that is neither letter, digit, hyphen nor underscore.
    case forbiddenByte(UInt8)
    /// A label that begins or ends with a hyphen.
    case hyphenAtEdge
    /// A `*` that is not the whole left-most label, or that has no name behind it.
    case misplacedWildcard
    /// An IP address, which no DNS name can be.
    case addressLiteral
}

extension DomainNameProblem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "it is empty"
        case .tooLong(let length, let limit): "it has \(length) bytes, \(limit) are allowed"
        case .emptyLabel: "it has an empty label"
        case .labelTooLong(let length, let limit): "a label has \(length) bytes, \(limit) are allowed"
        case .forbiddenByte(let byte) where byte > 0x20 && byte < 0x7F:
            "it contains \"\(Character(Unicode.Scalar(byte)))\"; labels hold letters, digits, hyphens and underscores"
        case .forbiddenByte(let byte) where byte >= 0x80:
            "it contains non-ASCII letters; give the xn-- form"
        case .forbiddenByte: "it contains a space or control character"
        case .hyphenAtEdge: "a label begins or ends with a hyphen"
        case .misplacedWildcard: "\"*\" may only be the whole left-most label, before at least one more"
        case .addressLiteral: "it is an IP address; a DNS name is needed"
        }
    }
}

/// The label rules of domain names, over bytes, so that names off the wire need no `String` before they are known to be good.
enum DomainNameGrammar {
    /// The name in lower case without its final dot. Throws what is wrong with it.
    static func normalise(_ bytes: [UInt8], allowingWildcard: Bool) throws(DomainNameProblem) -> String {
        var name = bytes[...]
        if name.last == UInt8(ascii: ".") { name = name.dropLast() }
        guard !name.isEmpty else { throw .empty }
        guard name.count <= DomainName.maximumLength else {
            throw .tooLong(length: name.count, limit: DomainName.maximumLength)
        }
        var labelStart = name.startIndex
        for index in name.indices where name[index] == UInt8(ascii: ".") {
            try check(label: name[labelStart..<index], in: name, allowingWildcard: allowingWildcard)
            labelStart = index + 1
        }
        try check(label: name[labelStart...], in: name, allowingWildcard: allowingWildcard)
        // An all-digit last label reads as an IPv4 address in every resolver, and no top-level domain is one (RFC 3696 § 2).
        guard !name[labelStart...].allSatisfy(isDigit) else { throw .addressLiteral }
        return String(decoding: name.map(lowercased), as: UTF8.self)
    }

    private static func check(
        label: ArraySlice<UInt8>,
        in name: ArraySlice<UInt8>,
        allowingWildcard: Bool
    ) throws(DomainNameProblem) {
        guard let first = label.first, let last = label.last else { throw .emptyLabel }
        guard label.count <= DomainName.maximumLabelLength else {
            throw .labelTooLong(length: label.count, limit: DomainName.maximumLabelLength)
        }
        if label.contains(UInt8(ascii: "*")) {
            let isWholeLeftmost =
                label.count == 1 && label.startIndex == name.startIndex && label.endIndex < name.endIndex
            guard allowingWildcard && isWholeLeftmost else { throw .misplacedWildcard }
            return
        }
        if let byte = label.first(where: { !isAllowed($0) }) { throw .forbiddenByte(byte) }
        guard first != UInt8(ascii: "-") && last != UInt8(ascii: "-") else { throw .hyphenAtEdge }
    }

    static func isDigit(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }

    static func isUppercase(_ byte: UInt8) -> Bool { byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") }

    private static func isAllowed(_ byte: UInt8) -> Bool {
        let lower = lowercased(byte)
        return isDigit(byte) || (lower >= UInt8(ascii: "a") && lower <= UInt8(ascii: "z")) || byte == UInt8(ascii: "-")
            || byte == UInt8(ascii: "_")
    }

    private static func lowercased(_ byte: UInt8) -> UInt8 { isUppercase(byte) ? byte | 0x20 : byte }
}
