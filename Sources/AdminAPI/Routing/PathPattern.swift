import Foundation

/// A path of the route table, such as `/api/v1/certificates/{reference}`.
struct PathPattern: Hashable, Sendable, CustomStringConvertible {
    private enum Segment: Hashable, Sendable {
        case literal(String)
        case parameter(String)
    }

    /// The pattern as it is written, which is how OpenAPI writes it.
    let description: String
    private let segments: [Segment]

    init(_ text: String) {
        description = text
        segments = text.dropFirst().split(separator: "/").map { segment in
            segment.hasPrefix("{") ? .parameter(String(segment.dropFirst().dropLast())) : .literal(String(segment))
        }
    }

    /// The names of the parameters, in order.
    var parameters: [String] {
        segments.compactMap { segment in
            if case .parameter(let name) = segment { name } else { nil }
        }
    }

    /// In which order patterns are looked at: segment by segment, one that is spelled out before one that takes anything.
    var order: String {
        segments.map { segment in
            switch segment {
            case .literal(let text): text
            // Behind every letter, digit and sign of a literal.
            case .parameter: "~"
            }
        }
        .joined(separator: "/")
    }

    /// The parameters of a path that is of this pattern, decoded; nil for any other.
    func match(_ path: [Substring]) -> [String: String]? {
        guard path.count == segments.count else { return nil }
        var found: [String: String] = [:]
        for (segment, text) in zip(segments, path) {
            switch segment {
            case .literal(let literal):
                guard literal == text else { return nil }
            case .parameter(let name):
                guard let value = text.removingPercentEncoding, !value.isEmpty else { return nil }
                found[name] = value
            }
        }
        return found
    }
}
