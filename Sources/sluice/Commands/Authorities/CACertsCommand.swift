import AdminAPI
import ArgumentParser

/// `sluice ca-certs`: whose devices are let in.
struct CACertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "ca-certs",
        abstract: "CA certificates: whose devices are let in by mutual TLS.",
        discussion: """
            Roots and intermediates alike are trust anchors in their own right. CAs are named by the beginning of their \
            fingerprint (8 digits or more), by serial, or by name.

            Examples:
              sluice ca-certs register --ca fleet-ca.pem --name fleet
              sluice ca-certs replace fleet --ca fleet-ca-2026.pem   both for ten minutes
              sluice ca-certs crl fleet --file fleet.crl             what it has revoked
            """,
        subcommands: [
            List.self, Show.self, Code.self, Register.self, Replace.self, Activate.self, Deactivate.self,
            Unregister.self, RotationCommand<CAArgument>.self, GraceCommand<CAArgument>.self, CRL.self,
        ]
    )

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the registered CAs.",
            discussion: "Example: sluice ca-certs list -o wide"
        )

        @OptionGroup var management: ManagementOptions

        func run() async throws {
            try await management.printList(["ca-certificates"], of: CAResource.self)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one CA with its certificate.",
            discussion: "Example: sluice ca-certs show fleet"
        )

        @OptionGroup var ca: CAArgument
        @OptionGroup var management: ManagementOptions

        func run() async throws {
            try await management.printOne(ca.path, of: CAResource.self)
        }
    }

    struct Activate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Trust a registered CA.",
            discussion: "Example: sluice ca-certs activate fleet"
        )

        @OptionGroup var ca: CAArgument
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.patch, ca.path, body: ["state": .text("active")])
        }
    }

    struct Deactivate: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Stop trusting a CA and keep it registered.",
            discussion: "Example: sluice ca-certs deactivate fleet"
        )

        @OptionGroup var ca: CAArgument
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.patch, ca.path, body: ["state": .text("inactive")])
        }
    }

    struct Unregister: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Take a CA out; its devices cannot connect any more.",
            discussion: """
                The live sessions of its devices are ended, spread over some seconds. With one certificate per device \
                only an inactive CA without registered client certificates can be taken out. Asks for a confirmation.

                Example: sluice ca-certs unregister fleet
                """
        )

        @OptionGroup var ca: CAArgument

        @Flag(help: "Leave live sessions alone; new ones are refused all the same.")
        var keepSessions = false

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            var query: ResourceQuery = [:]
            query.add("keepSessions", if: keepSessions)
            try await change.change(.delete, ca.path, query: query, asking: true)
        }
    }
}

/// The CA that a verb is about.
struct CAArgument: ReplaceableArgument {
    static let command = "ca-certs"
    static let example = "fleet"
    static let reports = "Tell which clients still needed the replaced CA."
    static let ends = "Trust the new CA alone, from now on."
    static let extends = "Trust the replaced CA for longer."

    @Argument(help: "Fingerprint, serial or name.")
    var ca: String

    var path: ResourcePath { ["ca-certificates", ca] }
}
