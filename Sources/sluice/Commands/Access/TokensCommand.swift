import AdminAPI
import ArgumentParser
import Foundation

/// `sluice tokens`: who manages the gateway from elsewhere.
struct TokensCommand: AsyncParsableCommand {
    /// What a token's bearer may do.
    enum Role: String, ExpressibleByArgument, CaseIterable, Sendable {
        case viewer, `operator`, admin
    }

    static let configuration = CommandConfiguration(
        commandName: "tokens",
        abstract: "Tokens: who manages the gateway from elsewhere, and what they may do.",
        discussion: """
            viewer     sees everything that is no secret
            operator   and manages devices, CAs and settings
            admin      and uploads keys, binds certificates, makes users and tokens

            Example:
              sluice tokens create ci --role operator --expires-in 90d > ci.token
              sluice status --server https://gateway:9443 --token-file ci.token
            """,
        subcommands: [Create.self, List.self, Revoke.self]
    )

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Make a token and print its secret, once.",
            discussion: """
                The secret is stored hashed and cannot be shown again. Into a pipe or a file nothing but the secret is \
                printed.

                Example: sluice tokens create ci --role operator --expires-in 90d > ci.token
                """
        )

        @Argument(help: "A name that says whose it is.")
        var name: String

        @Option(help: "What its bearer may do.")
        var role = Role.viewer

        @Option(help: ArgumentHelp("How long it works; for ever if not given.", valueName: "span"))
        var expiresIn: TimeSpan?

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            var body: [String: JSONValue] = ["name": .text(name), "role": .text(role.rawValue)]
            if let expiresIn { body["expiresAt"] = .text(Date().addingTimeInterval(expiresIn.seconds).timestamp) }
            let json = try await change.send(.post, ["tokens"], content: try .json(body))
            let created = try Answer.decode(CreatedTokenResource.self, from: json)
            let printer = change.management.printer
            guard !printer.isForPrograms else { return try printer.printValue(json) }
            guard let secret = created.secret, Terminal.hasOutput || created.change.dryRun else {
                return printer.write((created.secret ?? "") + "\n")
            }
            printer.printWords(created.change)
            printer.write("  secret: \(secret)\n  It is not shown again.\n")
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the tokens, without their secrets.",
            discussion: "Example: sluice tokens list"
        )

        @OptionGroup var management: ManagementOptions

        func run() async throws {
            try await management.printList(["tokens"], of: TokenResource.self)
        }
    }

    struct Revoke: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a token back; it does not work any more from now on. Asks for a confirmation.",
            discussion: "Example: sluice tokens revoke ci"
        )

        @Argument(help: "The token's name or id.")
        var token: String

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.delete, ["tokens", token], asking: true)
        }
    }
}

extension TokenResource: Listed {
    static var columns: [TextTable.Column] { ["ID", "NAME", "ROLE", "CREATED", "EXPIRES", "LAST USED"] }

    var cells: [String] {
        [
            id, name, role, createdAt.timestamp, expiresAt?.timestamp ?? "never", lastUsedAt?.timestamp ?? "never",
        ]
    }

    var reference: String { id }
}
