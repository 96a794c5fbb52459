import AdminAPI
import ArgumentParser
import Registry

/// `sluice tls`: which TLS versions clients may use.
struct TLSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tls",
        abstract: "Which TLS versions clients may use.",
        discussion: "Example: sluice tls set --min 1.2 --dry-run",
        subcommands: [Show.self, Set.self]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the TLS versions.",
            discussion: "Example: sluice tls show"
        )

        @OptionGroup var management: ManagementOptions

        func run() async throws {
            try await management.printOne(["tls"], of: TLSResource.self)
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Choose a range of versions, or a single one; at once for new connections.",
            discussion: """
                TLS 1.0 and 1.1 need a weaker security level, which only clients get that offer nothing better. With \
                --dry-run: which of the clients of the last seven days the range would cut off. Live sessions stay.

                Examples:
                  sluice tls set --min 1.2 --max 1.3
                  sluice tls set --min 1.3 --dry-run
                """
        )

        @Option(help: "The oldest version; as it is if not given.")
        var min: TLSProtocolVersion?

        @Option(help: "The newest version; as it is if not given.")
        var max: TLSProtocolVersion?

        @OptionGroup var change: ChangeOptions

        func validate() throws {
            guard min != nil || max != nil else { throw ValidationError("Give --min, --max or both.") }
        }

        func run() async throws {
            var body: [String: JSONValue] = [:]
            if let min { body["min"] = .text(min.rawValue) }
            if let max { body["max"] = .text(max.rawValue) }
            try await change.change(.put, ["tls"], body: body)
        }
    }
}

extension TLSProtocolVersion: ExpressibleByArgument {}

extension TLSResource: Listed {
    static var columns: [TextTable.Column] { ["MIN", "MAX"] }
    var cells: [String] { [min, max] }
    var reference: String { min == max ? min : "\(min)-\(max)" }
}
