import ArgumentParser

extension ClientCertsCommand {
    struct Activate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a device in.",
            discussion: """
                For certificates that are inactive or wait for activation. What was revoked stays revoked.

                Example: sluice client-certs activate 3f2a91c7
                """
        )

        @OptionGroup var certificate: ClientCertificateArgument
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.patch, certificate.path, body: ["state": .text("active")])
        }
    }

    struct Deactivate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep a device out until it is activated; its session ends at once.",
            discussion: "Example: sluice client-certs deactivate 3f2a91c7"
        )

        @OptionGroup var certificate: ClientCertificateArgument
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.patch, certificate.path, body: ["state": .text("inactive")])
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep a device out for ever; its session ends at once.",
            discussion: """
                Nothing takes it back: the device needs another certificate. Asks for a confirmation.

                Example: sluice client-certs revoke 3f2a91c7
                """
        )

        @OptionGroup var certificate: ClientCertificateArgument
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.patch, certificate.path, body: ["state": .text("revoked")], asking: true)
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take an inactive or revoked certificate out of the registry.",
            discussion: """
                A tombstone keeps it from being registered by itself again: see purge. Asks for a confirmation.

                Example: sluice client-certs delete 3f2a91c7
                """
        )

        @OptionGroup var certificate: ClientCertificateArgument
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.delete, certificate.path, asking: true)
        }
    }

    struct Purge: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Forget a deleted certificate, so that it can be registered again.",
            discussion: """
                Also one that was revoked: its device can come back then. Asks for a confirmation.

                Example: sluice client-certs purge 3f2a91c7
                """
        )

        @Argument(help: "The deleted certificate's fingerprint.")
        var fingerprint: String

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            let path: ResourcePath = ["client-certificates", "tombstones", fingerprint]
            try await change.change(.delete, path, asking: true)
        }
    }

    struct SetClientID: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set-client-id",
            abstract: "Give a certificate the client id that its device gets when it names none.",
            discussion: """
                Examples:
                  sluice client-certs set-client-id 3f2a91c7 pump-12
                  sluice client-certs set-client-id 3f2a91c7 --none
                """
        )

        @OptionGroup var certificate: ClientCertificateArgument

        @Argument(help: "The client id.")
        var clientID: String?

        @Flag(help: "Take the client id away.")
        var none = false

        @OptionGroup var change: ChangeOptions

        func validate() throws {
            guard (clientID != nil) != none else { throw ValidationError("Give a client id, or --none.") }
        }

        func run() async throws {
            let value = clientID.map { JSONValue.text($0) } ?? .null
            try await change.change(.patch, certificate.path, body: ["clientID": value])
        }
    }
}
