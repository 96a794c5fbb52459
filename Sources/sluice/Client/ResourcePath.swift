import Foundation

/// Where a resource of the admin API is: its collection, and what names it in there.
struct ResourcePath: Hashable, Sendable, ExpressibleByArrayLiteral {
    let segments: [String]

    init(arrayLiteral segments: String...) {
        self.segments = segments
    }

    /// A resource below this one.
    func appending(_ segment: String) -> ResourcePath { ResourcePath(segments + [segment]) }

    /// The path of an HTTP request, each segment escaped: a name that someone gave may have any letter in it.
    ///
    /// - Throws: bad input when a segment is empty, because then the path means another resource.
    func text() throws(CommandFailure) -> String {
        var text = "/api/v1"
        for segment in segments {
            guard !segment.isEmpty, let escaped = segment.addingPercentEncoding(withAllowedCharacters: Self.unreserved)
            else {
                throw CommandFailure(.badInput, "An empty name names nothing. Give a fingerprint, a serial or a name.")
            }
            text += "/" + escaped
        }
        return text
    }

    private init(_ segments: [String]) {
        self.segments = segments
    }

    // RFC 3986 § 2.3
    fileprivate static let unreserved = CharacterSet(
        charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
    )
}

/// The parameters after a path's question mark, in the order in which they were added.
struct ResourceQuery: Hashable, Sendable, ExpressibleByDictionaryLiteral {
    private var parameters: [Parameter] = []

    private struct Parameter: Hashable, Sendable {
        let name: String
        let value: String
    }

    init(dictionaryLiteral parameters: (String, String)...) {
        self.parameters = parameters.map { Parameter(name: $0, value: $1) }
    }

    /// Adds a parameter; nothing when there is no value.
    mutating func add(_ name: String, _ value: String?) {
        if let value { parameters.append(Parameter(name: name, value: value)) }
    }

    /// Adds `name=true` when it is wanted.
    mutating func add(_ name: String, if isWanted: Bool) {
        if isWanted { add(name, "true") }
    }

    /// Escaped, with the question mark; empty when there are no parameters.
    var text: String {
        guard !parameters.isEmpty else { return "" }
        return "?" + parameters.map { "\($0.name)=\(Self.escaped($0.value))" }.joined(separator: "&")
    }

    private static func escaped(_ value: String) -> String {
        // Invariant: Swift strings are valid Unicode, which can always be escaped.
        value.addingPercentEncoding(withAllowedCharacters: ResourcePath.unreserved) ?? ""
    }
}
