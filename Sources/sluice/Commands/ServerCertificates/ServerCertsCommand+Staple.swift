import AdminAPI
import ArgumentParser
import Foundation

extension ServerCertsCommand {
    struct Staple: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Send an OCSP answer with a server certificate.",
            discussion: """
                Devices then see that the CA has not revoked the certificate, without asking the CA. A stale answer is
                not sent. serverCertificates: in the configuration names a file that is watched instead.

                Examples:
                  openssl ocsp -issuer ca.pem -cert shop.pem -url http://ocsp.example.net -respout shop.ocsp
                  sluice server-certs staple set custom-1 --file shop.ocsp
                """,
            subcommands: [Set.self, Remove.self]
        )

        struct Set: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Send this answer from now on.",
                discussion: "Example: sluice server-certs staple set custom-1 --file shop.ocsp"
            )

            @OptionGroup var slot: SlotArgument

            @Option(
                help: ArgumentHelp("The OCSP response as DER; - is standard input.", valueName: "file"),
                completion: .file()
            )
            var file: String

            @OptionGroup var change: ChangeOptions

            /// OCSP answers have some kilobytes, one with a chain some more.
            private static let largest = 1 << 18

            func run() async throws {
                let der = try InputFile.read(file, largest: Self.largest)
                let path = try await slot.staplePath(change.management)
                try await change.change(.put, path, body: ["response": .text(der.base64EncodedString())])
            }
        }

        struct Remove: AsyncParsableCommand {
            static let configuration = CommandConfiguration(
                abstract: "Send no answer any more.",
                discussion: "Example: sluice server-certs staple remove custom-1"
            )

            @OptionGroup var slot: SlotArgument
            @OptionGroup var change: ChangeOptions

            func run() async throws {
                try await change.change(.delete, try await slot.staplePath(change.management))
            }
        }
    }
}

extension SlotArgument {
    /// A staple belongs to a certificate: to the one that the slot serves.
    fileprivate func staplePath(_ management: ManagementOptions) async throws -> ResourcePath {
        let json = try await management.gateway.client().get(path)
        let served = try Answer.decode(ServerCertificateResource.self, from: json)
        return ["certificates", served.certificate.facts.fingerprint, "ocsp-staple"]
    }
}
