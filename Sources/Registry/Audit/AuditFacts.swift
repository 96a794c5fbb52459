import FoundationEssentials

/// The facts on one side of a change, by name: `["state": "active", "clientID": "pump-7"]`.
///
/// Checked when they are made: a fact with the name of a secret, or a value that looks like one, is replaced by
/// `(redacted)`; a value longer than 1,024 bytes is cut. A fact whose value is `nil` is left out.
package struct AuditFacts: Hashable, Sendable, ExpressibleByDictionaryLiteral, CustomStringConvertible {
    /// Each fact by its name in camelCase, the admin API's word for it where it has one.
    package let values: [String: String]

    /// The longest value in bytes of UTF-8.
    package static let maximumValueLength = 1_024

    /// Checks the facts; of two with one name the later counts.
    package init(_ facts: some Sequence<(name: String, value: String?)>) {
        var values: [String: String] = [:]
        for (name, value) in facts {
            guard let value else { continue }
            values[name] =
                AuditRedaction.isSecretName(name)
                ? AuditRedaction.mark : AuditRedaction.clean(value, limit: Self.maximumValueLength)
        }
        self.values = values
    }

    package init(dictionaryLiteral elements: (String, String?)...) {
        self.init(elements.lazy.map { (name: $0.0, value: $0.1) })
    }

    /// Takes stored facts as they are; `nil` if the text is no JSON object of strings.
    package init?(json: String) {
        guard let values = try? JSONDecoder().decode([String: String].self, from: Data(json.utf8)) else { return nil }
        self.values = values
    }

    /// One JSON object with its keys in order: equal facts give equal bytes, which is what is stored and hashed.
    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(values) else {
            preconditionFailure("strings that do not encode")  // Invariant: a dictionary of strings always encodes.
        }
        return String(decoding: data, as: UTF8.self)
    }

    package var description: String {
        values.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }.joined(separator: " ")
    }
}
