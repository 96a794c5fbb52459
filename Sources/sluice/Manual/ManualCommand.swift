import ArgumentParser
import Foundation

/// `sluice manual`: writes the manual pages, for those who make packages.
struct ManualCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "manual",
        abstract: "Write the manual pages into a folder.",
        discussion: "Example: sluice manual /usr/local/share/man/man1",
        shouldDisplay: false
    )

    @Argument(help: "The folder; made if it is missing.", completion: .directory)
    var folder: String

    func run() throws {
        let root = try CommandTree.read().command
        let day = Self.day()
        let pages =
            [ManualPage(command: root, line: "sluice", day: day)]
            + root.shownCommands.map { ManualPage(command: $0, line: "sluice \($0.commandName)", day: day) }
        let names = pages.map(\.line)
        do {
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for page in pages {
                try Data(page.source(others: names).utf8).write(to: URL(fileURLWithPath: "\(folder)/\(page.fileName)"))
            }
        } catch {
            throw CommandFailure(.badInput, "The pages cannot be written to \(folder): \(SystemWords.of(error)).")
        }
        print("\(pages.count) pages in \(folder)")
    }

    /// Today, or the moment that makes builds reproducible (reproducible-builds.org).
    private static func day() -> Date {
        let epoch = ProcessInfo.processInfo.environment["SOURCE_DATE_EPOCH"].flatMap { TimeInterval($0) }
        return epoch.map { Date(timeIntervalSince1970: $0) } ?? Date()
    }
}
