import Foundation
import Hummingbird
import Registry

/// The path and the query of a request, taken apart (RFC 3986 § 3.3, § 3.4).
struct RequestTarget: Sendable {
    /// The path's segments as they came, not decoded.
    let segments: [Substring]
    /// The query's items, decoded, in their order.
    let query: [(name: String, value: String)]

    /// The longest target in bytes: a cursor and every filter have room many times over.
    static let longest = 4096

    /// Takes the target of a request line apart. Throws a 400 or 414 ``Problem``.
    init(_ text: String) throws(Problem) {
        guard text.utf8.count <= Self.longest else { throw .targetTooLong(found: text.utf8.count) }
        let parts = text.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let path = parts.first, path.first == "/" else { throw .noSuchResource(text) }
        segments = path.dropFirst().split(separator: "/", omittingEmptySubsequences: false)
        query = try parts.dropFirst().flatMap { $0.split(separator: "&") }
            .map { item throws(Problem) in try Self.item(item) }
    }

    /// The path as it came.
    var path: String { "/" + segments.joined(separator: "/") }

    private static func item(_ text: Substring) throws(Problem) -> (name: String, value: String) {
        let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            .map { $0.replacing("+", with: " ") }
        guard let name = sides[0].removingPercentEncoding,
            let value = (sides.dropFirst().first ?? "")
                .removingPercentEncoding
        else { throw .badParameter("query", found: String(text), needed: "UTF-8 with % escapes") }
        // No name, identifier or text of ours holds one, and a database would end its text there.
        guard !value.utf8.contains(0) else {
            throw .badParameter(name.quotable, found: value.quotable, needed: "text without U+0000")
        }
        return (name, value)
    }
}

extension Problem {
    static func targetTooLong(found: Int) -> Problem {
        Problem(
            code: "target-too-long",
            title: "The path is too long",
            status: .uriTooLong,
            detail: "The path and query have \(found) bytes; at most \(RequestTarget.longest) are taken."
        )
    }
}
