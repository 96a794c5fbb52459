package import Foundation
package import LDNS

/// The machine-readable form of a run, `dns-check/1`; described by `dns-check-1.schema.json` beside this file.
package struct CheckDocument: Encodable, Sendable {
    /// Grows when a field changes its meaning; new fields may come without it.
    package static let schemaName = "dns-check/1"

    package let schema = CheckDocument.schemaName
    package let tool: String
    package let started: String
    package let durationMs: Int
    package let summary: Summary
    package let results: [CheckResult]

    /// `tool` is the program's name and version; `unicode` has the written form of names that were not ASCII.
    package init(
        tool: String,
        started: Date,
        duration: Duration,
        verdicts: [CNAMEVerdict],
        unicode: [DNSName: String] = [:]
    ) {
        self.tool = tool
        self.started = started.ISO8601Format()
        self.durationMs = duration.milliseconds
        self.summary = Summary(verdicts)
        self.results = verdicts.map { CheckResult($0, unicode: unicode[$0.facts.domain], started: started) }
    }

    /// The whole document on one line.
    package func json() throws -> Data { try Self.encoder.encode(self) }

    /// Each result on a line of its own.
    package func jsonLines() throws -> [Data] { try results.map { try Self.encoder.encode($0) } }

    private static var encoder: JSONEncoder {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        return encoder
    }
}

/// How many names of a run ended in which status.
package struct Summary: Encodable, Hashable, Sendable {
    package var pass = 0
    package var warn = 0
    package var fail = 0
    package var unknown = 0

    package init(_ verdicts: [CNAMEVerdict]) {
        for verdict in verdicts {
            switch verdict.status {
            case .pass: pass += 1
            case .warn: warn += 1
            case .fail: fail += 1
            case .unknown: unknown += 1
            }
        }
    }
}
