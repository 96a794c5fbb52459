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

            Example: sluice audit list --action revoke
            """,
        subcommands: [List.self, Verify.self, Export.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the log, the newest line first.",
            discussion: "Example: sluice audit list --limit 20 -o wide"
        )

        @OptionGroup var list: ListOptions

        func run() async throws {
            try await list.printList(["audit"], query: [:], of: AuditEntryResource.self)
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check that every line fits the line before.",
            discussion: """
                Exit code 1, and the first line that does not, if somebody has changed the log.

                Example: sluice audit verify
                """
        )

        @OptionGroup var management: ManagementOptions

        func run() async throws {
            let json = try await management.gateway.client().get(["audit", "verification"])
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

        @OptionGroup(title: "Which gateway") var gateway: GatewayOption

        func run() async throws {
            var request = try AdminRequest(.get, ["audit", "export"])
            request.accept = "application/jsonl, application/x-ndjson"
            try await gateway.client().stream(request) { piece in
                StandardStream.output.write(bytes: piece.readableBytesView)
            }
        }
    }
}

extension AuditVerificationResource {
    fileprivate var words: String {
        if intact { return "The audit log is whole: \(checked) line\(checked == 1 ? "" : "s"), each fits the line before.\n" }
        let place = brokenAt.map { "line \($0) does not fit the line before" } ?? "a line does not fit"
        return "THE AUDIT LOG WAS CHANGED: \(place). Compare it with an earlier sluice audit export.\n"
    }
}

extension AuditEntryResource: Listed {
    static var columns: [TextTable.Column] {
        ["LINE", "TIME", "WHO", "ACTION", "OBJECT", "BEFORE", "AFTER", .wide("HASH")]
    }

    var cells: [String] {
        [String(sequence), time.timestamp, principal, action, object, before ?? "-", after ?? "-", hash]
    }

    var reference: String { String(sequence) }
}
