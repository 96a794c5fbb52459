import AdminAPI
import ArgumentParser

/// `sluice server-certs`: which certificates devices are served with.
struct ServerCertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server-certs",
        abstract: "Server certificates: what devices are shown, by the name they ask for.",
        discussion: """
            There is one default slot and a few custom ones (custom-1 …). A device that asks for a name (SNI) gets the \
            certificate that carries it, exact name before wildcard; one that asks for no known name gets the default. \
            Changes take effect on new connections at once; live sessions stay.

            Examples:
              sluice server-certs bind shop                    into the first free custom slot
              sluice server-certs replace custom-1 shop-26     both work for ten minutes
              sluice server-certs rotation custom-1            who still needed the old one
              sluice server-certs unbind custom-1              its names are refused
            """,
        subcommands: [
            List.self, Show.self, Bind.self, Replace.self, Unbind.self, Default.self,
            RotationCommand<SlotArgument>.self, GraceCommand<SlotArgument>.self,
        ]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the occupied slots.",
            discussion: "Example: sluice server-certs list -o wide"
        )

        @OptionGroup var management: ManagementOptions

        func run() async throws {
            try await management.printList(["server-certificates"], of: ServerCertificateResource.self)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show what a slot serves.",
            discussion: "Example: sluice server-certs show default"
        )

        @OptionGroup var slot: SlotArgument
        @OptionGroup var management: ManagementOptions

        func run() async throws {
            try await management.printOne(slot.path, of: ServerCertificateResource.self)
        }
    }

    struct Bind: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Serve a hosted certificate from an empty slot.",
            discussion: """
                Names of an RSA and an ECDSA certificate may be the same; each device gets the one it can verify.

                Example: sluice server-certs bind shop
                """
        )

        @Argument(help: "A hosted certificate: fingerprint, serial or name.")
        var certificate: String

        @Option(help: "default or custom-N; the first free custom slot if not given.")
        var slot: String?

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            var body = ["certificate": JSONValue.text(certificate)]
            if let slot { body["slot"] = .text(slot) }
            try await change.change(.post, ["server-certificates"], body: body)
        }
    }

    struct Unbind: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Empty a custom slot; names that only it served are refused from then on.",
            discussion: """
                Refused for the last custom slot while the default is disabled. The certificate stays in the store. \
                Established sessions stay, unless --disconnect ends them. Asks for a confirmation.

                Example: sluice server-certs unbind custom-1
                """
        )

        @OptionGroup var slot: SlotArgument

        @Flag(help: "End the sessions that were opened with this certificate, spread over some seconds.")
        var disconnect = false

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            var query: ResourceQuery = [:]
            query.add("disconnect", if: disconnect)
            try await change.change(.delete, slot.path, query: query, asking: true)
        }
    }

    struct Default: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Switch the default certificate on or off.",
            discussion: "Example: sluice server-certs default disable",
            subcommands: [Enable.self, Disable.self]
        )

        struct Enable: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Serve devices that ask for no known name with the default certificate.",
                discussion: "Example: sluice server-certs default enable"
            )

            @OptionGroup var change: ChangeOptions

            func run() async throws {
                try await change.change(.patch, ["server-certificates", "default"], body: ["enabled": .boolean(true)])
            }
        }

        struct Disable: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Refuse devices that ask for no known name.",
                discussion: """
                    Only while a custom certificate is bound. Asks for a confirmation.

                    Example: sluice server-certs default disable
                    """
            )

            @OptionGroup var change: ChangeOptions

            func run() async throws {
                try await change.change(
                    .patch,
                    ["server-certificates", "default"],
                    body: ["enabled": .boolean(false)],
                    asking: true
                )
            }
        }
    }
}

/// The slot that a verb is about.
struct SlotArgument: ReplaceableArgument {
    static let command = "server-certs"
    static let example = "custom-1"
    static let reports = "Tell which clients still needed the replaced certificate."
    static let ends = "Serve the new certificate alone, from now on."
    static let extends = "Let the replaced certificate work longer."

    @Argument(help: "default or custom-N.", completion: .list(["default", "custom-1", "custom-2", "custom-3"]))
    var slot: String

    var path: ResourcePath { ["server-certificates", slot] }
}
