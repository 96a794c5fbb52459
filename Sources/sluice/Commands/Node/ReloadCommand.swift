import AdminAPI
import ArgumentParser

/// `sluice reload`: read the configuration file again.
struct ReloadCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "reload",
        abstract: "Have a running gateway read its configuration file again.",
        discussion: """
            A wrong file changes nothing: the old configuration stays, the exit code is 1. Connections stay.

            Example: sluice reload
            """
    )

    @OptionGroup var management: ManagementOptions

    func run() async throws {
        let json = try await management.gateway.client().send(AdminRequest(.post, ["reload"]))
        let report = try Answer.decode(ReloadReport.self, from: json)
        let printer = management.printer
        guard !printer.isForPrograms else { return try printer.printValue(json) }
        if report.changes.isEmpty && report.pendingRestart.isEmpty {
            printer.write("Reloaded; nothing is different.\n")
        }
        for change in report.changes { printer.write("changed: \(change.line)\n") }
        for change in report.pendingRestart { printer.write("takes effect at the next start: \(change.line)\n") }
    }
}

extension ReloadReport.Change {
    fileprivate var line: String { "\(setting): \(old ?? "not set") → \(new ?? "not set")" }
}
