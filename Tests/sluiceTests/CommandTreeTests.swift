import ArgumentParser
import Foundation
import TestProcess
import Testing

@testable import sluice

@Suite struct `The command tree` {
    /// Every verb that does something, with the line that calls it.
    private static func leaves() throws -> [(line: String, command: CommandTree.Command)] {
        func below(_ command: CommandTree.Command, _ line: String) -> [(line: String, command: CommandTree.Command)] {
            command.shownCommands.isEmpty
                ? [(line, command)] : command.shownCommands.flatMap { below($0, "\(line) \($0.commandName)") }
        }
        return try below(CommandTree.read().command, "sluice")
    }

    @Test func `says of every verb what it does, and shows an example`() throws {
        for (line, command) in try Self.leaves() where !["sluice version", "sluice cname check"].contains(line) {
            #expect(command.abstract?.isEmpty == false, "\(line)")
            let discussion = command.discussion ?? ""
            #expect(discussion.contains("Example") && discussion.contains(line), "\(line)")
        }
    }

    @Test func `gives examples that it understands`() throws {
        func discussions(_ command: CommandTree.Command) -> [String] {
            [command.discussion ?? ""] + (command.subcommands ?? []).flatMap(discussions)
        }
        let lines = try discussions(CommandTree.read().command).flatMap { $0.split(separator: "\n") }
        var count = 0
        for line in lines {
            guard let start = line.range(of: "sluice "),
                line[..<start.lowerBound].allSatisfy({ " Example:s".contains($0) })
            else { continue }
            // Up to a comment in the margin, a pipe, or the next command of the line.
            let words = line[start.upperBound...].split(separator: "   ")[0].prefix { !"|>&…".contains($0) }
            let arguments = words.split(separator: " ").map { $0.trimmingCharacters(in: ["'", "\""]) }
            #expect(throws: Never.self, "\(line)") { _ = try SluiceCommand.parseAsRoot(arguments) }
            count += 1
        }
        #expect(count > 60, "the examples are found")
    }

    @Test(arguments: CompletionsCommand.Shell.allCases)
    func `completes in every shell, down to the last verb`(shell: CompletionsCommand.Shell) {
        let script = SluiceCommand.completionScript(for: shell.kind)
        for word in ["client-certs", "set-client-id", "one-device-one-certificate", "token-file"] {
            #expect(script.contains(word), "\(word)")
        }
    }

    @Test func `makes manual pages that the formatter takes without a warning`() throws {
        let folder = FileManager.default.temporaryDirectory.appendingPathComponent("sluice-man-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let command = try #require(try SluiceCommand.parseAsRoot(["manual", folder.path]) as? ManualCommand)
        try command.run()
        let pages = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        #expect(pages.contains("sluice.1") && pages.contains("sluice-client-certs.1"))
        for page in pages {
            let formatter = try ChildProcess(
                "man",
                ["--warnings", "-E", "UTF-8", "-l", "-Tutf8", "-Z", folder.appendingPathComponent(page).path],
                environment: ["MANROFFSEQ": "", "MANWIDTH": "100"],
                output: .null,
                errors: .pipe
            )
            let warnings = try formatter.readErrors()
            #expect(formatter.wait().status == 0 && warnings.isEmpty, "\(page): \(warnings)")
        }
    }
}
