/// A DNS name as certificates and TLS clients write it: lower case, without the final dot.
///
/// Accepts letters, digits, hyphens and underscores in labels of 1 to 63 bytes, 253 bytes in all (RFC 1035 § 2.3.4), and
/// `*` as the whole left-most label (RFC 6125 § 6.4.3). Address literals and names beyond ASCII are refused: an
/// internationalised name is given in its `xn--` form.
package struct DomainName: Hashable, Sendable {
    /// The normalised text, such as `mqtt-abc.company.com` or `*.company.com`.
    package let text: String

    /// The longest name in bytes, without the final dot (RFC 1035 § 2.3.4).
    package static let maximumLength = 253
    /// The longest label in bytes (RFC 1035 § 2.3.4).
    package static let maximumLabelLength = 63

    /// Parses and normalises a name. Throws `RegistryError.domainName` with what is wrong with it.
    package init(_ text: String) throws(RegistryError) {
        do {
            self.text = try DomainNameGrammar.normalise(Array(text.utf8), allowingWildcard: true)
        } catch {
            throw .domainName(text: text, problem: error)
        }
    }

    /// Takes a text that the grammar has already normalised.
    init(normalised text: String) {
        self.text = text
    }

    /// Whether the left-most label is `*`.
    package var isWildcard: Bool { text.utf8.first == UInt8(ascii: "*") }

    /// The labels from left to right.
    package var labels: [Substring] { text.split(separator: ".", omittingEmptySubsequences: false) }

    /// The name without its left-most label; `nil` for a name of one label.
    package var parent: DomainName? {
        guard let dot = text.utf8.firstIndex(of: UInt8(ascii: ".")) else { return nil }
        return DomainName(normalised: String(text[text.utf8.index(after: dot)...]))
    }

    /// Whether a certificate for this name serves `other`: the same name, or one more label in place of the `*`.
    ///
    /// A wildcard stands for exactly one label (RFC 6125 § 6.4.3), and covers itself when names of certificates are compared.
    package func covers(_ other: DomainName) -> Bool {
        if self == other { return true }
        return isWildcard && !other.isWildcard && other.parent == parent
    }
}

extension DomainName: Comparable, CustomStringConvertible {
    package var description: String { text }

    /// Alphabetical order of the normalised text, for lists that read the same every time.
    package static func < (left: DomainName, right: DomainName) -> Bool { left.text < right.text }
}
