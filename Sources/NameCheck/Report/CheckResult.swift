import Foundation
import LDNS

/// One name's part of a ``CheckDocument``.
package struct CheckResult: Encodable, Sendable {
    let domain: String
    let unicode: OrNull<String>
    let expected: Expected
    let status: String
    let verdict: String
    let hint: OrNull<String>
    let issues: [Finding]
    let chain: [Link]
    let end: End
    let resolvers: [Resolver]
    let next: [String]

    init(_ verdict: CNAMEVerdict, unicode: String?, started: Date) {
        let facts = verdict.facts
        self.domain = "\(facts.domain)"
        self.unicode = OrNull(unicode)
        self.expected = Expected(
            name: "\(facts.target.name)",
            kind: facts.target.kind.rawValue,
            addresses: facts.targetAddresses.addresses.map(\.description)
        )
        self.status = verdict.status.rawValue
        self.verdict = verdict.code.rawValue
        self.hint = OrNull(verdict.hint?.rawValue)
        let validUntil = facts.hops.first.map { started.addingTimeInterval(TimeInterval($0.timeToLive)) }
        self.issues = verdict.issues.map { Finding($0, validUntil: validUntil) }
        self.chain = facts.hops.map(Link.init)
        self.end = End(facts)
        self.resolvers = Resolver.list(facts.exchanges)
        self.next = verdict.nextCommands
    }

    struct Expected: Encodable, Sendable {
        let name: String
        let kind: String
        let addresses: [String]
    }

    struct Finding: Encodable, Sendable {
        let code: String
        let hint: OrNull<String>
        let severity: String
        let audience: String
        let message: String
        let fix: OrNull<Change>
        let validUntil: OrNull<String>

        init(_ issue: Issue, validUntil: Date?) {
            code = issue.code.rawValue
            hint = OrNull(issue.hint?.rawValue)
            severity = issue.severity.rawValue
            audience = issue.audience.rawValue
            message = issue.message
            fix = OrNull(issue.fix.map(Change.init))
            // How long resolvers may go on with what was found; a missing name has no such time here.
            self.validUntil = OrNull(issue.severity == .fail ? validUntil?.ISO8601Format() : nil)
        }
    }

    struct Change: Encodable, Sendable {
        let kind: String
        let name: String
        let type: String
        let ttl: OrNull<UInt32>
        let value: OrNull<String>

        init(_ fix: Fix) {
            switch fix {
            case .setRecord(let record):
                kind = "set-record"
                name = "\(record.owner)"
                type = "\(record.type)"
                ttl = OrNull(record.timeToLive)
                value = OrNull("\(record.data)")
            case .removeRecords(let owner, let removed):
                kind = "remove-records"
                name = "\(owner)"
                type = removed.map(\.description).joined(separator: " ")
                ttl = OrNull(nil)
                value = OrNull(nil)
            }
        }
    }

    struct Link: Encodable, Sendable {
        let name: String
        let target: String
        let ttl: UInt32
        let ttlFrom: String
        let wildcard: Bool
        let dname: OrNull<String>

        init(_ hop: Hop) {
            name = "\(hop.name)"
            target = "\(hop.target)"
            ttl = hop.timeToLive
            ttlFrom = hop.isAuthoritative ? "authoritative" : "resolver"
            wildcard = hop.isFromWildcard
            dname = OrNull(hop.redirection?.description)
        }
    }

    struct End: Encodable, Sendable {
        let name: String
        let rcode: OrNull<String>
        let addresses: [String]
        let error: OrNull<String>

        init(_ facts: NameFacts) {
            let known: AddressFacts?
            switch facts.end {
            case .accessPoint(let end):
                name = "\(end)"
                known = end == facts.target.name ? facts.targetAddresses : nil
            case .name(let end, let addresses):
                name = "\(end)"
                known = addresses
            case .loop(let end), .severalAliases(let end, _), .tooManyAliases(let end):
                name = "\(end)"
                known = nil
            }
            addresses = known?.addresses.map(\.description) ?? []
            switch known {
            case .found(_, let failure):
                rcode = OrNull("\(ResponseCode.noError)")
                error = OrNull(failure?.description)
            case .noData:
                rcode = OrNull("\(ResponseCode.noError)")
                error = OrNull(nil)
            case .nameError:
                rcode = OrNull("\(ResponseCode.nameError)")
                error = OrNull(nil)
            case .notAsked(let failure):
                rcode = OrNull(nil)
                error = OrNull(failure.description)
            case nil:
                rcode = OrNull(nil)
                error = OrNull(nil)
            }
        }
    }

    struct Resolver: Encodable, Sendable {
        let address: String
        let questions: Int
        let rcode: OrNull<String>
        let rttMs: Int
        let tcp: Bool
        let discarded: Int
        let error: OrNull<String>

        static func list(_ exchanges: [ServerExchange]) -> [Resolver] {
            Dictionary(grouping: exchanges, by: \.server).map { server, exchanges in
                Resolver(
                    address: "\(server)",
                    questions: exchanges.count,
                    rcode: OrNull(exchanges.first?.responseCode?.description),
                    rttMs: exchanges.map(\.elapsed.milliseconds).max() ?? 0,
                    tcp: exchanges.contains { $0.transport == .tcp },
                    discarded: exchanges.reduce(0) { $0 + $1.discarded.values.reduce(0, +) },
                    error: OrNull(exchanges.lazy.compactMap(\.failure).first?.description)
                )
            }.sorted { $0.address < $1.address }
        }
    }
}

/// A value that is written as `null` when it is missing, so that every result has the same fields.
struct OrNull<Value: Encodable & Sendable>: Encodable, Sendable {
    let value: Value?

    init(_ value: Value?) {
        self.value = value
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        if let value {
            try container.encode(value)
        } else {
            try container.encodeNil()
        }
    }
}

extension CNAMEVerdict {
    /// Commands that help with this outcome.
    package var nextCommands: [String] {
        switch status {
        case .fail where issues.contains { $0.audience == .customer && $0.fix != nil }:
            ["sluice cname setup \(facts.domain.undotted) --target \(facts.target.name.undotted)"]
        case .unknown:
            ["sluice cname check \(facts.domain.undotted) --target \(facts.target.name.undotted) --resolver ADDRESS"]
        case .pass, .warn, .fail: []
        }
    }
}

extension Duration {
    /// Whole milliseconds.
    var milliseconds: Int {
        Int(components.seconds * 1000 + components.attoseconds / 1_000_000_000_000_000)
    }
}
