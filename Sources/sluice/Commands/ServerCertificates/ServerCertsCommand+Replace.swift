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
}
