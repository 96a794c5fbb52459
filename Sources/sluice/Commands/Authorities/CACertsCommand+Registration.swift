import AdminAPI
import ArgumentParser

extension CACertsCommand {
    struct Code: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Get a code to prove with that you hold a CA's key.",
            discussion: """
                Registering a CA for one certificate per device asks for a verification certificate: one that the CA \
                has signed and whose common name is this code. A code works once, and for a limited time.

                Example:
                  code=$(sluice ca-certs code -o name)
                  openssl req -new -nodes -newkey rsa:2048 -subj "/CN=$code" \\
                    -keyout verify.key -out verify.csr
                  openssl x509 -req -in verify.csr -CA ca.pem -CAkey ca.key \\
                    -CAcreateserial -days 1 -out verify.pem
                  sluice ca-certs register --ca ca.pem --verification verify.pem
                """
        )

        @OptionGroup var management: ManagementOptions

        func run() async throws {
            let path: ResourcePath = ["ca-certificates", "registration-codes"]
            let json = try await management.gateway.client().send(AdminRequest(.post, path))
            let code = try Answer.decode(RegistrationCodeResource.self, from: json)
            try management.printer.printOne(code, json: json)
        }
    }

    struct Register: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Trust a CA, or every CA of a bundle.",
            discussion: """
                A bundle is registered as a whole or not at all; each certificate in it counts. With one certificate \
                per device, a proof that you hold the CA's key is needed: see sluice ca-certs code.

                Examples:
                  sluice ca-certs register --ca fleet-ca.pem --name fleet
                  sluice ca-certs register --ca fleet-ca.pem --verification verify.pem
                """
        )

        @Option(
            help: ArgumentHelp("One or more CA certificates as PEM; - is standard input.", valueName: "file"),
            completion: .file()
        )
        var ca: String

        @Option(help: "A name to use instead of the fingerprint; for a single certificate.")
        var name: String?

        @Flag(help: "Register without trusting it yet.")
        var inactive = false

        @OptionGroup var proof: ProofOptions
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            var body = try proof.members()
            body["pem"] = .text(try PEMFile.read(ca))
            if let name { body["name"] = .text(name) }
            if inactive { body["state"] = .text("inactive") }
            try await change.change(.post, ["ca-certificates"], body: body)
        }
    }

    struct Replace: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Put a new CA certificate in the place of a registered one.",
            discussion: """
                For a grace period devices of both are let in. Registered client certificates go over to the new one.

                Example: sluice ca-certs replace fleet --ca fleet-ca-2026.pem --grace 24h
                """
        )

        @OptionGroup var registered: CAArgument

        @Option(
            name: .customLong("ca"),
            help: ArgumentHelp("The new CA certificate as PEM; - is standard input.", valueName: "file"),
            completion: .file()
        )
        var file: String

        @Option(help: "A name to use instead of the fingerprint.")
        var name: String?

        @OptionGroup var grace: GraceOption
        @OptionGroup var proof: ProofOptions
        @OptionGroup var change: ChangeOptions

        func run() async throws {
            var body = try proof.members()
            body["pem"] = .text(try PEMFile.read(file))
            if let name { body["name"] = .text(name) }
            try await change.change(.put, registered.path, body: body.merging(grace.member) { $1 })
        }
    }
}

/// The proof that a CA's key is held.
struct ProofOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("The verification certificate, signed by the CA with CN = a code.", valueName: "file"),
        completion: .file()
    )
    var verification: String?

    @Flag(help: "Do without the proof; administrators alone may.")
    var noProof = false

    func validate() throws {
        if verification != nil, noProof {
            throw ValidationError("--verification and --no-proof contradict each other; give one of them.")
        }
    }

    /// The request's members.
    func members() throws(CommandFailure) -> [String: JSONValue] {
        if let verification { return ["verification": .text(try PEMFile.read(verification))] }
        return noProof ? ["noProof": .boolean(true)] : [:]
    }
}

extension RegistrationCodeResource: Listed {
    static var columns: [TextTable.Column] { ["CODE", "ISSUED", "EXPIRES"] }
    var cells: [String] { [code, issuedAt.timestamp, expiresAt.timestamp] }
    var reference: String { code }
    var details: [(label: String, value: String)] {
        [
            ("code", code), ("works until", "\(expiresAt.timestamp), once"),
            ("next", "sign a certificate with CN=\(code) by the CA, and give it to ca-certs register --verification"),
        ]
    }
}
