import Foundation
import Hummingbird

/// What a client sends and what it takes, by media type.
enum MediaTypes {
    /// Throws a 406 ``Problem`` when the request takes none of `offered` (RFC 9110 § 12.5.1). No `Accept` takes all.
    static func checkAccept(_ request: Request, offered: [String]) throws(Problem) {
        let headers = request.headers[values: .accept]
        guard !headers.isEmpty else { return }
        let ranges = headers.flatMap { $0.split(separator: ",") }.compactMap(Range.init)
        // Problem details may always be the answer; asking for them alone asks for no representation, and gets one.
        let isTaken = (offered + [Problem.mediaType]).contains { type in
            let best = ranges.filter { $0.takes(type) }.max { $0.precision < $1.precision }
            return best.map { $0.quality > 0 } ?? false
        }
        guard isTaken else { throw .notAcceptable(found: headers.joined(separator: ", "), offered: offered) }
    }

    /// Throws a 415 ``Problem`` when the body is declared as something else. No `Content-Type` is taken at its word.
    static func checkContentType(_ request: Request, taken: [String]) throws(Problem) {
        guard let header = request.headers[.contentType] else { return }
        let type = header.prefix { $0 != ";" }.trimmingCharacters(in: .whitespaces).lowercased()
        guard taken.contains(type) else { throw .unsupportedMediaType(found: header, taken: taken) }
    }

    private struct Range {
        let type: String
        let quality: Double

        init?(_ text: Substring) {
            let parts = text.split(separator: ";").map { $0.trimmingCharacters(in: .whitespaces).lowercased() }
            guard let type = parts.first else { return nil }
            self.type = type
            let quality = parts.dropFirst().first { $0.hasPrefix("q=") }?.dropFirst(2)
            self.quality = quality.flatMap { Double($0) } ?? 1
        }

        /// An exact type counts before `type/*`, and that before `*/*`.
        var precision: Int { type == "*/*" ? 0 : type.hasSuffix("/*") ? 1 : 2 }

        func takes(_ offered: String) -> Bool {
            type == "*/*" || type == offered || (type.hasSuffix("/*") && offered.hasPrefix(type.dropLast()))
        }
    }
}

extension Problem {
    static func notAcceptable(found: String, offered: [String]) -> Problem {
        Problem(
            code: "not-acceptable",
            title: "There is no such representation",
            status: .notAcceptable,
            detail: "Accept: found \(found), this gives \(offered.joined(separator: " or "))."
        )
    }

    static func unsupportedMediaType(found: String, taken: [String]) -> Problem {
        Problem(
            code: "unsupported-media-type",
            title: "The body is of the wrong kind",
            status: .unsupportedMediaType,
            detail: "Content-Type: found \(found), needed \(taken.joined(separator: " or "))."
        )
    }
}
