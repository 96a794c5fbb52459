import AdminAPI
import ArgumentParser
import Foundation

/// `sluice audit`: who did what, and that nobody has changed the record of it.
struct AuditCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "audit",
        abstract: "The audit log: who did what, when, and what it changed.",
        discussion: """
            Each line carries the hash of the line before, so that a changed or missing one is found.

            Example: sluice audit list --action client-certificate.revoke
            """,
        subcommands: [List.self, Verify.self, Export.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the log, the newest line first.",
            discussion: "Example: sluice audit list --action client-certificate.revoke --from -7d"
        )

        @OptionGroup(title: "Conditions") var filter: AuditFilter
        @OptionGroup var list: ListOptions

        func run() async throws {
            try await list.printList(["audit"], query: filter.query, of: AuditEntryResource.self)
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that every line fits the line before.",
            discussion: """
                Exit code 1, and the first line that does not, if somebody has changed the log. A whole log that was \
                written anew is found by a line's hash that was noted elsewhere.

                Examples:
                  sluice audit verify
                  sluice audit verify --line 1042 --hash $NOTED
                """
        )

        @Option(help: ArgumentHelp("A line whose hash was noted.", valueName: "number"))
        var line: Int64?

        @Option(help: ArgumentHelp("That line's hash as it was noted.", valueName: "hex"))
        var hash: String?

        @OptionGroup var management: ManagementOptions

        func validate() throws {
            guard (line == nil) == (hash == nil) else { throw ValidationError("--line and --hash go together.") }
        }

        func run() async throws {
            var query: ResourceQuery = [:]
            query.add("sequence", line.map(String.init))
            query.add("hash", hash)
            let json = try await management.gateway.client().get(["audit", "verification"], query: query)
            let verification = try Answer.decode(AuditVerificationResource.self, from: json)
            let printer = management.printer
            if printer.isForPrograms { try printer.printValue(json) } else { printer.write(verification.words) }
            if !verification.intact { throw ExitCode(CommandStatus.answerIsNo.rawValue) }
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the whole log, the oldest line first, as a JSON object a line.",
            discussion: "Example: sluice audit export > audit.jsonl"
        )

        @OptionGroup(title: "Conditions") var filter: AuditFilter
        @OptionGroup(title: "Which gateway") var gateway: GatewayOption

        func run() async throws {
            var request = try AdminRequest(.get, ["audit", "export"], query: filter.query)
            request.accept = "application/jsonl"
            try await gateway.client().stream(request) { StandardStream.output.write(bytes: $0) }
        }
    }
}

/// Which lines of the audit log are asked for.
struct AuditFilter: ParsableArguments {
    @Option(help: ArgumentHelp("The action, or the words before its dots.", valueName: "words"))
    var action: String?

    @Option(help: ArgumentHelp("Who did it, as the log prints it, such as 'token ci'.", valueName: "who"))
    var principal: String?

    @Option(help: ArgumentHelp("What it was done to, as the log prints it.", valueName: "object"))
    var object: String?

    @Option(parsing: .unconditional, help: ArgumentHelp("Not before this time, such as -7d.", valueName: "time"))
    var from: PointInTime?

    @Option(parsing: .unconditional, help: ArgumentHelp("Before this time.", valueName: "time"))
    var until: PointInTime?

    var query: ResourceQuery {
        var query: ResourceQuery = [:]
        query.add("action", action)
        query.add("principal", principal)
        query.add("object", object)
        query.add("from", from?.text)
        query.add("until", until?.text)
        return query
    }
}

extension AuditVerificationResource {
    fileprivate var words: String {
        guard intact else {
            let place = brokenAt.map { "at line \($0)" } ?? "somewhere"
            return "THE AUDIT LOG WAS CHANGED \(place): \(finding ?? "a line does not fit the line before"). "
                + "Compare it with an earlier sluice audit export.\n"
        }
        let count = entries ?? 0
        let words = "The audit log is whole: \(count) line\(count == 1 ? "" : "s"), each fits the line before.\n"
        return words
            + (headHash.map { "Its head is \($0) (to note: sluice audit verify --line \(count) --hash …).\n" } ?? "")
    }
}

extension AuditEntryResource: Listed {
    static var columns: [TextTable.Column] {
        ["LINE", "TIME", "WHO", "ACTION", "OBJECT", "CHANGE", .wide("ROLE"), .wide("HASH")]
    }

    var cells: [String] {
        [
            String(sequence), time.timestamp, principal, action, Self.short(object),
            changes.isEmpty ? "-" : changes.joined(separator: ", "), role, hash,
        ]
    }

    var reference: String { String(sequence) }

    /// The facts that are others since: `state: active → revoked`, or just `state: active` of what is new.
    private var changes: [String] {
        let (old, new) = (before ?? [:], after ?? [:])
        let names = Set(old.keys).union(new.keys).sorted().filter { old[$0] != new[$0] }
        return names.map { name in
            let after = new[name].map(Self.short) ?? "–"
            return before == nil ? "\(name): \(after)" : "\(name): \(old[name].map(Self.short) ?? "–") → \(after)"
        }
    }

    /// Fingerprints by their first digits, as other tables show them.
    private static func short(_ text: String) -> String {
        text.utf8.count == 64 && text.allSatisfy(\.isHexDigit) ? String(text.prefix(12)) : text
    }
}
