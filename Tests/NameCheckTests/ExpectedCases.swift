import Foundation
import LDNS

@testable import NameCheck

/// `zones/expected.json`: one truth for zone files and name servers.
struct ExpectedCases: Decodable, Sendable {
    let siblings: [String]
    let cases: [Case]

    struct Case: Decodable, Sendable, CustomStringConvertible {
        let name: String
        let target: String
        let kind: String
        let verdict: String
        let hint: String?
        let status: String
        let exit: Int
        let zones: [String]
        /// `nsd`: offline and by NSD; `never`: offline only; `nsd-only`: by NSD only.
        let served: String

        var description: String { "\(name) → \(target)=\(kind): \(verdict)" }
    }

    /// The folder `zones/` at the top of the package.
    static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appending(path: "zones")

    static let all: ExpectedCases = {
        guard
            let data = try? Data(contentsOf: folder.appending(path: "expected.json")),
            let cases = try? JSONDecoder().decode(ExpectedCases.self, from: data)
        else { return ExpectedCases(siblings: [], cases: []) }
        return cases
    }()

    static func target(_ text: String) throws -> ExpectedTarget {
        let parts = text.split(separator: "=")
        return ExpectedTarget(
            name: try DNSName(String(parts[0])),
            kind: AccessPointKind(word: parts.last ?? "") ?? .public
        )
    }

    func question(_ row: Case) throws -> CheckQuestion {
        let target = try Self.target("\(row.target)=\(row.kind)")
        let others = try siblings.map(Self.target).filter { $0.name != target.name }
        return CheckQuestion(domain: try GivenName(row.name).dns, target: target, siblings: others)
    }
}

/// What is compared of a verdict.
struct Outcome: Hashable {
    let verdict: String
    let hint: String?
    let status: String

    init(_ verdict: CNAMEVerdict) {
        self.verdict = verdict.code.rawValue
        hint = verdict.hint?.rawValue
        status = verdict.status.rawValue
    }

    init(_ row: ExpectedCases.Case) {
        verdict = row.verdict
        hint = row.hint
        status = row.status
    }
}

extension ZoneFile {
    /// `FILE` or `FILE:ORIGIN` in `zones/`.
    static func shipped(_ text: String) throws -> ZoneFile {
        let parts = text.split(separator: ":").map(String.init)
        let path = ExpectedCases.folder.appending(path: parts[0]).path()
        return try ZoneFile.read(path: path, origin: parts.count > 1 ? try DNSName(parts[1]) : nil)
    }
}
