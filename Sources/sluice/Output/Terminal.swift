import Foundation

/// What is at the other end of the standard streams.
enum Terminal {
    static var hasInput: Bool { isatty(STDIN_FILENO) == 1 }
    static var hasOutput: Bool { isatty(STDOUT_FILENO) == 1 }

    static var hasErrors: Bool { isatty(STDERR_FILENO) == 1 }

    static func printError(_ text: String) {
        StandardStream.error.write(text + "\n")
    }

    /// Whether escape sequences for colours may be written; see no-color.org.
    static func allowsColour(
        noColourFlag: Bool,
        environment: [String: String] = ProcessInfo.processInfo.environment
    ) -> Bool {
        let isSwitchedOff = noColourFlag || environment["NO_COLOR"].map { !$0.isEmpty } ?? false
        return hasOutput && !isSwitchedOff && environment["TERM"] != "dumb"
    }
}

/// Asks a person before something that hurts.
enum Confirmation {
    /// Returns when the person says yes, or said so with `--yes`.
    ///
    /// - Throws: a failure when the person says no, or when there is nobody to ask.
    static func ask(
        _ consequence: [String],
        yes: Bool,
        hasTerminal: Bool = Terminal.hasInput,
        answer: () -> String? = { readLine() }
    ) throws(CommandFailure) {
        guard !yes else { return }
        guard hasTerminal else {
            throw CommandFailure(
                .usage,
                "This needs a confirmation, and there is no terminal to ask on. Nothing was changed. "
                    + "Add --yes to confirm, or --dry-run to see what it would do."
            )
        }
        for line in consequence { Terminal.printError(line) }
        StandardStream.error.write("Go on? [y/N] ")
        let said = answer()?.trimmingCharacters(in: .whitespaces).lowercased() ?? ""
        guard said == "y" || said == "yes" else {
            throw CommandFailure(.answerIsNo, "Not confirmed. Nothing was changed.")
        }
    }
}
