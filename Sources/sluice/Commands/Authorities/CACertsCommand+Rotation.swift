import AdminAPI
import ArgumentParser

extension CACertsCommand {
    struct Rotation: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell which clients still needed the replaced CA.",
            discussion: """
                Exit code 1 unless the grace period is safe to end.

                Example: sluice ca-certs rotation fleet
                """
        )

        @OptionGroup var ca: CAArgument
        @OptionGroup var management: ManagementOptions

        func run() async throws {
            try await management.printRotation(of: ca.path)
        }
    }

    struct Grace: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End or extend the grace period after a replacement.",
            discussion: "Example: sluice ca-certs grace end fleet",
            subcommands: [End.self, Extend.self]
        )

        struct End: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Trust the new CA alone, from now on.",
                discussion: "Example: sluice ca-certs grace end fleet"
            )

            @OptionGroup var ca: CAArgument
            @OptionGroup var change: ChangeOptions

            func run() async throws {
                try await change.change(.delete, ca.path.appending("grace"))
            }
        }

        struct Extend: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Trust the replaced CA for longer.",
                discussion: "Example: sluice ca-certs grace extend fleet --until 2026-07-01T12:00:00Z"
            )

            @OptionGroup var ca: CAArgument
            @OptionGroup var longer: GraceExtension
            @OptionGroup var change: ChangeOptions

            func run() async throws {
                try await change.change(.patch, ca.path.appending("grace"), body: longer.body)
            }
        }
    }
}
