import Foundation
import Hummingbird
import NIOCore
import Registry

/// `/api/v1/client-certificates/import` and `/export`: many at once, in and out.
struct ClientCertificateTransferRoutes {
    let services: AdminServices

    enum ExportFormat: String, CaseIterable {
        case csv, jsonl
    }

    static let importMediaTypes = [MediaType.csv, "application/x-pem-file", "application/pem-certificate-chain"]
    static let importParameters = [
        QueryParameter("ca", .text("The CA of rows that name none.", atLeast: 1, atMost: 256)),
        QueryParameter("name", .text("What the job is called, such as the file's name.", atMost: 256)),
        QueryParameter("unthrottled", .flag("As fast as it goes, not at the pace of the registration bucket.")),
        QueryParameter("inactive", .flag("Register certificates of a PEM bundle without activating them.")),
        QueryParameter.dryRun,
    ]

    static let importPath = "client-certificates/import"

    var routes: [Route] {
        [
            Route(
                .post,
                Self.importPath,
                .operator,
                "Import a PEM bundle or a CSV of fingerprints as a job",
                query: Self.importParameters,
                body: .file(Self.importMediaTypes),
                answer: .json("Job", status: .accepted),
                importFile
            ),
            Route(
                .get,
                "client-certificates/export",
                .viewer,
                "Export the client certificates; every filter given must hold",
                query: ClientCertificateQuery.filters
                    + [QueryParameter("format", .word("`jsonl` if absent.", ExportFormat.self))],
                answer: .text([MediaType.jsonLines, MediaType.csv]),
                export
            ),
        ]
    }

    private func importFile(_ call: AdminCall) async throws -> Response {
        let isUnthrottled = try call.flag("unthrottled")
        if isUnthrottled, call.principal.role < .admin { throw Problem.roleNeeded(.admin, found: call.principal) }
        let state = services.cluster.state
        let authority = try call.text("ca").map { try state.registeredCA(matching: $0) }
        let request = ImportRequest(
            name: call.text("name") ?? "import",
            by: call.principal,
            unthrottled: isUnthrottled,
            dryRun: try call.isDryRun
        )
        let rows: ImportRows
        if call.request.headers[.contentType]?.hasPrefix(MediaType.csv) == true {
            rows = ImportRows(
                call.request.body,
                .list(
                    FingerprintList(authority: authority?.fingerprint) { text in
                        (try? state.registeredCA(matching: text))?.fingerprint
                    }
                )
            )
        } else {
            let isActive = try !call.flag("inactive")
            let (uploads, now) = (services.uploads, services.now())
            let checker = try uploads.clientCertificates(of: state)
            rows = ImportRows(
                call.request.body,
                .bundle(
                    CertificateBlocks { pem in
                        try uploads.clientCertificate(
                            pem: pem,
                            by: checker,
                            authority: authority?.fingerprint,
                            clientID: nil,
                            isActive: isActive,
                            now: now
                        ).registration
                    }
                )
            )
        }
        let job = try await services.jobs.startImport(request, rows: rows)
        try await services.note(
            "import.start",
            of: "job \(job.id)",
            call,
            ["name": request.name, "rows": String(job.total), "unthrottled": String(isUnthrottled)]
        )
        return try JSONResponse.make(JobResource(job), status: .accepted, location: RouteTable.base + "jobs/\(job.id)")
    }

    private func export(_ call: AdminCall) throws -> Response {
        let now = services.now()
        let query = try ClientCertificateQuery.read(call, services.cluster.state, at: now)
        let format = try call.choice("format", ExportFormat.self) ?? .jsonl
        let records = services.devices.export(query, at: now)
        switch format {
        case .jsonl:
            return StreamedResponse.make(MediaType.jsonLines, file: "client-certificates.jsonl", records) {
                record,
                buffer in
                try buffer.writeJSONLine(ClientCertificateResource(record, at: now))
            }
        case .csv:
            return StreamedResponse.make(
                MediaType.csv,
                file: "client-certificates.csv",
                header: CommaSeparated.line(Self.columns.map(\.name)),
                records
            ) { record, buffer in
                buffer.writeString(CommaSeparated.line(Self.columns.map { $0.value(record) ?? "" }))
            }
        }
    }

    /// The columns that an import reads, so that what was exported can be imported.
    private static let columns: [(name: String, value: @Sendable (ClientCertificateRecord) -> String?)] = [
        ("fingerprint", { $0.fingerprint.hex }),
        ("serial", { $0.facts.serial?.hex }),
        ("commonName", { $0.facts.commonName }),
        ("organizationalUnit", { $0.facts.organizationalUnit }),
        ("clientID", { $0.clientID?.text }),
        ("notBefore", { $0.facts.notBefore?.formatted(.iso8601) }),
        ("notAfter", { $0.facts.notAfter?.formatted(.iso8601) }),
        ("ca", { $0.authority.hex }),
        ("state", { $0.state.rawValue }),
    ]
}

/// Lines of comma-separated values (RFC 4180).
enum CommaSeparated {
    /// The fields as a line; one with a comma, a quote or a line break in quotes.
    static func line(_ fields: [String]) -> String {
        let quoted = fields.map { field in
            field.utf8.contains { [UInt8(ascii: ","), UInt8(ascii: "\""), 10, 13].contains($0) }
                ? "\"" + field.replacing("\"", with: "\"\"") + "\"" : field
        }
        return quoted.joined(separator: ",") + "\r\n"
    }
}
