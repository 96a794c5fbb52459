import Foundation
import Hummingbird
import Registry

/// `/api/v1/audit`: who changed what.
struct AuditRoutes {
    let services: AdminServices

    static let filters = [
        QueryParameter("action", .text("The action, or the words before its dots.", atMost: 256)),
        QueryParameter("principal", .text("Who did it, as the log prints it.", atMost: 256)),
        QueryParameter("object", .text("What it was done to, exactly.", atMost: 512)),
        QueryParameter("from", .time("Not before this moment.")),
        QueryParameter("until", .time("Before this moment.")),
    ]
    static let noted = [
        QueryParameter("sequence", .number("A line's number that was noted earlier.", atLeast: 1)),
        QueryParameter("hash", .text("That line's hash as it was noted.", pattern: "^[0-9a-fA-F]{64}$")),
    ]

    var routes: [Route] {
        [
            Route(
                .get,
                "audit",
                .viewer,
                "List the audit log, the newest line first",
                query: Self.filters + QueryParameter.paging,
                answer: .page("AuditEntry"),
                list
            ),
            Route(
                .get,
                "audit/verification",
                .viewer,
                "Check that the audit log is as it was written",
                query: Self.noted,
                answer: .json("AuditVerification"),
                verify
            ),
            Route(
                .get,
                "audit/export",
                .viewer,
                "Export the audit log as JSON lines, the oldest first",
                query: Self.filters,
                answer: .text([MediaType.jsonLines]),
                export
            ),
        ]
    }

    private func list(_ call: AdminCall) async throws -> Response {
        let part = try call.page()
        let cursor = try part.after.map { text throws(Problem) in
            guard let sequence = Int64(text) else {
                throw .badParameter("cursor", found: text, needed: "a nextCursor of this list")
            }
            return sequence
        }
        let page = try await services.journals.audit.page(query(call), before: cursor, limit: part.limit)
        let resources = Page(page)
        return try JSONResponse.make(resources, tag: EntityTag(content: resources))
    }

    private func verify(_ call: AdminCall) async throws -> Response {
        let note: AuditHead?
        switch (try call.number("sequence", in: 1...Int.max), call.text("hash")) {
        case (nil, nil): note = nil
        case (let sequence?, let text?):
            guard let hash = AuditHash(hex: text) else {
                throw Problem.badParameter("hash", found: text, needed: "64 hexadecimal digits")
            }
            note = AuditHead(sequence: Int64(sequence), hash: hash)
        case (nil, .some), (.some, nil):
            throw Problem.badParameter("sequence and hash", found: "one", needed: "both or none")
        }
        let verification = try await services.journals.audit.verify(against: note)
        return try JSONResponse.make(AuditVerificationResource(verification))
    }

    private func export(_ call: AdminCall) throws -> Response {
        let entries = services.journals.audit.export(try query(call))
        return StreamedResponse.make(MediaType.jsonLines, file: "audit.jsonl", entries) { entry, buffer in
            try buffer.writeJSONLine(AuditEntryResource(entry))
        }
    }

    private func query(_ call: AdminCall) throws(Problem) -> AuditQuery {
        AuditQuery(
            action: call.text("action"),
            principal: call.text("principal"),
            object: call.text("object"),
            from: try call.time("from"),
            until: try call.time("until")
        )
    }
}

extension Page where Item == AuditEntryResource {
    init(_ page: AuditPage) {
        self.init(
            items: page.entries.map(AuditEntryResource.init),
            nextCursor: page.nextCursor.map { PageCursor.text(after: String($0)) }
        )
    }
}
