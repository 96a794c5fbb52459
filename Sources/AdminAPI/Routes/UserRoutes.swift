import Foundation
import Hummingbird
import Registry

/// `/api/v1/users`: who may connect in the one-way mode.
struct UserRoutes {
    let services: AdminServices

    struct Creation: RequestMembers {
        let name: String
        let password: String
        let enabled: Bool?
        let clientID: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, password, enabled, clientID
        }
    }

    /// What is absent stays as it is; a null client id takes it away.
    struct Edit: RequestMembers {
        let password: String?
        let enabled: Bool?
        let clientID: Settable<String>

        enum CodingKeys: String, CodingKey, CaseIterable {
            case password, enabled, clientID
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            password = try container.decodeIfPresent(String.self, forKey: .password)
            enabled = try container.decodeIfPresent(Bool.self, forKey: .enabled)
            clientID = try container.decodeSettable(String.self, forKey: .clientID)
        }
    }

    static let replace = QueryParameter("replace", .flag("Set the passwords of users that are there."))
    static let search = QueryParameter("search", .text("A part of the name, in either case.", atMost: 256))
    /// A file of 100,000 users with the longest salts.
    private static let largestFile = 32 * 1024 * 1024
    /// Bytes; what MQTT can carry.
    private static let longestPassword = 65_535

    var routes: [Route] {
        [
            Route(
                .get,
                "users",
                .viewer,
                "List the users of the one-way mode, in order of their names",
                query: [Self.search] + QueryParameter.paging,
                answer: .page("User"),
                list
            ),
            Route(
                .post,
                "users",
                .admin,
                "Add a user",
                query: [.dryRun],
                body: .json("UserCreation"),
                answer: .change("Change", done: .created),
                add
            ),
            Route(
                .post,
                "users/import",
                .admin,
                "Import a mosquitto_passwd file: all of its users or none",
                query: [.dryRun, Self.replace],
                body: .file(["text/plain", "application/octet-stream"]),
                answer: .json("Change"),
                importFile
            ),
            Route(.get, "users/{name}", .viewer, "Show a user", answer: .json("User"), show),
            Route(
                .patch,
                "users/{name}",
                .admin,
                "Set a user's password, client id, or whether he may connect",
                query: [.dryRun],
                body: .json("UserEdit"),
                answer: .json("Change"),
                edit
            ),
            Route(.delete, "users/{name}", .admin, "Remove a user", query: [.dryRun], answer: .json("Change"), remove),
        ]
    }

    private func list(_ call: AdminCall) throws -> Response {
        let part = try call.page()
        let after = try part.after.map { text throws(UserError) in try UserName(text) }
        let page = services.users.list(after: after, search: call.text("search"), limit: part.limit)
        let resources = Page(
            items: page.users.map(UserResource.init),
            nextCursor: page.nextCursor.map { PageCursor.text(after: $0.text) }
        )
        return try JSONResponse.make(resources, tag: EntityTag(content: resources))
    }

    private func show(_ call: AdminCall) throws -> Response {
        let record = try user(call)
        return try JSONResponse.make(UserResource(record), tag: record.tag)
    }

    private func add(_ call: AdminCall) async throws -> Response {
        let body = try await call.body(Creation.self)
        let name = try UserName(body.name)
        let draft = UserDraft(
            name: name,
            passwordHash: try services.uploads.passwordHash(Self.password(body.password)),
            isEnabled: body.enabled,
            clientID: try body.clientID.map(Self.clientID)
        )
        let change = try await services.users.add(
            draft,
            at: services.now(),
            by: call.principal,
            dryRun: call.isDryRun
        )
        let path = name.text.addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
        return try answer(change, call, created: RouteTable.base + "users/" + path)
    }

    private func edit(_ call: AdminCall) async throws -> Response {
        let record = try user(call)
        try call.precondition.check(record.tag)
        let body = try await call.body(Edit.self)
        guard [body.password != nil, body.enabled != nil, body.clientID.isGiven].count(where: \.self) == 1 else {
            throw Problem.badBody("Needed one of password, enabled and clientID: each is a change of its own.")
        }
        let (now, dryRun) = (services.now(), try call.isDryRun)
        let expected = call.precondition.isGiven ? record : nil
        let change: UserChange
        if let password = body.password {
            let hash = try services.uploads.passwordHash(Self.password(password))
            change = try await services.users.add(
                UserDraft(name: record.name, passwordHash: hash),
                replacing: true,
                expecting: expected,
                at: now,
                by: call.principal,
                dryRun: dryRun
            )
        } else if let enabled = body.enabled {
            change = try await services.users.setEnabled(
                record.name,
                enabled,
                expecting: expected,
                at: now,
                by: call.principal,
                dryRun: dryRun
            )
        } else {
            change = try await services.users.setClientID(
                record.name,
                try body.clientID.value.map(Self.clientID),
                expecting: expected,
                at: now,
                by: call.principal,
                dryRun: dryRun
            )
        }
        return try answer(change, call)
    }

    private func remove(_ call: AdminCall) async throws -> Response {
        let record = try user(call)
        try call.precondition.check(record.tag)
        let change = try await services.users.remove(
            record.name,
            expecting: call.precondition.isGiven ? record : nil,
            at: services.now(),
            by: call.principal,
            dryRun: call.isDryRun
        )
        return try answer(change, call)
    }

    private func importFile(_ call: AdminCall) async throws -> Response {
        let replacing = try call.flag("replace")
        let bytes = try await RequestBody.collect(call.request, limit: Self.largestFile)
        guard let text = String(validating: bytes.readableBytesView, as: UTF8.self) else {
            throw Problem.badBody("The password file is not in UTF-8.")
        }
        let file = try UserImport(text) { services.uploads.problem(withPasswordHash: $0) }
        let change = try await services.users.importUsers(
            file,
            replacing: replacing,
            at: services.now(),
            by: call.principal,
            dryRun: call.isDryRun
        )
        return try answer(change, call)
    }

    private func answer(_ change: UserChange, _ call: AdminCall, created location: String? = nil) throws -> Response {
        let resource = ChangeResource(
            change.words,
            changed: change.isChange,
            dryRun: try call.isDryRun,
            revision: services.cluster.state.revision,
            undo: change.undo
        )
        let isCreated = location != nil && !resource.dryRun
        return try JSONResponse.make(
            resource,
            status: isCreated ? .created : .ok,
            location: isCreated ? location : nil
        )
    }

    private func user(_ call: AdminCall) throws -> UserRecord {
        let name = try UserName(call.parameter("name"))
        guard let record = services.users.record(name) else { throw UserError.noSuchUser(name) }
        return record
    }

    private static func password(_ text: String) throws(Problem) -> String {
        guard (1...longestPassword).contains(text.utf8.count) else {
            throw .badBody("password: found \(text.utf8.count) bytes, needed 1 to \(longestPassword).")
        }
        return text
    }

    private static func clientID(_ text: String) throws(Problem) -> ClientIdentifier {
        guard let clientID = ClientIdentifier(text) else { throw .badClientID(text) }
        return clientID
    }
}

extension UserRecord {
    /// Told by all that can be changed; the hash goes into it as a change, and cannot be found from it.
    var tag: EntityTag {
        EntityTag(of: isEnabled ? "on" : "off", clientID?.text, "\(updatedAt.timeIntervalSince1970)")
    }
}
