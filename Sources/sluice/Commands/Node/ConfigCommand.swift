import ArgumentParser
import Node

/// `sluice config`: the configuration file, without a gateway.
struct ConfigCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "config",
        abstract: "Check and show the configuration file.",
        discussion: "Example: sluice config show --origin",
        subcommands: [Validate.self, Show.self, Schema.self]
    )

    struct Validate: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Check the configuration file; changes nothing.",
            discussion: """
                Prints every problem with its line and column, and exits with 78 if there is one.

                Example: sluice config validate --config sluice.yaml
                """
        )

        @OptionGroup var configuration: ConfigurationOption

        func run() throws {
            let loaded = try configuration.loadWithFiles()
            let count = loaded.accessPoints.count
            print("\(loaded.file) is valid: \(count) access point\(count == 1 ? "" : "s").")
        }
    }

    struct Show: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the configuration in force, defaults and environment included.",
            discussion: """
                What it prints is a configuration file. Secrets are in files of their own and not shown.

                Example: sluice config show --origin
                """
        )

        @Flag(help: "Say behind each setting where it comes from: file and line, environment variable, or default.")
        var origin = false

        @OptionGroup var configuration: ConfigurationOption

        func run() throws {
            print(try configuration.load().settings.yaml(origins: origin), terminator: "")
        }
    }

    struct Schema: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Print the configuration file's JSON Schema, for editors that check and complete YAML.",
            discussion: """
                Example: sluice config schema > sluice.schema.json

                In the file: # yaml-language-server: $schema=sluice.schema.json
                """
        )

        func run() throws {
            let host = Configuration.HostFacts(name: "the host's name", cores: 1)
            let document = ConfigurationSchemaDocument(Configuration.outline(host: host, directory: "."))
            StandardStream.output.write(try document.json.json(indented: true))
        }
    }
}
