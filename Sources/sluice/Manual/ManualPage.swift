import Foundation
import Node

/// The manual page of one verb with all that stands below it.
struct ManualPage {
    let command: CommandTree.Command
    /// The whole line up to the verb, such as `sluice certs`.
    let line: String
    let day: Date

    /// `sluice-certs.1`
    var fileName: String { line.replacing(" ", with: "-") + ".1" }

    /// Options of these titles are the same for every verb, and told once a page.
    private static let shared = ["Which gateway", "Output"]

    /// The page in mdoc(7).
    func source(others: [String]) -> String {
        var page = ManualText()
        page.line("Dd \(day.formatted(Self.documentDay))")
        page.macro("Dt", line.replacing(" ", with: "-").uppercased(), "1")
        page.macro("Os", "sluice \(SluiceVersion.current)")
        page.line("Sh NAME")
        page.macro("Nm", line.replacing(" ", with: "-"))
        page.macro("Nd", command.abstract ?? "")
        page.line("Sh SYNOPSIS")
        for (command, line) in leaves(command, line) { synopsis(command, line, in: &page) }
        page.line("Sh DESCRIPTION")
        page.discussion(command.discussion ?? command.abstract ?? "")
        if command.shownCommands.isEmpty {
            arguments(own(command.shownArguments), title: "Sh OPTIONS", in: &page)
        } else if line != "sluice" {
            for (command, line) in leaves(command, line) { verb(command, line, in: &page) }
        } else {
            page.line("Sh COMMANDS")
            page.line("Bl -tag -width Ds")
            for verb in command.shownCommands {
                page.macro("It", verb.commandName)
                page.paragraph(verb.abstract ?? "")
            }
            page.line("El")
        }
        sharedOptions(in: &page)
        exitStatus(in: &page)
        page.line("Sh SEE ALSO")
        let names = others.filter { $0 != line }.map { $0.replacing(" ", with: "-") }.sorted()
        for (index, name) in names.enumerated() {
            page.line("Xr \(name) 1\(index < names.count - 1 ? " ," : "")")
        }
        return page.source
    }

    /// The verbs that do something: those without verbs below them.
    private func leaves(_ command: CommandTree.Command, _ line: String) -> [(CommandTree.Command, String)] {
        if line == "sluice" { return [(command, line)] }
        guard !command.shownCommands.isEmpty else { return [(command, line)] }
        return command.shownCommands.flatMap { leaves($0, "\(line) \($0.commandName)") }
    }

    private func own(_ arguments: [CommandTree.Argument]) -> [CommandTree.Argument] {
        arguments.filter { !Self.shared.contains($0.sectionTitle ?? "") }
    }

    private func synopsis(_ command: CommandTree.Command, _ line: String, in page: inout ManualText) {
        guard line != "sluice" else {
            page.macro("Nm", "sluice")
            return page.line("Ar verb Op Ar option ...")
        }
        page.macro("Nm", line)
        let arguments = own(command.shownArguments)
        if arguments.contains(where: { $0.kind != .positional }) { page.line("Op Ar option ...") }
        for argument in arguments where argument.kind == .positional {
            let name = ManualText.quoted(argument.valueName ?? "argument") + (argument.isRepeating ? " ..." : "")
            page.line(argument.isOptional ? "Op Ar \(name)" : "Ar \(name)")
        }
    }

    private func verb(_ command: CommandTree.Command, _ line: String, in page: inout ManualText) {
        page.macro("Ss", line)
        page.paragraph(command.abstract ?? "")
        if let discussion = command.discussion {
            page.line("Pp")
            page.discussion(discussion)
        }
        arguments(own(command.shownArguments), title: nil, in: &page)
    }

    private func arguments(_ arguments: [CommandTree.Argument], title: String?, in page: inout ManualText) {
        guard !arguments.isEmpty else { return }
        if let title { page.line(title) }
        page.line("Bl -tag -width Ds")
        for argument in arguments {
            page.line("It " + heading(argument))
            page.paragraph(argument.abstract ?? "")
            if let discussion = argument.discussion { page.paragraph(discussion) }
            if let value = argument.defaultValue { page.paragraph("Default: \(value).") }
        }
        page.line("El")
    }

    private func heading(_ argument: CommandTree.Argument) -> String {
        let value = argument.kind == .flag ? "" : "Ar " + ManualText.quoted(argument.valueName ?? "value")
        guard let names = argument.names, argument.kind != .positional else { return value }
        let options = names.map { "Fl " + ManualText.quoted(String($0.text.dropFirst())) }.joined(separator: " , ")
        return value.isEmpty ? options : "\(options) \(value)"
    }

    /// The options of every verb below this one that are the same everywhere.
    private func sharedOptions(in page: inout ManualText) {
        var seen: Set<String> = []
        let all = leaves(command, line).flatMap { $0.0.shownArguments }
        let shared = all.filter { argument in
            Self.shared.contains(argument.sectionTitle ?? "") && seen.insert(argument.valueName ?? "").inserted
        }
        arguments(shared, title: "Sh COMMON OPTIONS", in: &page)
    }

    private func exitStatus(in page: inout ManualText) {
        page.line("Sh EXIT STATUS")
        page.line("Bl -tag -width Ds")
        for status in CommandStatus.allCases {
            page.macro("It", "\(status.rawValue)")
            page.paragraph(status.words)
        }
        page.line("El")
    }

    /// What mdoc wants: November 21, 2026.
    private static var documentDay: Date.FormatStyle {
        var style = Date.FormatStyle(locale: Locale(identifier: "en_US")).month(.wide).day().year()
        style.timeZone = .gmt
        return style
    }
}
