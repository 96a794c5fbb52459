import FoundationEssentials

/// The JSON of an event: what `$events/…` carries as its payload and server-sent events as their data.
///
/// One flat object: `id`, `time` (RFC 3339, UTC, milliseconds), `kind`, and the fields of its kind; keys in order.
extension ClusterEvent {
    /// The JSON text, on one line.
    package var json: String {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        guard let data = try? encoder.encode(self) else {
            preconditionFailure("an event that does not encode")  // Invariant: texts, whole numbers and flags encode.
        }
        return String(decoding: data, as: UTF8.self)
    }
}

extension ClusterEvent: Encodable {
    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(_ text: String) { stringValue = text }
        init?(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    /// The names that no field has.
    static let ownNames: Set<String> = ["id", "time", "kind"]

    package func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: Key.self)
        try container.encode(id, forKey: Key("id"))
        try container.encode(time.preciseTimestamp, forKey: Key("time"))
        try container.encode(kind.rawValue, forKey: Key("kind"))
        for (name, value) in fields where !Self.ownNames.contains(name) {
            switch value {
            case .text(let text): try container.encode(text, forKey: Key(name))
            case .number(let number): try container.encode(number, forKey: Key(name))
            case .flag(let flag): try container.encode(flag, forKey: Key(name))
            case .list(let texts): try container.encode(texts, forKey: Key(name))
            }
        }
    }
}

extension Date {
    /// RFC 3339 in UTC with milliseconds.
    fileprivate var preciseTimestamp: String {
        formatted(.iso8601.year().month().day().time(includingFractionalSeconds: true).timeZone(separator: .omitted))
    }
}
