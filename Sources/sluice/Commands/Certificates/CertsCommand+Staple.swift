import AdminAPI
import ArgumentParser
import Foundation

extension CertsCommand {
    struct Staple: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Show, set or remove the OCSP answer that goes with a certificate.",
            discussion: """
                Devices then see that the CA has not revoked the certificate, without asking the CA. A stale answer is \
                not sent. serverCertificates: in the configuration names a file that is watched instead.

                Examples:
                  openssl ocsp -issuer ca.pem -cert shop.pem -url URL -respout shop.ocsp
                  sluice certs staple shop --file shop.ocsp
                  sluice certs staple shop --remove
                """
        )

        @Argument(help: "Fingerprint, serial or name.")
        var certificate: String

        @Option(
            help: ArgumentHelp("The OCSP response as DER; - is standard input.", valueName: "file"),
            completion: .file()
        )
        var file: String?

        @Flag(help: "Send no answer any more.")
        var remove = false

        @OptionGroup var change: ChangeOptions

        /// OCSP answers have some kilobytes, one with a chain some more.
        private static let largest = 128 << 10

        func validate() throws {
            if file != nil, remove {
                throw ValidationError("--file and --remove contradict each other; give one of them.")
            }
        }

        func run() async throws {
            let path: ResourcePath = ["certificates", certificate, "ocsp-staple"]
            if let file {
                let der = try InputFile.read(file, largest: Self.largest)
                try await change.change(.put, path, body: ["response": .text(der.base64EncodedString())])
            } else if remove {
                try await change.change(.delete, path)
            } else {
                try await change.management.printOne(path, of: StapleResource.self)
            }
        }
    }
}

extension StapleResource: Listed {
    static var columns: [TextTable.Column] { ["MADE", "NEXT", "STALE", "SOURCE"] }
    var cells: [String] { [thisUpdate.timestamp, nextUpdate?.timestamp ?? "-", stale ? "yes" : "no", source] }
    var reference: String { thisUpdate.timestamp }
}
