import AdminAPI
import ArgumentParser
import Registry

/// `sluice mode`: how devices prove who they are.
struct ModeCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mode",
        abstract: "How devices prove who they are.",
        discussion: """
            one-way: the server shows a certificate; clients come with a user name and a password or a token, or \
            anonymously where that is on.
            two-way: clients show a certificate that chains to a registered, active CA.
            one-device-one-certificate: as two-way, and the certificate itself is registered and active.

            A switch changes new connections only. Access points may have a mode of their own in the configuration file.

            Example: sluice mode set one-device-one-certificate --registration automatic
            """,
        subcommands: [Show.self, Set.self]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show the cluster's mode.",
            discussion: "Example: sluice mode show"
        )

        @OptionGroup var management: ManagementOptions

        func run() async throws {
            try await management.printOne(["mode"], of: ModeResource.self)
        }
    }

    struct Set: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Switch the cluster's mode.",
            discussion: """
                What is not given stays as it is. Asks for a confirmation.

                Examples:
                  sluice mode set two-way
                  sluice mode set one-device-one-certificate --registration automatic
                  sluice mode set one-device-one-certificate --automatic-activation off
                  sluice mode set one-way --anonymous on
                """
        )

        /// How certificates come into the registry.
        enum Registration: String, ExpressibleByArgument, CaseIterable, Sendable {
            case manual, automatic
        }

        @Argument(help: "\(AuthenticationMode.allCases.map(\.rawValue).joined(separator: ", ")).")
        var mode: AuthenticationMode

        @Option(help: "automatic: a device of an active CA registers itself when it first connects.")
        var registration: Registration?

        @Option(
            help: ArgumentHelp(
                "Whether what registers itself is let in at once, or waits for you.",
                valueName: "on|off"
            )
        )
        var automaticActivation: Switch?

        @Option(help: ArgumentHelp("Whether one-way clients may come without a user name.", valueName: "on|off"))
        var anonymous: Switch?

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            var body = ["mode": JSONValue.text(mode.rawValue)]
            if let registration { body["registration"] = .text(registration.rawValue) }
            if let automaticActivation { body["automaticActivation"] = .boolean(automaticActivation == .on) }
            if let anonymous { body["anonymous"] = .boolean(anonymous == .on) }
            try await change.change(.put, ["mode"], body: body, asking: true)
        }
    }
}

/// On or off, as people type it.
enum Switch: String, ExpressibleByArgument, CaseIterable, Sendable {
    case on, off
}

extension AuthenticationMode: ExpressibleByArgument {}

extension ModeResource: Listed {
    static var columns: [TextTable.Column] { ["MODE", "ANONYMOUS", "REGISTRATION", "AUTOMATIC ACTIVATION"] }
    var cells: [String] { [mode, Self.word(anonymous), registration, Self.word(automaticActivation)] }
    var reference: String { mode }

    private static func word(_ isOn: Bool) -> String { isOn ? "on" : "off" }
}
