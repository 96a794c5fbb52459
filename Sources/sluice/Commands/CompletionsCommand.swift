import ArgumentParser
import Foundation

/// `sluice completions`: what a shell needs to complete a line that is being typed.
struct CompletionsCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "completions",
        abstract: "Print a completion script for bash, zsh or fish.",
        discussion: """
            Examples:
              sluice completions bash > /usr/share/bash-completion/completions/sluice
              sluice completions zsh > "${fpath[1]}/_sluice"
              sluice completions fish > ~/.config/fish/completions/sluice.fish
            """
    )

    /// The shells that there is a script for.
    enum Shell: String, ExpressibleByArgument, CaseIterable, Sendable {
        case bash, zsh, fish

        var kind: CompletionShell {
            switch self {
            case .bash: .bash
            case .zsh: .zsh
            case .fish: .fish
            }
        }
    }

    @Argument(help: "\(Shell.allCases.map(\.rawValue).joined(separator: ", ")).")
    var shell: Shell

    func run() {
        StandardStream.output.write(SluiceCommand.completionScript(for: shell.kind) + "\n")
    }
}
