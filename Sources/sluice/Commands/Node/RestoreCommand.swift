import ArgumentParser
import Foundation
import Node
import SQLiteStorage

/// `sluice restore`: a backup put back.
struct RestoreCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a backup in the place of what the gateway keeps. The gateway must be stopped.",
        discussion: """
            Every file is compared with the backup's manifest first, and checked to be readable by this version. A state \
            that is there already is kept: with --force it is moved into a folder of the data directory. The master key of \
            the time of the backup must be where the configuration says.

            Exit code 1 when the gateway runs, or a state is there and --force is not given; 65 when the backup is not whole.

            Examples:
              sluice restore /var/backups/sluice-2027-01-15 --dry-run
              sluice restore /var/backups/sluice-2027-01-15 --force
            """
    )

    @Argument(help: "The folder that sluice backup made.", completion: .directory)
    var folder: String

    @Flag(help: "Move a state that is there aside.")
    var force = false

    @Flag(help: "Verify the backup and tell what would be done; replace nothing.")
    var dryRun = false

    @OptionGroup var configuration: ConfigurationOption
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() throws {
        let settings = try configuration.load()
        let line = ProgressLine("restore")
        let backup: BackupFolder
        let outcome: Restoration.Outcome
        do {
            backup = try BackupFolder(folder.withoutTrailingSlash)
            outcome = try settings.restore(backup, replacing: force, rehearsing: dryRun) { line.show($0, of: $1) }
        } catch {
            line.clear()
            throw CommandFailure(error)
        }
        line.clear()
        let printer = ResultPrinter(options: output)
        guard !printer.isForPrograms else { return try printer.printValue(try backup.manifest.json()) }
        printer.printDetails(backup.manifest.details(in: backup.path))
        printer.write(words(outcome, in: settings.dataDirectory))
        Terminal.printError("The master key of that time must be at \(settings.keyEncryption.place).")
    }

    private func words(_ outcome: Restoration.Outcome, in directory: String) -> String {
        guard let aside = outcome.aside else {
            return dryRun ? "Whole. Would be put into \(directory).\n" : "Restored into \(directory).\n"
        }
        guard !dryRun else {
            let need = force ? "" : " (with --force)"
            return "Whole. Would be put into \(directory)\(need), and the state there into \(aside).\n"
        }
        return """
            Restored into \(directory). The state before is in \(aside).
              undo: rm -f '\(directory)'/*.sqlite* && mv '\(aside)'/* '\(directory)'/

            """
    }
}
