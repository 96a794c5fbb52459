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
        subcommands: [Add.self, List.self, Remove.self, Import.self]
    )

    struct Add: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Add a user, or give one another password.",
            discussion: """
                The password is asked for on a terminal, else it is the first line of standard input. It is never an
                argument: those can be read by every user of the machine.

                Examples:
                  sluice users add dashboard
                  sluice users add dashboard --password-file dashboard.password
                """
        )

        @Argument(help: "The user's name, as clients give it.")
        var name: String

        @Option(
            help: ArgumentHelp("The password is this file's first line; - is standard input.", valueName: "file"),
            completion: .file()
        )
        var passwordFile: String?

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            let password = try Password.read(for: name, file: passwordFile)
            try await change.change(.put, ["users", name], body: ["password": .text(password)])
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the users.",
            discussion: "Example: sluice users list --all"
        )

        @OptionGroup var list: ListOptions

        func run() async throws {
            try await list.printList(["users"], query: [:], of: UserResource.self)
        }
    }

    struct Remove: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Remove a user. Asks for a confirmation.",
            discussion: "Example: sluice users remove dashboard"
        )

        @Argument(help: "The user's name.")
        var name: String

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.delete, ["users", name], asking: true)
        }
    }

    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take over the users of a mosquitto_passwd file, with the passwords that they have.",
            discussion: """
                Lines of the form NAME:$7$… as mosquitto_passwd of version 2 writes them; others are named and left out.

                Example: sluice users import /etc/mosquitto/passwd
                """
        )

        @Argument(help: "The password file; - is standard input.", completion: .file())
        var file: String

        @OptionGroup var change: ChangeOptions

        /// 100,000 users and more.
        private static let largest = 32 << 20

        func run() async throws {
            let content = AdminRequest.Content(
                data: try InputFile.read(file, largest: Self.largest),
                type: "text/plain"
            )
            let json = try await change.send(.post, ["users", "import"], content: content)
            try change.management.printer.printChange(try Answer.decode(ChangeResource.self, from: json), json: json)
        }
    }
}

extension UserResource: Listed {
    static var columns: [TextTable.Column] { ["NAME", "CREATED", "PASSWORD SET"] }
    var cells: [String] { [name, createdAt.timestamp, changedAt.timestamp] }
    var reference: String { name }
}
