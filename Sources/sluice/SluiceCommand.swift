import ArgumentParser
import Node

/// `sluice`: the program, its verbs, and what is said about it as a whole.
struct SluiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "An MQTT gateway: one TLS door for many domains, mutual TLS for devices, a broker behind it.",
        discussion: """
            Try it out:
              sluice dev up                             a gateway with devices, until Ctrl-C
              sluice init demo                          CA, certificates, configuration
              sluice serve --config demo/sluice.yaml    run the gateway
              sluice status --config demo/sluice.yaml   ask it how it is

            Serve a customer's domain:
              sluice certs upload --chain shop.pem --key shop.key --name shop
              sluice server-certs bind shop
              sluice ca-certs register --ca shop-ca.pem

            Let devices in one by one:
              sluice mode set one-device-one-certificate --registration automatic
              sluice client-certs list --state pending_activation
              sluice client-certs activate 3f2a91c7

            The verbs that manage a running gateway find it by --socket or --server, $SLUICE_SOCKET, $SLUICE_SERVER, \
            --config, $SLUICE_CONFIG, ./sluice.yaml or /etc/sluice/sluice.yaml, in that order.

            Exit codes: 0 done; 1 the answer is no; 64 usage; 65 bad input; 69 gateway not reachable; \
            75 too many requests; 77 not allowed; 78 bad configuration.
            """,
        version: SluiceVersion.current,
        subcommands: [CompletionsCommand.self, VersionCommand.self, ManualCommand.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Running a gateway",
                subcommands: [DevCommand.self, InitCommand.self, ServeCommand.self, ConfigCommand.self]
            ),
            CommandGroup(
                name: "A running gateway",
                subcommands: [
                    StatusCommand.self, ClientsCommand.self, HealthcheckCommand.self, ReloadCommand.self,
                    JobsCommand.self,
                ]
            ),
            CommandGroup(name: "What it keeps", subcommands: [BackupCommand.self, RestoreCommand.self]),
            CommandGroup(
                name: "What it serves",
                subcommands: [CertsCommand.self, ServerCertsCommand.self, TLSCommand.self]
            ),
            CommandGroup(
                name: "Whom it lets in",
                subcommands: [
                    ModeCommand.self, CACertsCommand.self, ClientCertsCommand.self, UsersCommand.self,
                    ACLCommand.self,
                ]
            ),
            CommandGroup(
                name: "What happened, and why",
                subcommands: [ExplainCommand.self, EventsCommand.self, AuditCommand.self]
            ),
            CommandGroup(name: "Who manages it", subcommands: [TokensCommand.self]),
            CommandGroup(name: "Custom domains", subcommands: [CNAMECommand.self]),
        ]
    )
}

/// `sluice version`
struct VersionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(commandName: "version", abstract: "Print the version.")

    func run() {
        print("sluice \(SluiceVersion.current)")
    }
}
