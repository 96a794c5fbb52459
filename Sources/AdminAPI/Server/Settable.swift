/// A member of a request that is absent, null or given: null takes away what is there.
enum Settable<Value: Decodable & Sendable>: Sendable {
    case absent
    case null
    case given(Value)

    /// Whether it stands in the request, null or not.
    var isGiven: Bool {
        switch self {
        case .absent: false
        case .null, .given: true
        }
    }

    /// The value; nil for null.
    var value: Value? {
        switch self {
        case .absent, .null: nil
        case .given(let value): value
        }
    }
}

extension KeyedDecodingContainer {
    /// Decodes a member and tells null from absent.
    func decodeSettable<Value: Decodable & Sendable>(_: Value.Type, forKey key: Key) throws -> Settable<Value> {
        guard contains(key) else { return .absent }
        return try decodeNil(forKey: key) ? .null : .given(decode(Value.self, forKey: key))
    }
}
