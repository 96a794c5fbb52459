import AdminAPI
import ArgumentParser
import Foundation

extension CACertsCommand {
    struct CRL: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            commandName: "crl",
            abstract: "A CA's revocation list: which of its certificates do not count any more.",
            discussion: """
                A list takes effect on new connections at once. revocationLists: in the configuration names a file that
                is watched instead.

                Examples:
                  sluice ca-certs crl set fleet --file fleet.crl
                  sluice ca-certs crl set fleet --file fleet.crl --on-stale soft-fail
                """,
            subcommands: [Show.self, Set.self, Remove.self]
        )

        struct Show: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Show when the list was made and how many certificates it revokes.",
                discussion: "Example: sluice ca-certs crl show fleet"
            )

            @OptionGroup var ca: CAArgument
            @OptionGroup var management: ManagementOptions

            func run() async throws {
                try await management.printOne(ca.path.appending("crl"), of: RevocationListResource.self)
            }
        }

        struct Set: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Refuse what this list revokes, from now on.",
                discussion: "Example: sluice ca-certs crl set fleet --file fleet.crl"
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
            var file: String

            @Option(help: "While the list is stale: hard-fail refuses the CA's devices, soft-fail lets them in.")
            var onStale: Staleness?

            @OptionGroup var change: ChangeOptions

            func run() async throws {
                var query: ResourceQuery = [:]
                query.add("onStale", onStale?.rawValue)
                let content = AdminRequest.Content(
                    data: try InputFile.read(file, largest: Self.largest),
                    type: "application/pkix-crl"
                )
                let json = try await change.send(.put, ca.path.appending("crl"), query: query, content: content)
                try change.management.printer.printChange(try Answer.decode(ChangeResource.self, from: json), json: json)
            }

            /// A list of a million serial numbers has some tens of megabytes.
            private static let largest = 64 << 20
        }

        struct Remove: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Ask no revocation list any more.",
                discussion: "Example: sluice ca-certs crl remove fleet"
            )

            @OptionGroup var ca: CAArgument
            @OptionGroup var change: ChangeOptions

            func run() async throws {
                try await change.change(.delete, ca.path.appending("crl"), asking: true)
            }
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
