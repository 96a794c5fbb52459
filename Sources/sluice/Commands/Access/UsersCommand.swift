import AdminAPI
import ArgumentParser
import Foundation

/// `sluice users`: who comes in by password, in mode one-way.
struct UsersCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "users",
        abstract: "Users with passwords, for clients that show no certificate (mode one-way).",
        discussion: """
            Passwords are stored as PBKDF2-SHA512 and never come out again, not even hashed.

            Examples:
              sluice users add dashboard                    asks for the password
              sluice users import /etc/mosquitto/passwd
            """,
        subcommands: [
            Add.self, List.self, SetPassword.self, Enable.self, Disable.self, Remove.self, Import.self,
        ]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a user.",
            discussion: """
                The password is asked for on a terminal, else it is the first line of standard input. It is never an \
                argument: those can be read by every user of the machine.

                Examples:
                  sluice users add dashboard
                  sluice users add dashboard --password-file dashboard.password
                """
        )

        @OptionGroup var user: UserArgument
        @OptionGroup var password: PasswordOption

        @Option(
            name: .customLong("client-id"),
            help: ArgumentHelp("The client id that the client gets when it names none.", valueName: "id")
        )
        var clientID: String?

        @Flag(help: "Add the user without letting it in yet.")
        var disabled = false

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            var body: [String: JSONValue] = [
                "name": .text(user.name), "password": .text(try password.read(for: user.name)),
            ]
            if let clientID { body["clientID"] = .text(clientID) }
            if disabled { body["enabled"] = .boolean(false) }
            try await change.change(.post, ["users"], body: body)
        }
    }

    struct SetPassword: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "set-password",
            abstract: "Give a user another password; live sessions stay.",
            discussion: "Example: sluice users set-password dashboard --password-file new.password"
        )

        @OptionGroup var user: UserArgument
        @OptionGroup var password: PasswordOption
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            let body = ["password": JSONValue.text(try password.read(for: user.name))]
            try await change.change(.patch, user.path, body: body)
        }
    }

    struct Enable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Let a user in again.",
            discussion: "Example: sluice users enable dashboard"
        )

        @OptionGroup var user: UserArgument
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.patch, user.path, body: ["enabled": .boolean(true)])
        }
    }

    struct Disable: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Keep a user out, and keep the password.",
            discussion: "Example: sluice users disable dashboard"
        )

        @OptionGroup var user: UserArgument
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.patch, user.path, body: ["enabled": .boolean(false)])
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the users.",
            discussion: "Example: sluice users list --all"
        )

        @Option(help: ArgumentHelp("A part of the name, in either case.", valueName: "text"))
        var search: String?

        @OptionGroup var list: ListOptions

        func run() async throws {
            var query: ResourceQuery = [:]
            query.add("search", search)
            try await list.printList(["users"], query: query, of: UserResource.self)
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a user. Asks for a confirmation.",
            discussion: "Example: sluice users remove dashboard"
        )

        @OptionGroup var user: UserArgument
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.delete, user.path, asking: true)
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take over the users of a mosquitto_passwd file, with the passwords that they have.",
            discussion: """
                Lines of the form NAME:$7$… as mosquitto_passwd of version 2 writes them: all of the file or nothing.

                Example: sluice users import /etc/mosquitto/passwd --dry-run
                """
        )

        @Argument(help: "The password file; - is standard input.", completion: .file())
        var file: String

        @Flag(help: "Set the passwords of users that are there already, too.")
        var replace = false

        @OptionGroup var change: ChangeOptions

        /// 100,000 users and more.
        private static let largest = 32 << 20

        func run() async throws {
            let content = AdminRequest.Content(
                data: try InputFile.read(file, largest: Self.largest),
                type: "text/plain"
            )
            var query: ResourceQuery = [:]
            query.add("replace", if: replace)
            let json = try await change.send(.post, ["users", "import"], query: query, content: content)
            try change.management.printer.printChange(try Answer.decode(ChangeResource.self, from: json), json: json)
        }
    }
}

/// The user that a verb is about.
struct UserArgument: ParsableArguments {
    @Argument(help: "The user's name, as clients give it.")
    var name: String

    var path: ResourcePath { ["users", name] }
}

/// Where a password comes from.
struct PasswordOption: ParsableArguments {
    @Option(
        help: ArgumentHelp("The password is this file's first line; - is standard input.", valueName: "file"),
        completion: .file()
    )
    var passwordFile: String?

    func read(for user: String) throws(CommandFailure) -> String { try Password.read(for: user, file: passwordFile) }
}

extension UserResource: Listed {
    static var columns: [TextTable.Column] { ["NAME", "ENABLED", "CLIENT ID", "CREATED", "CHANGED"] }

    var cells: [String] {
        [name, enabled ? "yes" : "no", clientID ?? "-", createdAt.timestamp, updatedAt.timestamp]
    }

    var reference: String { name }
}
