import AdminAPI
import ArgumentParser
import Registry

/// `sluice mode`: how devices prove who they are.
struct ModeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mode",
        abstract: "How devices prove who they are: one-way or two-way.",
        discussion: """
            one-way   the server shows a certificate; clients come with a user name, or anonymously where that is on
            two-way   clients show a certificate that chains to a registered, active CA

            A switch changes new connections only. Access points may have a mode of their own in the configuration file.
            """,
        subcommands: [Show.self, Set.self]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the cluster's mode.")

        @OptionGroup var management: ManagementOptions

        func run() async throws {
            try await management.printOne("mode", of: ModeResource.self)
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Switch the cluster's mode.",
            discussion: "Example: sluice mode set one-way --anonymous on"
        )

        @Argument(help: "\(AuthenticationMode.allCases.map(\.rawValue).joined(separator: " or ")).")
        var mode: AuthenticationMode

        @Option(help: ArgumentHelp("Whether one-way clients may come without a user name.", valueName: "on|off"))
        var anonymous: Switch?

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            var body = ["mode": JSONValue.text(mode.rawValue)]
            if let anonymous { body["anonymous"] = .boolean(anonymous == .on) }
            try await change.change(.put, "mode", body: body)
        }
    }
}

/// `sluice tls`: which TLS versions clients may use.
struct TLSCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tls",
        abstract: "Which TLS versions clients may use.",
        subcommands: [Show.self, Set.self]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show the TLS versions.")

        @OptionGroup var management: ManagementOptions

        func run() async throws {
            try await management.printOne("tls", of: TLSResource.self)
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Choose a range of versions, or a single one; at once for new connections.",
            discussion: """
                TLS 1.0 and 1.1 need a weaker security level, which only clients get that offer nothing better.

                Example: sluice tls set --min 1.2 --max 1.3
                """
        )

        @Option(help: "The oldest version: 1.0, 1.1, 1.2 or 1.3; as it is if not given.")
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
            try await change.change(.put, "tls", body: body)
        }
    }
}

/// On or off, as people type it.
enum Switch: String, ExpressibleByArgument, CaseIterable, Sendable {
    case on, off
}

extension AuthenticationMode: ExpressibleByArgument {}

extension TLSProtocolVersion: ExpressibleByArgument {}

extension ModeResource: Listed {
    static var columns: [TextTable.Column] { ["MODE", "ANONYMOUS"] }
    var cells: [String] { [mode, anonymous ? "on" : "off"] }
    var reference: String { mode }
    var details: [(label: String, value: String)] { [("mode", mode), ("anonymous", anonymous ? "on" : "off")] }
}

extension TLSResource: Listed {
    static var columns: [TextTable.Column] { ["MIN", "MAX"] }
    var cells: [String] { [min, max] }
    var reference: String { min == max ? min : "\(min)-\(max)" }
    var details: [(label: String, value: String)] { [("min", min), ("max", max)] }
}
