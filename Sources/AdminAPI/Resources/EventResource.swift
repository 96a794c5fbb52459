/// Something that happened, as the event stream tells it: one flat object, of which the fields of its kind are gathered.
package struct EventResource: Decodable, Hashable, Sendable {
    /// Grows from event to event; `Last-Event-ID` when the stream is opened again.
    package var id: UInt64
    /// RFC 3339, UTC, milliseconds.
    package var time: String
    /// Such as `client_connected`.
    package var kind: String
    /// What it is about; lists with commas between their texts.
    package var fields: [String: String]

    private struct Key: CodingKey {
        let stringValue: String
        var intValue: Int? { nil }

        init(stringValue: String) { self.stringValue = stringValue }
        init?(intValue: Int) { nil }
    }

    package init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: Key.self)
        id = try container.decode(UInt64.self, forKey: Key(stringValue: "id"))
        time = try container.decode(String.self, forKey: Key(stringValue: "time"))
        kind = try container.decode(String.self, forKey: Key(stringValue: "kind"))
        fields = [:]
        for key in container.allKeys where !["id", "time", "kind"].contains(key.stringValue) {
            fields[key.stringValue] =
                if let text = try? container.decode(String.self, forKey: key) {
                    text
                } else if let number = try? container.decode(Int.self, forKey: key) {
                    String(number)
                } else if let flag = try? container.decode(Bool.self, forKey: key) {
                    String(flag)
                } else {
                    try container.decode([String].self, forKey: key).joined(separator: ",")
                }
        }
    }
}
