/// The shape of a piece of JSON, as JSON Schema 2020-12 writes it, which is what OpenAPI 3.1 takes.
struct Schema: Sendable {
    private(set) var members: [String: JSONValue]

    var json: JSONValue { .object(members) }

    private init(_ type: String, _ words: String, _ more: [String: JSONValue] = [:]) {
        members = ["type": .text(type)].merging(more) { _, later in later }
        if !words.isEmpty { members["description"] = .text(words) }
    }

    private init(members: [String: JSONValue]) {
        self.members = members
    }
}

extension Schema {
    static func text(_ words: String, atLeast: Int? = nil, atMost: Int? = nil, pattern: String? = nil) -> Schema {
        var more: [String: JSONValue] = [:]
        more["minLength"] = atLeast.map(JSONValue.number)
        more["maxLength"] = atMost.map(JSONValue.number)
        more["pattern"] = pattern.map(JSONValue.text)
        return Schema("string", words, more)
    }

    /// One of a few words.
    static func word(_ words: String, _ allowed: [String]) -> Schema {
        Schema("string", words, ["enum": .list(allowed.map(JSONValue.text))])
    }

    /// One of the words of an enumeration.
    static func word<Word: RawRepresentable & CaseIterable>(_ words: String, _: Word.Type) -> Schema
    where Word.RawValue == String {
        word(words, Word.allCases.map(\.rawValue))
    }

    /// A moment, RFC 3339.
    static func time(_ words: String) -> Schema {
        Schema("string", words, ["format": "date-time"])
    }

    /// SHA-256 in hexadecimal digits.
    static func fingerprint(_ words: String) -> Schema {
        text(words, pattern: "^[0-9a-f]{64}$")
    }

    static func number(_ words: String, atLeast: Int = 0, atMost: Int? = nil) -> Schema {
        var more: [String: JSONValue] = ["minimum": .number(atLeast)]
        more["maximum"] = atMost.map(JSONValue.number)
        return Schema("integer", words, more)
    }

    static func flag(_ words: String) -> Schema {
        Schema("boolean", words)
    }

    static func list(_ words: String, of element: Schema) -> Schema {
        Schema("array", words, ["items": element.json])
    }

    static func texts(_ words: String) -> Schema {
        list(words, of: text(""))
    }

    /// An object whose members are all texts, of any name.
    static func map(_ words: String) -> Schema {
        map(of: .text(""), words)
    }

    /// An object whose members are all of one shape, of any name.
    static func map(of element: Schema, _ words: String) -> Schema {
        Schema("object", words, ["additionalProperties": element.json])
    }

    /// Another schema of the document.
    static func ref(_ name: String) -> Schema {
        Schema(members: ["$ref": .text("#/components/schemas/\(name)")])
    }

    /// The same, or null.
    var orNull: Schema {
        Schema(members: ["anyOf": [json, ["type": "null"]]])
    }

    /// An object of an answer: members may be added to it in time.
    static func object(_ words: String, _ members: [Member]) -> Schema {
        Schema("object", words, shape(of: members))
    }

    /// An object of a request: a member that is not known is refused.
    static func body(_ words: String, _ members: [Member]) -> Schema {
        var more = shape(of: members)
        more["additionalProperties"] = false
        return Schema("object", words, more)
    }

    private static func shape(of members: [Member]) -> [String: JSONValue] {
        [
            "properties": .object(
                Dictionary(members.map { ($0.name, $0.schema.json) }, uniquingKeysWith: { _, later in later })
            ),
            "required": .list(members.filter(\.isRequired).map { .text($0.name) }),
        ]
    }

    /// A member of an object.
    struct Member: Sendable {
        let name: String
        let schema: Schema
        let isRequired: Bool

        /// One that is always there.
        static func always(_ name: String, _ schema: Schema) -> Member {
            Member(name: name, schema: schema, isRequired: true)
        }

        /// One that may be absent.
        static func maybe(_ name: String, _ schema: Schema) -> Member {
            Member(name: name, schema: schema, isRequired: false)
        }
    }
}
