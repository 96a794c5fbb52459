import AdminAPI
import ArgumentParser
import Foundation

extension ClientCertsCommand {
    struct Register: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register a device's certificate.",
            discussion: """
                Registrations share a limit of so many a second with those that happen by themselves; past it the exit \
                code is 75. Many at once: sluice client-certs import.

                Example: sluice client-certs register --cert pump-12.pem --client-id pump-12
                """
        )

        @Option(help: "The CA that signed it: fingerprint, serial or name; found by itself if not given.")
        var ca: String?

        @Option(
            help: ArgumentHelp("The certificate as PEM or DER; - is standard input.", valueName: "file"),
            completion: .file()
        )
        var cert: String

        @Option(
            name: .customLong("client-id"),
            help: ArgumentHelp("The client id that the device gets when it names none.", valueName: "id")
        )
        var clientID: String?

        @Flag(help: "Register without letting the device in yet.")
        var inactive = false

        @OptionGroup var change: ChangeOptions

        func run() async throws {
            var body = ["pem": JSONValue.text(try PEMFile.read(cert))]
            if let ca { body["ca"] = .text(ca) }
            if let clientID { body["clientID"] = .text(clientID) }
            if inactive { body["state"] = .text("inactive") }
            try await change.change(.post, ["client-certificates"], body: body)
        }
    }

    struct Export: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Write the whole registry of client certificates, as CSV or a JSON object a line.",
            discussion: "Example: sluice client-certs export --format csv > devices.csv"
        )

        enum Format: String, ExpressibleByArgument, CaseIterable, Sendable {
            case csv, jsonl
        }

        @Option(help: "How it is written.")
        var format = Format.csv

        @OptionGroup(title: "Conditions") var filter: ClientCertificateFilter
        @OptionGroup(title: "Which gateway") var gateway: GatewayOption

        func run() async throws {
            var query = filter.query
            query.add("format", format.rawValue)
            var request = try AdminRequest(.get, ["client-certificates", "export"], query: query)
            request.accept = format == .csv ? "text/csv" : "application/jsonl"
            try await gateway.client().stream(request) { StandardStream.output.write(bytes: $0) }
        }
    }
}
