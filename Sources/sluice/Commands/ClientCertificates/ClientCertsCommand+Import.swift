import AdminAPI
import ArgumentParser
import Foundation

extension ClientCertsCommand {
    struct Import: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Register many certificates: a PEM bundle, a CSV of fingerprints, or a folder.",
            discussion: """
                A folder gives every .pem, .crt, .cer and .der file in it. A CSV has a heading line; it needs a column \
                fingerprint and may have serial, commonName, organizationalUnit, clientID, notBefore, notAfter, ca and \
                state, as an export has them. The gateway works through it at the pace of other registrations, or \
                --unthrottled, and goes on after a restart; this command shows how far it is, and may be stopped:
                --resume JOB shows it again. Exit code 1 when something could not be registered.

                Examples:
                  sluice client-certs import devices/ --ca fleet --dry-run
                  sluice client-certs import devices.csv --ca fleet --unthrottled
                  sluice client-certs import --resume 7
                """
        )

        @Argument(help: "The file or folder; - is standard input.", completion: .file())
        var source: String?

        @Option(help: "The CA of all of them: fingerprint, serial or name. A CSV needs it.")
        var ca: String?

        @Flag(help: "Register without letting the devices in yet.")
        var inactive = false

        @Flag(help: "Do not keep to the pace of other registrations; administrators alone may.")
        var unthrottled = false

        @Option(help: ArgumentHelp("Show an import that was begun before, and wait for its end.", valueName: "job"))
        var resume: String?

        @Flag(help: "Begin it and do not wait for its end.")
        var noWait = false

        @OptionGroup var change: ChangeOptions

        func validate() throws {
            guard (source == nil) != (resume == nil) else {
                throw ValidationError("Give a file or folder, or --resume JOB.")
            }
        }

        func run() async throws {
            let client = try change.management.gateway.client()
            if let resume {
                return try await JobProgress(client: client, id: resume).follow(printer: change.management.printer)
            }
            let upload = try ImportSource.read(source ?? "-")
            var query: ResourceQuery = [:]
            query.add("ca", ca)
            query.add("name", source.map { $0 == "-" ? "standard input" : ($0 as NSString).lastPathComponent })
            query.add("inactive", if: inactive)
            query.add("unthrottled", if: unthrottled)
            let json = try await change.send(
                .post,
                ["client-certificates", "import"],
                query: query,
                content: AdminRequest.Content(data: upload.data, type: upload.type)
            )
            let job = try Answer.decode(JobResource.self, from: json)
            if noWait { return try change.management.printer.printOne(job, json: json) }
            Terminal.printError(
                "Job \(job.id) has \(job.total) certificates; it goes on if you stop this command. "
                    + "See it again: sluice client-certs import --resume \(job.id)"
            )
            try await JobProgress(client: client, id: String(job.id)).follow(printer: change.management.printer)
        }
    }
}

/// What is imported, as it is sent.
struct ImportSource {
    let data: Data
    let type: String

    /// Certificates of a million devices, as PEM.
    private static let largest = 2 << 30
    private static let endings = ["pem", "crt", "cer", "der"]

    /// Reads a PEM bundle, a DER certificate, a CSV, or all certificates of a folder.
    static func read(_ path: String) throws(CommandFailure) -> ImportSource {
        var isFolder: ObjCBool = false
        if FileManager.default.fileExists(atPath: path, isDirectory: &isFolder), isFolder.boolValue {
            return try folder(path)
        }
        let data = try InputFile.read(path, largest: largest)
        if DERText.isLikely(data) { return pem(Data(PEMText.certificate(Array(data)).utf8)) }
        return data.firstRange(of: Data("-----BEGIN ".utf8)) == nil
            ? ImportSource(data: data, type: "text/csv") : pem(data)
    }

    private static func folder(_ path: String) throws(CommandFailure) -> ImportSource {
        let names: [String]
        do {
            names = try FileManager.default.contentsOfDirectory(atPath: path).sorted()
        } catch {
            throw CommandFailure(.badInput, "The folder \(path) cannot be read: \(SystemWords.of(error)).")
        }
        let files = names.filter { endings.contains(($0 as NSString).pathExtension.lowercased()) }
        guard !files.isEmpty else {
            throw CommandFailure(
                .badInput,
                "The folder \(path) holds no certificate: needed files that end in \(endings.joined(separator: ", "))."
            )
        }
        var bundle = Data()
        for file in files {
            bundle += try PEMFile.read("\(path)/\(file)").utf8
            bundle += "\n".utf8
        }
        return pem(bundle)
    }

    private static func pem(_ data: Data) -> ImportSource {
        ImportSource(data: data, type: "application/x-pem-file")
    }
}
