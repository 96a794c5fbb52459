import ArgumentParser
import Foundation

/// How a command's result is printed.
enum OutputFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case table, wide, json, jsonl, yaml, name
}

/// `-o`, `--json` and `--no-color`, which every verb with a result takes.
struct OutputOptions: ParsableArguments {
    @Option(
        name: [.customShort("o"), .customLong("output")],
        help: ArgumentHelp(
            "How to print the result.",
            discussion: "Default: table on a terminal, else the same rows with tabs between the columns."
        )
    )
    var output: OutputFormat?

    @Flag(help: "Short for -o json.")
    var json = false

    @Flag(name: .customLong("no-color"), help: "Print without colours, as with NO_COLOR set.")
    var noColour = false

    func validate() throws {
        if json, let output, output != .json {
            throw ValidationError("--json and -o \(output.rawValue) contradict each other; give one of them.")
        }
    }

    /// The format asked for; nil when none was.
    var format: OutputFormat? { json ? .json : output }
}
