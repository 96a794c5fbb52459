import ArgumentParser
import Credentials
import Foundation
import Node
import SQLiteStorage

/// `sluice backup`: a copy of all that the gateway keeps.
struct BackupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Copy all that the gateway keeps into a folder, while it runs or not.",
        discussion: """
            The registry (certificates, CAs, client certificates, users, tokens, audit log), what was seen of clients, and \
            the broker's sessions and messages, all as of one moment, with a manifest of lengths and SHA-256. Run it as the \
            gateway's user or as root, on the gateway's host.

            Private keys stay encrypted. The master key that opens them is not in the backup, nor is the configuration: \
            keep a copy of both elsewhere.

            Example: sluice backup /var/backups/sluice
            """
    )

    @Argument(help: "The folder to make.", completion: .directory)
    var folder: String

    @OptionGroup var configuration: ConfigurationOption
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() throws {
        let settings = try configuration.load()
        let line = ProgressLine("backup")
        let manifest: BackupManifest
        do {
            manifest = try settings.backUp(to: folder.withoutTrailingSlash) { line.show($0, of: $1) }
        } catch {
            line.clear()
            throw CommandFailure(error)
        }
        line.clear()
        let printer = ResultPrinter(options: output)
        guard !printer.isForPrograms else { return try printer.printValue(try manifest.json()) }
        printer.printDetails(manifest.details(in: folder.withoutTrailingSlash))
        Terminal.printError(
            "Not in it: the master key (\(settings.keyEncryption.place)) and \(settings.file). Keep a copy of both elsewhere: "
                + "without the master key the private keys in the backup stay closed."
        )
    }
}

extension BackupManifest {
    /// For people: no secrets, as there are none in a manifest.
    func details(in folder: String) -> [(label: String, value: String)] {
        [
            ("backup", folder), ("of", "\(node), by sluice \(sluice)"), ("as of", createdAt.timestamp),
        ] + files.map { ($0.name.name, "\($0.bytes) bytes, SHA-256 \($0.sha256)") }
    }

    /// As it stands in the backup.
    func json() throws -> Data {
        let encoder = JSONEncoder()
        encoder.dateEncodingStrategy = .iso8601
        return try encoder.encode(self)
    }
}

extension MasterKeyPlace {
    /// Where it is, for people.
    var place: String {
        switch self {
        case .file(let path): path
        case .environment(let variable): "$\(variable)"
        }
    }
}

extension CommandFailure {
    /// What stood in the way of a backup or a restore.
    init(_ error: BackupError) {
        let status: CommandStatus =
            switch error {
            case .stateExists, .storage(.inUse): .answerIsNo
            case .storage(.inaccessible(_, _, EACCES)), .storage(.inaccessible(_, _, EPERM)), .storage(.permissions):
                .notAllowed
            case .destinationExists, .nothingStored, .noManifest, .newerFormat, .incompleteManifest, .missingFile,
                .differentLength, .differentContent, .storage:
                .badInput
            }
        self.init(status, "\(error)")
    }
}

extension String {
    /// `folder/` and `folder` are the same folder, and what lies beside it is named after it.
    var withoutTrailingSlash: String {
        var path = self[...]
        while path.count > 1, path.last == "/" { path.removeLast() }
        return String(path)
    }
}
