import Foundation

/// A password, from where nobody else sees it: never from an argument, which every user of the machine can read.
enum Password {
    /// Longer ones are files given by mistake.
    private static let largest = 1024

    /// Reads the password of a user: from the first line of `file` (`-`: standard input), else from the terminal, twice
    /// and without echo, else from the first line of standard input.
    static func read(for user: String, file: String?) throws(CommandFailure) -> String {
        if file == nil, Terminal.hasInput { return try ask(user) }
        let path = file ?? "-"
        let data = try InputFile.read(path, largest: largest)
        guard let text = String(validating: data, as: UTF8.self) else {
            throw CommandFailure(.badInput, "\(path) holds no password: found bytes that are not UTF-8.")
        }
        let line = text.prefix { !$0.isNewline }
        guard !line.isEmpty else {
            throw CommandFailure(.badInput, "\(path) holds no password: needed it on the first line.")
        }
        return String(line)
    }

    private static func ask(_ user: String) throws(CommandFailure) -> String {
        let first = prompt("Password of \(user): ")
        guard !first.isEmpty else { throw CommandFailure(.badInput, "An empty password keeps nobody out.") }
        guard prompt("Once more: ") == first else {
            throw CommandFailure(.badInput, "The two passwords differ. Nothing was changed.")
        }
        return first
    }

    /// Asks on standard error and reads a line that the terminal does not show. Blocks.
    private static func prompt(_ question: String) -> String {
        StandardStream.error.write(question)
        var shown = termios()
        let isTerminal = tcgetattr(STDIN_FILENO, &shown) == 0
        if isTerminal {
            var hidden = shown
            hidden.c_lflag &= ~tcflag_t(ECHO)
            tcsetattr(STDIN_FILENO, TCSAFLUSH, &hidden)
        }
        defer {
            if isTerminal { tcsetattr(STDIN_FILENO, TCSAFLUSH, &shown) }
            StandardStream.error.write("\n")
        }
        return readLine() ?? ""
    }
}
