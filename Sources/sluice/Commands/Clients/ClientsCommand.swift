import AdminAPI
import ArgumentParser

/// `sluice clients`: who is connected to the broker, and whose session waits.
struct ClientsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clients",
        abstract: "Clients of the broker: who is connected, and whose session waits.",
        discussion: """
            A client is named by its whole client id. To see them come and go: sluice events --follow

            Examples:
              sluice clients list --state waiting --prefix pump-
              sluice clients show pump-12
              sluice clients disconnect pump-12
            """,
        subcommands: [List.self, Show.self, Subscriptions.self, Disconnect.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List clients in the order of their ids; every condition that is given must hold.",
            discussion: """
                A client that is not connected is known by its id and certificate alone: a condition on user, access \
                point, protocol or address shows connected clients only.

                Examples:
                  sluice clients list --state connected -o wide
                  sluice clients list --address 203.0.113.7
                  sluice clients list --all -o jsonl
                """
        )

        @OptionGroup(title: "Conditions") var filter: ClientConditions
        @OptionGroup var list: ListOptions

        func run() async throws {
            try await list.printList(["clients"], query: filter.query, of: ClientResource.self)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one client and what it has subscribed to.",
            discussion: "Example: sluice clients show pump-12"
        )

        @OptionGroup var client: ClientArgument
        @OptionGroup var management: ManagementOptions

        func run() async throws {
            let gateway = try management.gateway.client()
            let json = try await gateway.get(client.path)
            let shown = try Answer.decode(ClientResource.self, from: json)
            let listJSON = try await gateway.get(client.path.appending("subscriptions"), query: ["limit": "100"])
            let subscriptions = try Answer.decode(Page<SubscriptionResource>.self, from: listJSON)
            let printer = management.printer
            guard !printer.isForPrograms else {
                return try printer.printValue(try JSONValue.joining(json, "subscriptions", listJSON))
            }
            try printer.printOne(shown, json: json)
            guard management.output.format != .name else { return }
            printer.printTable(subscriptions.items, title: "subscriptions")
            if subscriptions.nextCursor != nil {
                Terminal.printError(
                    "The first \(subscriptions.items.count). All: sluice clients subscriptions ID --all"
                )
            }
        }
    }

    struct Subscriptions: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List what one client has subscribed to.",
            discussion: "Example: sluice clients subscriptions pump-12 --all"
        )

        @OptionGroup var client: ClientArgument
        @OptionGroup var list: ListOptions

        func run() async throws {
            try await list.printList(client.path.appending("subscriptions"), query: [:], of: SubscriptionResource.self)
        }
    }

    struct Disconnect: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "End a client's connection; with --session drop, its session too, after a confirmation.",
            discussion: """
                Nothing keeps the client from connecting again. To keep it out, deactivate or revoke its certificate \
                (sluice client-certs), or disable its user (sluice users).

                Examples:
                  sluice clients disconnect pump-12
                  sluice clients disconnect pump-12 --session drop --yes
                """
        )

        @OptionGroup var client: ClientArgument

        @Option(help: "What becomes of its session: its subscriptions and the messages that wait.")
        var session: Part = .keep

        @Option(help: "What becomes of its will.")
        var will: Will = .send

        @Option(help: "What a client of MQTT 5 is told.")
        var reason: Reason = .administrative

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(
                .delete,
                client.path,
                query: ["session": session.rawValue, "will": will.rawValue, "reason": reason.rawValue],
                asking: session == .drop
            )
        }

        enum Part: String, ExpressibleByArgument, CaseIterable, Sendable { case keep, drop }

        enum Will: String, ExpressibleByArgument, CaseIterable, Sendable { case send, drop }

        enum Reason: String, ExpressibleByArgument, CaseIterable, Sendable {
            case administrative
            case notAuthorized = "not-authorized"
            case serverBusy = "server-busy"
        }
    }
}

/// The client that a verb is about.
struct ClientArgument: ParsableArguments {
    @Argument(help: ArgumentHelp("The client id.", valueName: "client-id"))
    var clientID: String

    var path: ResourcePath { ["clients", clientID] }
}

/// Which clients are asked for.
struct ClientConditions: ParsableArguments {
    enum State: String, ExpressibleByArgument, CaseIterable, Sendable { case connected, waiting }

    enum Version: String, ExpressibleByArgument, CaseIterable, Sendable {
        case v3_1 = "3.1"
        case v3_1_1 = "3.1.1"
        case v5 = "5.0"
    }

    @Option(help: "Connected, or with a session that waits.")
    var state: State?

    @Option(help: ArgumentHelp("What the client id begins with.", valueName: "text"))
    var prefix: String?

    @Option(help: ArgumentHelp("The user name that was accepted.", valueName: "name"))
    var user: String?

    @Option(
        name: .customLong("access-point"),
        help: ArgumentHelp("The access point that it came in by.", valueName: "name")
    )
    var accessPoint: String?

    @Option(help: "The version of MQTT that it speaks.")
    var `protocol`: Version?

    @Option(help: ArgumentHelp("The address that it comes from, without a port.", valueName: "address"))
    var address: String?

    @Option(help: ArgumentHelp("The certificate that it proved itself with.", valueName: "fingerprint"))
    var certificate: String?

    /// The conditions as the API takes them.
    var query: ResourceQuery {
        var query: ResourceQuery = [:]
        query.add("state", state?.rawValue)
        query.add("prefix", prefix)
        query.add("userName", user)
        query.add("accessPoint", accessPoint)
        query.add("protocolVersion", `protocol`?.rawValue)
        query.add("address", address)
        query.add("fingerprint", certificate)
        return query
    }
}
