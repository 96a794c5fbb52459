import AdminAPI
import ArgumentParser

/// What is replaced with a grace period: the certificate in a slot, or a CA.
protocol ReplaceableArgument: ParsableArguments {
    var path: ResourcePath { get }
    /// The command that it belongs to, such as `ca-certs`.
    static var command: String { get }
    /// One of its kind, for examples.
    static var example: String { get }
    /// What the report of a rotation tells.
    static var reports: String { get }
    /// What ending a grace period does.
    static var ends: String { get }
    /// What extending one does.
    static var extends: String { get }
}

/// `rotation`: who still needed what was replaced.
struct RotationCommand<Replaced: ReplaceableArgument>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "rotation",
            abstract: Replaced.reports,
            discussion: """
                Exit code 1 unless the grace period is safe to end.

                Example: sluice \(Replaced.command) rotation \(Replaced.example)
                """
        )
    }

    @OptionGroup var replaced: Replaced
    @OptionGroup var management: ManagementOptions

    func run() async throws {
        try await management.printRotation(of: replaced.path)
    }
}

/// `grace`: when what was replaced ceases to work.
struct GraceCommand<Replaced: ReplaceableArgument>: AsyncParsableCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "grace",
            abstract: "End or extend the grace period after a replacement.",
            discussion: "Example: sluice \(Replaced.command) grace end \(Replaced.example)",
            subcommands: [End.self, Extend.self]
        )
    }

    struct End: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "end",
                abstract: Replaced.ends,
                discussion: "Example: sluice \(Replaced.command) grace end \(Replaced.example)"
            )
        }

        @OptionGroup var replaced: Replaced
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.delete, replaced.path.appending("grace"))
        }
    }

    struct Extend: AsyncParsableCommand {
        static var configuration: CommandConfiguration {
            CommandConfiguration(
                commandName: "extend",
                abstract: Replaced.extends,
                discussion: """
                    Examples:
                      sluice \(Replaced.command) grace extend \(Replaced.example) --by 1h
                      sluice \(Replaced.command) grace extend \(Replaced.example) --until 2026-07-01T12:00:00Z
                    """
            )
        }

        @OptionGroup var replaced: Replaced
        @OptionGroup var longer: GraceExtension
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.patch, replaced.path.appending("grace"), body: longer.body)
        }
    }
}
