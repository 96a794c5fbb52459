import ArgumentParser
import Node

/// `sluice config`: the configuration file, without a gateway.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check and show the configuration file.",
        subcommands: [Validate.self, Show.self]
    )

    struct Validate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the configuration file; changes nothing.",
            discussion: "Prints every problem with its line and column, and exits with 78 if there is one."
        )

        @OptionGroup var configuration: ConfigurationOption

        func run() throws {
            let loaded = try configuration.load()
            let count = loaded.accessPoints.count
            print("\(loaded.file) is valid: \(count) access point\(count == 1 ? "" : "s").")
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the configuration in force, defaults and environment included.",
            discussion: "What it prints is a configuration file. Secrets are in files of their own and not shown."
        )

        @Flag(help: "Say behind each setting where it comes from: file and line, environment variable, or default.")
        var origin = false

        @OptionGroup var configuration: ConfigurationOption

        func run() throws {
            print(try configuration.load().settings.yaml(origins: origin), terminator: "")
        }
    }
}
