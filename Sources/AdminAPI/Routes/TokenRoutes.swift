import Foundation
import Hummingbird
import Registry

/// `/api/v1/tokens`: who may use the API over TCP, and for what.
struct TokenRoutes {
    let services: AdminServices

    struct Creation: RequestMembers {
        let name: String
        let role: String
        /// Never ends when absent.
        let expiresAt: Date?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, role, expiresAt
        }
    }

    var routes: [Route] {
        [
            Route(
                .get,
                "tokens",
                .admin,
                "List the tokens, without their secrets",
                query: QueryParameter.paging,
                answer: .page("Token"),
                list
            ),
            Route(
                .post,
                "tokens",
                .admin,
                "Make a token; its secret is told this once",
                query: [.dryRun],
                body: .json("TokenCreation"),
                answer: .change("CreatedToken", done: .created),
                create
            ),
            Route(.get, "tokens/{id}", .admin, "Show a token, without its secret", answer: .json("Token"), show),
            Route(.delete, "tokens/{id}", .admin, "Revoke a token", query: [.dryRun], answer: .json("Change"), revoke),
        ]
    }

    private func list(_ call: AdminCall) throws -> Response {
        let now = services.now()
        let page = try call.page().page(of: services.tokens.list(), by: \.name.text) { TokenResource($0, at: now) }
        return try JSONResponse.make(page, tag: EntityTag(content: page))
    }

    private func show(_ call: AdminCall) throws -> Response {
        let record = try services.tokens.find(call.parameter("id"))
        return try JSONResponse.make(TokenResource(record, at: services.now()), tag: record.tag)
    }

    private func create(_ call: AdminCall) async throws -> Response {
        let body = try await call.body(Creation.self)
        guard let role = Role(rawValue: body.role) else {
            let roles = Role.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem.badBody("role: found \"\(body.role)\", needed one of \(roles).")
        }
        let dryRun = try call.isDryRun
        let created = try await services.tokens.create(
            name: ObjectName(body.name),
            role: role,
            expiresAt: body.expiresAt,
            at: services.now(),
            by: call.principal,
            dryRun: dryRun
        )
        let resource = CreatedTokenResource(
            token: TokenResource(created.record, at: services.now()),
            secret: created.secret?.text,
            change: ChangeResource(
                "made token \(created.record.name) for a \(role)",
                dryRun: dryRun,
                revision: services.cluster.state.revision,
                undo: "sluice tokens revoke \(created.record.name)"
            )
        )
        return try JSONResponse.make(
            resource,
            status: dryRun ? .ok : .created,
            location: dryRun ? nil : RouteTable.base + "tokens/\(created.record.id)"
        )
    }

    private func revoke(_ call: AdminCall) async throws -> Response {
        let record = try services.tokens.find(call.parameter("id"))
        // Checked and revoked by the id, which is all that the tag says: nobody can come in between.
        try call.precondition.check(record.tag)
        let dryRun = try call.isDryRun
        let revoked = try await services.tokens.revoke(
            record.id,
            at: services.now(),
            by: call.principal,
            dryRun: dryRun
        )
        let change = ChangeResource(
            "revoked token \(revoked.name)",
            dryRun: dryRun,
            revision: services.cluster.state.revision
        )
        return try JSONResponse.make(change)
    }
}

extension TokenRecord {
    /// A token is never changed; another one may get its name.
    fileprivate var tag: EntityTag { EntityTag(of: id) }
}
