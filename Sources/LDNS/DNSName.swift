import CLDNS

/// A fully qualified domain name as DNS sees it: up to 127 labels of any bytes, compared without regard to case.
///
/// It is wider than `Registry.DomainName`, which only holds names a certificate may bear: the target of a foreign CNAME
/// may have underscores, wildcards or bytes that no host name has.
package struct DNSName: Hashable, Sendable {
    /// The name in RFC 1035 § 3.1 form (length-prefixed labels and the final zero), ASCII letters in lower case.
    package let wire: [UInt8]

    /// The root, written `.`.
    package static let root = DNSName(uncheckedWire: [0])

    /// RFC 1035 § 3.1: bytes of a name with its length bytes and the final zero.
    package static let maximumWireLength = 255

    /// Reads the presentation form, with or without the final dot; the name is taken as fully qualified.
    ///
    /// Escapes (`\.`, `\065`) are understood. Throws ``LDNSError/unusableName(text:reason:)``.
    package init(_ text: String) throws(LDNSError) {
        guard !text.isEmpty else { throw .unusableName(text: text, reason: "it is empty") }
        guard !text.utf8.contains(0) else { throw .unusableName(text: text, reason: "it contains a NUL byte") }
        guard text != "." else {
            self = .root
            return
        }
        var rdf: UnsafeMutablePointer<ldns_rdf>?
        let status = ldns_str2rdf_dname(&rdf, text)
        guard status == LDNS_STATUS_OK, let rdf else {
            throw .unusableName(text: text, reason: LDNSError.text(of: status))
        }
        self.init(NameHandle(adopting: rdf))
    }

    /// Takes wire bytes that the caller has checked: labels of 1–63 bytes, at most 255 in all, ended by the zero.
    init(uncheckedWire wire: [UInt8]) {
        self.wire = wire.map(Self.lowerCased)
    }

    init(_ handle: borrowing NameHandle) {
        self.init(uncheckedWire: handle.bytes)
    }

    /// The labels without the root's, left-most first.
    package var labels: [ArraySlice<UInt8>] {
        var labels: [ArraySlice<UInt8>] = []
        var position = 0
        while position < wire.count, wire[position] > 0 {
            let end = position + 1 + Int(wire[position])
            labels.append(wire[(position + 1)..<end])
            position = end
        }
        return labels
    }

    /// The name without its left-most label; nil for the root.
    package var parent: DNSName? {
        guard wire.count > 1 else { return nil }
        return DNSName(uncheckedWire: Array(wire[(1 + Int(wire[0]))...]))
    }

    /// Every name above this one, nearest first, the root last.
    package var ancestors: some Sequence<DNSName> {
        sequence(first: self, next: \.parent).dropFirst()
    }

    /// Whether the left-most label is `*`.
    package var isWildcard: Bool {
        wire.starts(with: [1, UInt8(ascii: "*")])
    }

    /// Whether this name lies below `other`, or is it.
    package func isAtOrBelow(_ other: DNSName) -> Bool {
        var position = 0
        while wire.count - position > other.wire.count {
            position += 1 + Int(wire[position])
        }
        return wire[position...].elementsEqual(other.wire)
    }

    /// This name put in front of `suffix` (what a provider makes of a value without its final dot); nil over 255 bytes.
    package func appending(_ suffix: DNSName) -> DNSName? {
        let joined = wire.dropLast() + suffix.wire
        return joined.count <= Self.maximumWireLength ? DNSName(uncheckedWire: Array(joined)) : nil
    }

    /// The name of `label` directly below this one; nil if the result would be too long or the label is empty.
    package func child(_ label: some Collection<UInt8>) -> DNSName? {
        guard (1...63).contains(label.count), wire.count + label.count + 1 <= Self.maximumWireLength else { return nil }
        return DNSName(uncheckedWire: [UInt8(label.count)] + Array(label) + wire)
    }

    /// How the name is written inside the zone `origin`: relative and without a dot, `@` for the zone itself, and with
    /// the final dot when it lies outside.
    package func written(in origin: DNSName) -> String {
        guard isAtOrBelow(origin), origin != .root else { return description }
        guard self != origin else { return "@" }
        let relative = DNSName(uncheckedWire: Array(wire.dropLast(origin.wire.count)) + [0])
        return String(relative.description.dropLast())
    }

    /// Wire bytes with each letter's case as `isUpper` decides it, for the 0x20 mark of a question.
    func wire(mixingCase isUpper: () -> Bool) -> [UInt8] {
        wire.map { byte in
            let isLetter = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z")
            return isLetter && isUpper() ? byte & 0xDF : byte
        }
    }

    /// Length bytes are at most 63 and so are never taken for a letter.
    private static func lowerCased(_ byte: UInt8) -> UInt8 {
        byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
    }
}

extension DNSName: CustomStringConvertible {
    /// The presentation form in lower case, with the final dot and escapes where they are needed.
    package var description: String {
        NameHandle(wire: wire).text
    }

    /// As `description` without the final dot, for sentences and command lines; the root stays `.`.
    package var undotted: String {
        self == .root ? description : String(description.dropLast())
    }
}
