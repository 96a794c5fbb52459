import AdminAPI
import ArgumentParser

/// `sluice client-certs`: which devices are let in, one certificate each.
struct ClientCertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client-certs",
        abstract: "Client certificates: which devices are let in, in mode one-device-one-certificate.",
        discussion: """
            A certificate is active, inactive, pending_activation (registered by itself, and waits for you) or revoked, \
            and only active ones connect. They are named by the beginning of their fingerprint (8 digits or more), or by \
            serial or client id where that is unique.

            Examples:
              sluice client-certs list --state pending_activation
              sluice client-certs activate 3f2a91c7
              sluice client-certs revoke 3f2a91c7            its session ends at once
              sluice client-certs import devices/ --ca fleet
            """,
        subcommands: [
            List.self, Show.self, History.self, Register.self, Import.self, Export.self, Activate.self,
            Deactivate.self, Revoke.self, Delete.self, Purge.self, Tombstones.self, SetClientID.self,
        ]
    )

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one certificate and the clients that came with it.",
            discussion: "Example: sluice client-certs show 3f2a91c7"
        )

        @OptionGroup var certificate: ClientCertificateArgument
        @OptionGroup var management: ManagementOptions

        func run() async throws {
            let client = try management.gateway.client()
            let json = try await client.get(certificate.path)
            let shown = try Answer.decode(ClientCertificateResource.self, from: json)
            let clientsJSON = try await client.get(certificate.path.appending("clients"), query: ["limit": "100"])
            let clients = try Answer.decode(Page<AssociatedClientResource>.self, from: clientsJSON)
            let printer = management.printer
            guard !printer.isForPrograms else {
                return try printer.printValue(try JSONValue.joining(json, "clients", clientsJSON))
            }
            try printer.printOne(shown, json: json)
            if management.output.format != .name { printer.printTable(clients.items, title: "clients") }
        }
    }

    struct History: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Tell what was done to a certificate, and by whom.",
            discussion: "Example: sluice client-certs history 3f2a91c7"
        )

        @OptionGroup var certificate: ClientCertificateArgument
        @OptionGroup var list: ListOptions

        func run() async throws {
            try await list.printList(certificate.path.appending("history"), query: [:], of: AuditEntryResource.self)
        }
    }

    struct Tombstones: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what deleted certificates left behind.",
            discussion: """
                A deleted certificate is not registered by itself again until it has ended; purge lifts that.

                Example: sluice client-certs tombstones
                """
        )

        @OptionGroup var list: ListOptions

        func run() async throws {
            try await list.printList(["client-certificates", "tombstones"], query: [:], of: TombstoneResource.self)
        }
    }
}

/// The client certificate that a verb is about.
struct ClientCertificateArgument: ParsableArguments {
    @Argument(help: "Fingerprint, serial or client id.")
    var certificate: String

    var path: ResourcePath { ["client-certificates", certificate] }
}
