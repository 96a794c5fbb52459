import AdminAPI
import ArgumentParser

/// `sluice certs`: the certificate store.
struct CertsCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "certs",
        abstract: "Hosted certificates: the store of server certificates and their keys.",
        discussion: """
            A certificate in the store serves nobody until it is bound: sluice server-certs bind. \
            Certificates are named by the beginning of their fingerprint (8 digits or more), by serial, or by name.
            """,
        subcommands: [Upload.self, List.self, Show.self, Delete.self, Staple.self]
    )

    struct Upload: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a certificate chain and its private key into the store.",
            discussion: """
                The key is stored encrypted and never comes out again.

                Example: sluice certs upload --chain shop.pem --key shop.key --name shop
                """
        )

        @Option(
            help: ArgumentHelp(
                "The chain as PEM, leaf first, at most 5 certificates; - is standard input.",
                valueName: "file"
            ),
            completion: .file()
        )
        var chain: String

        @Option(
            help: ArgumentHelp(
                "The leaf's private key as PEM: PKCS#8, SEC1 or PKCS#1, not encrypted.",
                valueName: "file"
            ),
            completion: .file()
        )
        var key: String

        @Option(help: "A name to use instead of the fingerprint.")
        var name: String?

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            var body = ["chain": JSONValue.text(try PEMFile.read(chain)), "key": .text(try PEMFile.read(key))]
            if let name { body["name"] = .text(name) }
            try await change.change(.post, ["certificates"], body: body)
        }
    }

    struct List: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the store.",
            discussion: "Example: sluice certs list -o wide"
        )

        @OptionGroup var management: ManagementOptions

        func run() async throws {
            try await management.printList(["certificates"], of: HostedCertificateResource.self)
        }
    }

    struct Show: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show one certificate with its chain.",
            discussion: "Example: sluice certs show shop"
        )

        @Argument(help: "Fingerprint, serial or name.")
        var certificate: String

        @OptionGroup var management: ManagementOptions

        func run() async throws {
            try await management.printOne(["certificates", certificate], of: HostedCertificateResource.self)
        }
    }

    struct Delete: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Delete an unbound certificate and its key.",
            discussion: """
                Nothing brings the key back; keep your own copy. Asks for a confirmation.

                Example: sluice certs delete shop-2025
                """
        )

        @Argument(help: "Fingerprint, serial or name.")
        var certificate: String

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            try await change.change(.delete, ["certificates", certificate], asking: true)
        }
    }
}
