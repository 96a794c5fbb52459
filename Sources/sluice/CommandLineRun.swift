import ArgumentParser
import Foundation

/// Runs one command line: parse, call, and on an error print it and leave with its exit code.
enum CommandLineRun {
    static func run(_ arguments: [String]) async {
        do {
            var command = try SluiceCommand.parseAsRoot(arguments)
            if var command = command as? any AsyncParsableCommand {
                try await command.run()
            } else {
                try command.run()
            }
        } catch let failure as CommandFailure {
            Terminal.printError("sluice: \(failure.message)")
            Foundation.exit(failure.status.rawValue)
        } catch {
            if SluiceCommand.exitCode(for: error).rawValue == CommandStatus.usage.rawValue,
                let words = MisspelledVerb.words(for: arguments)
            {
                Terminal.printError("sluice: \(words)")
                Foundation.exit(CommandStatus.usage.rawValue)
            }
            SluiceCommand.exit(withError: error)
        }
    }
}

/// The exit codes of `sluice`, the numbers of sysexits.h where it has them.
enum CommandStatus: Int32, Sendable, CaseIterable {
    /// Done, and the answer is yes.
    case done = 0
    /// Done, and the answer is no: a refused change, a failed check.
    case answerIsNo = 1
    /// The command line is not understood; argument parsing has its own way to this one.
    case usage = 64
    /// A file or value that was given cannot be used.
    case badInput = 65
    /// The gateway does not answer.
    case unreachable = 69
    /// Too many requests; later.
    case rateLimited = 75
    /// Not allowed.
    case notAllowed = 77
    /// The configuration file is wrong.
    case badConfiguration = 78

    /// What it means, for the manual.
    var words: String {
        switch self {
        case .done: "Done, or the answer is yes."
        case .answerIsNo: "Done, and the answer is no: a refused change, a failed check."
        case .usage: "The command line is not understood."
        case .badInput: "A file or value that was given cannot be used."
        case .unreachable: "The gateway does not answer."
        case .rateLimited: "Too many requests; later."
        case .notAllowed: "Not allowed."
        case .badConfiguration: "The configuration file is wrong."
        }
    }
}

/// Why a command ends without having done what it was asked for: words for a person, a code for programs.
struct CommandFailure: Error, Hashable, Sendable {
    let status: CommandStatus
    /// What was found, what was needed, what to do; without the program's name.
    let message: String

    init(_ status: CommandStatus, _ message: String) {
        self.status = status
        self.message = message
    }
}
