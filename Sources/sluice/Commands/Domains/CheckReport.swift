import ArgumentParser
import Foundation
import LDNS
import NameCheck

/// How `sluice cname check` prints.
struct CheckOutputOptions: ParsableArguments {
    enum Format: String, ExpressibleByArgument, CaseIterable {
        case table
        case json
        case jsonl
    }

    @Option(name: [.customShort("o"), .customLong("output")], help: "The form of the result.")
    var format = Format.table

    @Flag(help: "Short for -o json.")
    var json = false

    @Flag(help: "Print nothing; the exit status tells.")
    var quiet = false

    @Flag(name: .customLong("no-color"), help: "Without colours; so also with NO_COLOR, and when not on a terminal.")
    var noColor = false

    func write(_ document: CheckDocument, verdicts: [CNAMEVerdict], elapsed: Duration) throws {
        guard !quiet else { return }
        let output = StandardStream.output
        switch json ? .json : format {
        case .json:
            output.write(String(decoding: try document.json(), as: UTF8.self) + "\n")
        case .jsonl:
            for line in try document.jsonLines() { output.write(String(decoding: line, as: UTF8.self) + "\n") }
        case .table:
            let report = CheckReport(verdicts: verdicts, elapsed: elapsed, style: usesColor ? .colored : .plain)
            output.write(report.text)
        }
    }

    private var usesColor: Bool {
        let environment = ProcessInfo.processInfo.environment
        let isRefused = noColor || !(environment["NO_COLOR"] ?? "").isEmpty || environment["TERM"] == "dumb"
        return !isRefused && Terminal.hasOutput
    }
}

/// The exit codes of a check.
enum CheckExit {
    static let fail: Int32 = 1
    static let unknown: Int32 = 3
    static let strictWarning: Int32 = 4
    /// sysexits(3) EX_DATAERR
    static let badInput: Int32 = 65

    /// Wrong outweighs unknown, unknown outweighs warnings.
    static func code(for verdicts: [CNAMEVerdict], strict: Bool) -> Int32 {
        let statuses = Set(verdicts.map(\.status))
        if statuses.contains(.fail) { return fail }
        if statuses.contains(.unknown) { return unknown }
        return strict && statuses.contains(.warn) ? strictWarning : 0
    }
}

/// The outcome of a run for a person: details of all that is not well, a line for each that is, the count.
struct CheckReport {
    enum Style {
        case plain
        case colored
    }

    let verdicts: [CNAMEVerdict]
    let elapsed: Duration
    let style: Style

    var text: String {
        let isSingle = verdicts.count == 1
        let notWell = verdicts.filter { $0.status != .pass }
        let well = verdicts.filter { $0.status == .pass }
        let blocks = notWell.map(details) + (isSingle ? well.map(details) : [])
        let lines = isSingle ? [] : well.map { headline($0) + "\n" }
        return blocks.joined(separator: "\n") + (blocks.isEmpty || lines.isEmpty ? "" : "\n") + lines.joined()
            + (isSingle ? "" : summary)
    }

    private func headline(_ verdict: CNAMEVerdict) -> String {
        let hint = verdict.hint.map { " (\($0.rawValue))" } ?? ""
        return "\(word(verdict.status))  \(verdict.facts.domain.undotted)   \(verdict.code.rawValue)\(hint)"
    }

    private func details(_ verdict: CNAMEVerdict) -> String {
        let facts = verdict.facts
        var lines = [headline(verdict)]
        lines.append("  expected  CNAME \(facts.target.name)   (\(facts.target.kind.words))")
        lines += labelled("found", found(facts))
        for issue in verdict.issues {
            lines += labelled(issue.severity == .note ? "note" : "because", [issue.message])
        }
        if verdict.status != .pass, let fix = verdict.issues.lazy.compactMap(\.fix).first {
            lines += labelled("fix", [words(fix, facts)])
        }
        if let next = verdict.nextCommands.first {
            lines += labelled("then", [next])
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private func found(_ facts: NameFacts) -> [String] {
        let hops = facts.hops.map { hop in
            "\(hop.name) \(hop.timeToLive) CNAME \(hop.target)" + (hop.isFromWildcard ? "   (by a wildcard)" : "")
        }
        let end: String
        switch facts.end {
        case .accessPoint(let name):
            end = name == facts.target.name ? words(facts.targetAddresses) : "another access point"
        case .name(let name, let addresses):
            return hops.isEmpty ? ["\(name.undotted)   \(words(addresses))"] : hops + ["└─ \(words(addresses))"]
        case .loop(let name): end = "back to \(name.undotted)"
        case .severalAliases(_, let targets):
            return hops + targets.map { "CNAME \($0)" }
        case .tooManyAliases: end = "and so on"
        }
        return hops + ["└─ \(end)"]
    }

    private func words(_ addresses: AddressFacts) -> String {
        switch addresses {
        case .found(let list, let failure):
            list.map(\.description).joined(separator: ", ") + (failure == nil ? "" : " (not all could be asked)")
        case .noData: "no address"
        case .nameError: "NXDOMAIN"
        case .notAsked: "could not be asked"
        }
    }

    private func words(_ fix: Fix, _ facts: NameFacts) -> String {
        switch fix {
        case .setRecord(let record):
            let host = facts.zone.map { record.owner.written(in: $0) } ?? record.owner.description
            let place = facts.zone.map { "   (in the zone \($0.undotted))" } ?? ""
            return "\(host)   \(record.timeToLive)   \(record.type)   \(record.data)\(place)"
        case .removeRecords(let name, let types):
            return "remove \(types.map(\.description).joined(separator: ", ")) at \(name)"
        }
    }

    private func labelled(_ label: String, _ texts: [String]) -> [String] {
        texts.enumerated().map { index, text in
            "  " + (index == 0 ? label : "").padding(toLength: 10, withPad: " ", startingAt: 0) + text
        }
    }

    private var summary: String {
        let summary = Summary(verdicts)
        let parts = [
            (summary.fail, "fail"), (summary.warn, "warn"), (summary.unknown, "unknown"), (summary.pass, "pass"),
        ].filter { $0.0 > 0 }.map { "\($0.0) \($0.1)" }
        return "\(parts.joined(separator: ", "))   (\(verdicts.count) domains, \(elapsed.seconds) s)\n"
    }

    private func word(_ status: CheckStatus) -> String {
        let (word, color) =
            switch status {
            case .pass: ("PASS", "32")
            case .warn: ("WARN", "33")
            case .fail: ("FAIL", "31")
            case .unknown: ("????", "35")
            }
        return style == .plain ? word : "\u{1B}[1;\(color)m\(word)\u{1B}[0m"
    }
}

/// What `sluice cname setup` prints.
struct SetupReport {
    let domain: DNSName
    let target: ExpectedTarget
    let zone: DNSName?

    var text: String {
        let host = zone.map { domain.written(in: $0) } ?? domain.description
        let rows = [
            ["HOST", "TYPE", "VALUE", "TTL"],
            [host, "CNAME", "\(target.name)", "\(CheckLimits.recommendedTimeToLive)"],
        ]
        let widths = rows[0].indices.map { column in rows.map { $0[column].count }.max() ?? 0 }
        let table = rows.map { row in
            zip(row, widths).map { $0.padding(toLength: $1, withPad: " ", startingAt: 0) }.joined(separator: "   ")
        }
        return """
            \(table.joined(separator: "\n"))

            As a line of a zone file:
            \(host) \(CheckLimits.recommendedTimeToLive) IN CNAME \(target.name)
            """
    }
}
