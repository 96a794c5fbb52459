import AdminAPI
import ArgumentParser

extension ServerCertsCommand {
    struct Replace: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Serve another hosted certificate from an occupied slot.",
            discussion: """
                For a grace period the old certificate goes on for devices that refuse the new one: whoever ends a \
                handshake with an alert about it gets the old one at the next try. --grace 0s for a leaked key.

                Examples:
                  sluice server-certs replace custom-1 shop-2026
                  sluice server-certs replace custom-1 shop-2026 --grace 0s
                """
        )

        @OptionGroup var slot: SlotArgument

        @Argument(help: "A hosted certificate: fingerprint, serial or name.")
        var certificate: String

        @OptionGroup var grace: GraceOption
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            let body = ["certificate": JSONValue.text(certificate)].merging(grace.member) { $1 }
            try await change.change(.put, slot.path, body: body)
        }
    }

    struct Rotation: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell which clients still needed the replaced certificate.",
            discussion: """
                Exit code 1 unless the grace period is safe to end.

                Example: sluice server-certs rotation custom-1
                """
        )

        @OptionGroup var slot: SlotArgument
        @OptionGroup var management: ManagementOptions

        func run() async throws {
            try await management.printRotation(of: slot.path)
        }
    }

    struct Grace: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End or extend the grace period after a replacement.",
            discussion: "Example: sluice server-certs grace extend custom-1 --by 1h",
            subcommands: [End.self, Extend.self]
        )

        struct End: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Serve the new certificate alone, from now on.",
                discussion: "Example: sluice server-certs grace end custom-1"
            )

            @OptionGroup var slot: SlotArgument
            @OptionGroup var change: ChangeOptions

            func run() async throws {
                try await change.change(.delete, slot.path.appending("grace"))
            }
        }

        struct Extend: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Let the replaced certificate work longer.",
                discussion: "Example: sluice server-certs grace extend custom-1 --by 1h"
            )

            @OptionGroup var slot: SlotArgument
            @OptionGroup var longer: GraceExtension
            @OptionGroup var change: ChangeOptions

            func run() async throws {
                try await change.change(.patch, slot.path.appending("grace"), body: longer.body)
            }
        }
    }
}
