import Foundation
import Hummingbird
import Registry

/// `/api/v1/client-certificates`: the registry of one device, one certificate.
struct ClientCertificateRoutes {
    let services: AdminServices

    struct Registration: RequestMembers {
        /// The device's certificate, perhaps with intermediates after it.
        let pem: String
        /// The registered CA that it belongs to; the one that issued it when absent.
        let ca: String?
        let clientID: String?
        /// `active` when absent.
        let state: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case pem, ca, clientID, state
        }
    }

    /// A null client id takes it away.
    struct Edit: RequestMembers {
        let state: String?
        let clientID: Settable<String>

        enum CodingKeys: String, CodingKey, CaseIterable {
            case state, clientID
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            state = try container.decodeIfPresent(String.self, forKey: .state)
            clientID = try container.decodeSettable(String.self, forKey: .clientID)
        }
    }

    var routes: [Route] {
        [
            Route(
                .get,
                "client-certificates",
                .viewer,
                "List the client certificates; every filter given must hold",
                query: ClientCertificateQuery.filters + QueryParameter.paging,
                answer: .page("ClientCertificate"),
                list
            ),
            Route(
                .post,
                "client-certificates",
                .operator,
                "Register a client certificate",
                query: [.dryRun],
                body: .json("ClientCertificateRegistration"),
                answer: .change("Change", done: .created),
                register
            ),
            Route(
                .get,
                "client-certificates/tombstones",
                .viewer,
                "List what deleted client certificates left behind",
                query: QueryParameter.paging,
                answer: .page("Tombstone"),
                tombstones
            ),
            Route(
                .delete,
                "client-certificates/tombstones/{fingerprint}",
                .operator,
                "Purge: let a deleted client certificate be registered again",
                query: [.dryRun],
                answer: .json("Change"),
                purge
            ),
            Route(
                .get,
                "client-certificates/{reference}",
                .viewer,
                "Show a client certificate, named by fingerprint, serial or client id",
                answer: .json("ClientCertificate"),
                show
            ),
            Route(
                .patch,
                "client-certificates/{reference}",
                .operator,
                "Activate, deactivate or revoke a client certificate, or set its client id",
                query: [.dryRun],
                body: .json("ClientCertificateEdit"),
                answer: .json("Change"),
                edit
            ),
            Route(
                .delete,
                "client-certificates/{reference}",
                .operator,
                "Delete an inactive or revoked client certificate; a tombstone stays",
                query: [.dryRun],
                answer: .json("Change"),
                delete
            ),
            Route(
                .get,
                "client-certificates/{reference}/clients",
                .viewer,
                "List the client ids that came with it",
                query: QueryParameter.paging,
                answer: .page("AssociatedClient"),
                clients
            ),
            Route(
                .get,
                "client-certificates/{reference}/history",
                .viewer,
                "List what was done to it, the newest first",
                query: QueryParameter.paging,
                answer: .page("AuditEntry"),
                history
            ),
        ]
    }

    private func list(_ call: AdminCall) async throws -> Response {
        let now = services.now()
        var query = try ClientCertificateQuery.read(call, services.cluster.state, at: now)
        query.limit = try call.number("limit", in: 1...PageRequest.largestLimit) ?? PageRequest.defaultLimit
        query.cursor = call.text("cursor")
        let page = try await services.devices.list(query, at: now)
        let resources = Page(
            items: page.records.map { ClientCertificateResource($0, at: now) },
            nextCursor: page.nextCursor
        )
        return try JSONResponse.make(resources, tag: EntityTag(content: resources))
    }

    private func show(_ call: AdminCall) async throws -> Response {
        let record = try await services.devices.find(call.parameter("reference"))
        return try JSONResponse.make(ClientCertificateResource(record, at: services.now()), tag: record.tag)
    }

    private func register(_ call: AdminCall) async throws -> Response {
        let body = try await call.body(Registration.self)
        let now = services.now()
        let state = services.cluster.state
        let authority = try body.ca.map { try state.registeredCA(matching: $0).fingerprint }
        let isActive = try body.state.map { text throws(Problem) in
            guard let state = CAState(rawValue: text) else {
                throw .badBody("state: found \"\(text)\", needed active or inactive.")
            }
            return state == .active
        }
        let (registration, warnings) = try services.uploads.clientCertificate(
            pem: body.pem,
            by: services.uploads.clientCertificates(of: state),
            authority: authority,
            clientID: body.clientID.map(Self.clientID),
            isActive: isActive ?? true,
            now: now
        )
        let change = try await services.devices.register(
            registration,
            at: now,
            by: call.principal,
            dryRun: call.isDryRun
        )
        return try answer(
            change,
            call,
            created: RouteTable.base + "client-certificates/\(registration.fingerprint.hex)",
            warnings: warnings
        )
    }

    private func edit(_ call: AdminCall) async throws -> Response {
        let record = try await services.devices.find(call.parameter("reference"))
        try call.precondition.check(record.tag)
        let body = try await call.body(Edit.self)
        let verb: DeviceVerb
        switch (body.state, body.clientID.isGiven) {
        case (let state?, false): verb = try Self.verb(for: state)
        case (nil, true): verb = .setClientID(try body.clientID.value.map(Self.clientID))
        case (nil, false), (.some, true):
            throw Problem.badBody("Needed either state or clientID: each is a change of its own.")
        }
        return try await apply(verb, to: record.fingerprint, call, expecting: record)
    }

    private func delete(_ call: AdminCall) async throws -> Response {
        let record = try await services.devices.find(call.parameter("reference"))
        try call.precondition.check(record.tag)
        return try await apply(.delete, to: record.fingerprint, call, expecting: record)
    }

    private func purge(_ call: AdminCall) async throws -> Response {
        try await apply(.purge, to: tombstone(call.parameter("fingerprint")), call)
    }

    /// The certificate of the one tombstone whose fingerprint begins so; lists show no more than the beginning.
    private func tombstone(_ text: String) async throws -> Fingerprint {
        let digits = text.lowercased()
        let whole = digits.padding(toLength: 2 * Fingerprint.length, withPad: "0", startingAt: 0)
        guard digits.count >= DeviceControl.shortestFingerprintPrefix, digits.count < whole.count,
            let first = try? Fingerprint(hex: whole)
        else { return try Fingerprint(hex: text) }
        // Leaves out the prefix with nothing but zeros behind it, which is the hash of nothing known.
        let found = try await services.devices.tombstones(after: first, limit: 2)
            .filter { $0.fingerprint.hex.hasPrefix(digits) }
        guard found.count < 2 else {
            throw Problem.badParameter("fingerprint", found: text, needed: "more digits: several begin like this")
        }
        guard let stone = found.first else { throw DeviceError.noTombstone(text) }
        return stone.fingerprint
    }

    private func tombstones(_ call: AdminCall) async throws -> Response {
        let part = try call.page()
        let after = try part.after.map { text throws(RegistryError) in try Fingerprint(hex: text) }
        // One more than is shown, to know whether more follow.
        let stones = try await services.devices.tombstones(after: after, limit: part.limit + 1)
        let shown = stones.prefix(part.limit)
        let page = Page(
            items: shown.map(TombstoneResource.init),
            nextCursor: stones.count > part.limit
                ? shown.last.map { PageCursor.text(after: $0.fingerprint.hex) } : nil
        )
        return try JSONResponse.make(page, tag: EntityTag(content: page))
    }

    private func clients(_ call: AdminCall) async throws -> Response {
        let record = try await services.devices.find(call.parameter("reference"))
        let clients = try await services.journals.sightings.clients(of: record.fingerprint)
        let connected = await services.sessions.connected(Set(clients.map(\.clientID)))
        // Some tens at most; in the order of the store, the last seen first.
        let page = try call.page().page(of: clients.enumerated(), by: { String(format: "%06d", $0.offset) }) { entry in
            AssociatedClientResource(entry.element, isConnected: connected.contains(entry.element.clientID))
        }
        return try JSONResponse.make(page, tag: EntityTag(content: page))
    }

    private func history(_ call: AdminCall) async throws -> Response {
        let reference = try call.parameter("reference")
        let part = try call.page()
        let cursor = try part.after.map { text throws(Problem) in
            guard let sequence = Int64(text) else {
                throw .badParameter("cursor", found: text, needed: "a nextCursor of this list")
            }
            return sequence
        }
        // A whole fingerprint is taken as it is: a certificate that was deleted still has a history.
        let whole = try? Fingerprint(hex: reference)
        let fingerprint =
            if let whole { whole } else { try await services.devices.find(reference).fingerprint }
        let page = Page(try await services.devices.history(of: fingerprint, before: cursor, limit: part.limit))
        return try JSONResponse.make(page, tag: EntityTag(content: page))
    }

    /// - Parameter record: what the precondition was checked with; it counts only if there was one.
    private func apply(
        _ verb: DeviceVerb,
        to fingerprint: Fingerprint,
        _ call: AdminCall,
        expecting record: ClientCertificateRecord? = nil
    ) async throws -> Response {
        let change = try await services.devices.apply(
            verb,
            to: fingerprint,
            at: services.now(),
            by: call.principal,
            expecting: call.precondition.isGiven ? record : nil,
            dryRun: call.isDryRun
        )
        return try answer(change, call)
    }

    private func answer(
        _ change: DeviceChange,
        _ call: AdminCall,
        created location: String? = nil,
        warnings: [String] = []
    ) throws -> Response {
        var resource = ChangeResource(
            change.description,
            changed: change.isChange,
            dryRun: try call.isDryRun,
            revision: services.cluster.state.revision,
            undo: change.undo
        )
        resource.warnings = change.warnings.map(\.description) + warnings
        resource.fingerprints = [change.fingerprint.hex]
        let isCreated = location != nil && !resource.dryRun && change.isChange && change.before == nil
        return try JSONResponse.make(
            resource,
            status: isCreated ? .created : .ok,
            tag: resource.dryRun ? nil : change.after?.tag,
            location: isCreated ? location : nil
        )
    }

    private static func verb(for state: String) throws(Problem) -> DeviceVerb {
        switch ClientCertificateState(rawValue: state) {
        case .active: .activate
        case .inactive: .deactivate
        case .revoked: .revoke
        case .pendingActivation, nil:
            throw .badBody("state: found \"\(state)\", needed active, inactive or revoked.")
        }
    }

    private static func clientID(_ text: String) throws(Problem) -> ClientIdentifier {
        guard let clientID = ClientIdentifier(text) else { throw .badClientID(text) }
        return clientID
    }
}

extension ClientCertificateRecord {
    /// Told by all that can be changed, which `isUnchanged(in:)` compares.
    var tag: EntityTag {
        EntityTag(of: state.rawValue, clientID?.text, authority.hex, "\(stateChangedAt.timeIntervalSince1970)")
    }
}
