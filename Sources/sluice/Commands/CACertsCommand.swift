import AdminAPI
import ArgumentParser

/// `sluice ca-certs`: whose devices are let in.
struct CACertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca-certs",
        abstract: "CA certificates: whose devices are let in by mutual TLS.",
        discussion: """
            Roots and intermediates alike are trust anchors in their own right. CAs are named by the beginning of their
            fingerprint (8 digits or more), by serial, or by name.

            Example: sluice ca-certs register --ca fleet-ca.pem --name fleet
            """,
        subcommands: [List.self, Show.self, Register.self, Unregister.self, Activate.self, Deactivate.self]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the registered CAs.")

        @OptionGroup var management: ManagementOptions

        func run() async throws {
            try await management.printList("ca-certificates", of: CAResource.self)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Show one CA with its certificate.")

        @Argument(help: "Fingerprint, serial or name.")
        var ca: String

        @OptionGroup var management: ManagementOptions

        func run() async throws {
            try await management.printOne("ca-certificates/" + (try Answer.escaped(ca)), of: CAResource.self)
        }
    }

    struct Register: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Trust a CA, or every CA of a bundle.",
            discussion: "A bundle is registered as a whole or not at all; each certificate in it counts."
        )

        @Option(help: ArgumentHelp("One or more CA certificates as PEM; - is standard input.", valueName: "file"))
        var ca: String

        @Option(help: "A name to use instead of the fingerprint; for a single certificate.")
        var name: String?

        @Flag(help: "Register without trusting it yet.")
        var inactive = false

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            var body = ["pem": JSONValue.text(try PEMFile.read(ca))]
            if let name { body["name"] = .text(name) }
            if inactive { body["state"] = .text("inactive") }
            try await change.change(.post, "ca-certificates", body: body)
        }
    }

    struct Unregister: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Take a CA out; its devices cannot connect any more.")

        @Argument(help: "Fingerprint, serial or name.")
        var ca: String

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.delete, "ca-certificates/" + (try Answer.escaped(ca)))
        }
    }

    struct Activate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Trust a registered CA.")

        @Argument(help: "Fingerprint, serial or name.")
        var ca: String

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            let path = "ca-certificates/" + (try Answer.escaped(ca))
            try await change.change(.patch, path, body: ["state": .text("active")])
        }
    }

    struct Deactivate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Stop trusting a CA and keep it registered.")

        @Argument(help: "Fingerprint, serial or name.")
        var ca: String

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            let path = "ca-certificates/" + (try Answer.escaped(ca))
            try await change.change(.patch, path, body: ["state": .text("inactive")])
        }
    }
}
