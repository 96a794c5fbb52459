import AdminAPI
import ArgumentParser
import Foundation

extension CACertsCommand {
    struct CRL: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "crl",
            abstract: "Show, set or remove a CA's revocation list: which of its certificates do not count any more.",
            discussion: """
                A list takes effect on new connections at once. revocationLists: in the configuration names a file that \
                is watched instead.

                Examples:
                  sluice ca-certs crl fleet
                  sluice ca-certs crl fleet --file fleet.crl --on-stale soft-fail
                  sluice ca-certs crl fleet --remove
                """
        )

        /// What becomes of devices while the list is stale.
        enum Staleness: String, ExpressibleByArgument, CaseIterable, Sendable {
            case hardFail = "hard-fail"
            case softFail = "soft-fail"
        }

        @OptionGroup var ca: CAArgument

        @Option(
            help: ArgumentHelp("The revocation list as PEM or DER; - is standard input.", valueName: "file"),
            completion: .file()
        )
        var file: String?

        @Option(
            help: "While the list is stale: hard-fail refuses the CA's devices (the default), soft-fail lets them in."
        )
        var onStale: Staleness?

        @Flag(help: "Ask no revocation list any more. Asks for a confirmation.")
        var remove = false

        @OptionGroup var change: ChangeOptions

        /// A list of some hundred thousand serial numbers; the API takes it in base64.
        private static let largest = 11 << 20

        func validate() throws {
            if file != nil, remove {
                throw ValidationError("--file and --remove contradict each other; give one of them.")
            }
            if file == nil, onStale != nil { throw ValidationError("--on-stale goes with --file.") }
        }

        func run() async throws {
            let path = ca.path.appending("crl")
            if let file {
                try await change.change(.put, path, body: try body(file))
            } else if remove {
                try await change.change(.delete, path, asking: true)
            } else {
                try await change.management.printOne(path, of: RevocationListResource.self)
            }
        }

        private func body(_ file: String) throws(CommandFailure) -> [String: JSONValue] {
            let data = try InputFile.read(file, largest: Self.largest)
            var body: [String: JSONValue] = [:]
            if !DERText.isLikely(data), let text = String(validating: data, as: UTF8.self) {
                body["pem"] = .text(text)
            } else {
                body["der"] = .text(data.base64EncodedString())
            }
            if let onStale { body["onStale"] = .text(onStale.rawValue) }
            return body
        }
    }
}

extension RevocationListResource: Listed {
    static var columns: [TextTable.Column] { ["MADE", "NEXT", "STALE", "REVOKED", "ON STALE", "SOURCE"] }

    var cells: [String] {
        [
            thisUpdate.timestamp, nextUpdate?.timestamp ?? "-", stale ? "yes" : "no", String(revokedCount), onStale,
            source,
        ]
    }

    var reference: String { thisUpdate.timestamp }
}
