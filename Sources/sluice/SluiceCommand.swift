import ArgumentParser
import Node

/// `sluice`: the program, its verbs, and what is said about it as a whole.
struct SluiceCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "sluice",
        abstract: "An MQTT gateway: one TLS door for many domains, mutual TLS for devices, a broker behind it.",
        discussion: """
            Try it out:
              sluice init demo                          make a CA, certificates and a configuration in ./demo
              sluice serve --config demo/sluice.yaml    run the gateway
              sluice status --config demo/sluice.yaml   ask it how it is

            Serve a customer's domain:
              sluice certs upload --chain shop.pem --key shop.key --name shop
              sluice server-certs bind shop
              sluice ca-certs register --ca shop-ca.pem

            The verbs that manage a running gateway find it by --socket, $SLUICE_SOCKET, --config, $SLUICE_CONFIG,
            ./sluice.yaml or /etc/sluice/sluice.yaml, in that order.

            Exit codes: 0 done; 1 the answer is no; 64 usage; 65 bad input; 69 gateway not reachable; 75 too many requests;
            77 not allowed; 78 bad configuration.
            """,
        version: SluiceVersion.current,
        subcommands: [VersionCommand.self],
        groupedSubcommands: [
            CommandGroup(
                name: "Running a gateway",
                subcommands: [InitCommand.self, ServeCommand.self, ConfigCommand.self]
            ),
            CommandGroup(name: "Custom domains", subcommands: [CNAMECommand.self]),
            CommandGroup(
                name: "A running gateway",
                subcommands: [StatusCommand.self, ReloadCommand.self]
            ),
            CommandGroup(
                name: "What it serves and whom it trusts",
                subcommands: [
                    CertsCommand.self, ServerCertsCommand.self, CACertsCommand.self, ModeCommand.self, TLSCommand.self,
                ]
            ),
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
