import Credentials
import Hummingbird
import Registry

/// `/api/v1/ca-certificates`: the CA registry.
struct CARoutes {
    let services: AdminServices

    struct Registration: RequestMembers {
        /// Only for a single certificate.
        let name: String?
        /// One or more certificates.
        let pem: String
        /// `active` when absent.
        let state: String?
        /// PEM of certificates that prove that the keys are held.
        let verification: String?
        /// The code that they carry; any open one when absent.
        let code: String?
        /// Whether an administrator answers for it instead.
        let noProof: Bool?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, pem, state, verification, code, noProof
        }
    }

    struct Replacement: RequestMembers {
        let name: String?
        /// One certificate.
        let pem: String
        /// Seconds; the usual grace period when absent, none at all for 0.
        let grace: Int?
        let verification: String?
        let code: String?
        let noProof: Bool?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, pem, grace, verification, code, noProof
        }
    }

    struct StateChange: RequestMembers {
        let state: String

        enum CodingKeys: String, CodingKey, CaseIterable {
            case state
        }
    }

    static let keepSessions = QueryParameter("keepSessions", .flag("Leave the sessions of its devices alone."))

    var routes: [Route] {
        [
            Route(
                .get,
                "ca-certificates",
                .viewer,
                "List the CA registry",
                query: QueryParameter.paging,
                answer: .page("CACertificate"),
                list
            ),
            Route(
                .post,
                "ca-certificates",
                .operator,
                "Register CAs: all of a bundle or none",
                query: [.dryRun],
                body: .json("CARegistration"),
                answer: .change("Change", done: .created),
                register
            ),
            Route(
                .post,
                "ca-certificates/registration-codes",
                .operator,
                "Get a code to prove with that a CA's key is held",
                answer: .json("RegistrationCode", status: .created),
                issueCode
            ),
            Route(
                .get,
                "ca-certificates/{reference}",
                .viewer,
                "Show a CA, with its certificate",
                answer: .json("CACertificate"),
                show
            ),
            Route(
                .put,
                "ca-certificates/{reference}",
                .operator,
                "Replace a CA by another certificate",
                query: [.dryRun],
                body: .json("CAReplacement"),
                answer: .json("Change"),
                replace
            ),
            Route(
                .patch,
                "ca-certificates/{reference}",
                .operator,
                "Trust a registered CA, or stop trusting it",
                query: [.dryRun],
                body: .json("CAState"),
                answer: .json("Change"),
                setState
            ),
            Route(
                .delete,
                "ca-certificates/{reference}",
                .operator,
                "Unregister a CA; its devices' sessions end",
                query: [.dryRun, Self.keepSessions],
                answer: .json("Change"),
                unregister
            ),
        ] + GraceRoutes(services: services, path: "ca-certificates/{reference}", target: target).routes
            + RevocationListRoutes(services: services).routes
    }

    private func list(_ call: AdminCall) throws -> Response {
        let (state, now, counts) = (services.cluster.state, services.now(), services.devices.counts)
        let page = try call.page().page(of: state.authorities.values, by: \.fingerprint.hex) { authority in
            CAResource(
                authority,
                in: state,
                clientCertificates: counts.count(of: authority.fingerprint),
                at: now,
                withPEM: false
            )
        }
        return try JSONResponse.make(page, tag: EntityTag(revision: state.revision))
    }

    private func show(_ call: AdminCall) throws -> Response {
        let state = services.cluster.state
        let authority = try state.registeredCA(matching: call.parameter("reference"))
        let resource = CAResource(
            authority,
            in: state,
            clientCertificates: services.devices.counts.count(of: authority.fingerprint),
            at: services.now(),
            withPEM: true
        )
        return try JSONResponse.make(resource, tag: EntityTag(revision: state.revision))
    }

    private func issueCode(_ call: AdminCall) async throws -> Response {
        let code = try services.uploads.registrationCode(at: services.now())
        _ = try await services.cluster.apply(
            .issueRegistrationCode(code),
            at: services.now(),
            by: call.principal,
            expecting: nil
        )
        return try JSONResponse.make(RegistrationCodeResource(code), status: .created)
    }

    private func register(_ call: AdminCall) async throws -> Response {
        let body = try await call.body(Registration.self)
        let state = try body.state.map(Self.state) ?? .active
        let upload = try services.uploads.authorities(pem: body.pem, now: services.now())
        let added = try upload.registrations(name: ObjectName(optional: body.name), state: state, at: services.now())
        let proof = try proof(body.verification, body.code, isWaived: body.noProof ?? false, of: upload, call)
        return try await services.change(
            .registerCAs(added, proof: proof),
            call,
            about: added.map(\.fingerprint),
            created: RouteTable.base + "ca-certificates" + (added.count == 1 ? "/\(added[0].fingerprint.hex)" : ""),
            warnings: upload.warnings.map(\.description)
        )
    }

    private func replace(_ call: AdminCall) async throws -> Response {
        let old = try authority(call)
        let body = try await call.body(Replacement.self)
        let upload = try services.uploads.authorities(pem: body.pem, now: services.now())
        let added = try upload.registrations(name: ObjectName(optional: body.name), at: services.now())
        guard let new = added.first, added.count == 1 else {
            throw Problem.badBody("pem: found \(added.count) certificates, needed the one that takes its place.")
        }
        let proof = try proof(body.verification, body.code, isWaived: body.noProof ?? false, of: upload, call)
        return try await services.change(
            .replaceCA(
                old.fingerprint,
                with: services.uploads.carryingList(of: old, to: new),
                grace: GraceRoutes.period(body.grace),
                proof: proof
            ),
            call,
            about: [old.fingerprint, new.fingerprint],
            warnings: upload.warnings.map(\.description)
        )
    }

    private func setState(_ call: AdminCall) async throws -> Response {
        let authority = try authority(call)
        let body = try await call.body(StateChange.self)
        return try await services.change(
            .setCAState(authority.fingerprint, Self.state(body.state)),
            call,
            about: [authority.fingerprint]
        )
    }

    private func unregister(_ call: AdminCall) async throws -> Response {
        let authority = try authority(call)
        let keepsSessions = try call.flag("keepSessions")
        // They lose their grace period with it.
        let replaced = services.cluster.state.supersededAuthorities.values
            .filter { $0.replacedBy == authority.fingerprint }.map(\.ca.fingerprint)
        return try await services.change(
            .unregisterCA(authority.fingerprint),
            call,
            about: [authority.fingerprint],
            ending: keepsSessions ? nil : .authority(authority.fingerprint, replaced: Set(replaced))
        )
    }

    /// What speaks for the holder of the keys. To waive it is the administrator's.
    private func proof(
        _ verification: String?,
        _ code: String?,
        isWaived: Bool,
        of upload: CAUpload,
        _ call: AdminCall
    ) throws -> RegistrationProof {
        switch (verification, isWaived) {
        case (nil, false): return .notNeeded
        case (nil, true):
            guard call.principal.role >= .admin else { throw Problem.roleNeeded(.admin, found: call.principal) }
            return .waived
        case (let certificates?, false):
            let open = services.cluster.state.registrationCodes.filter { $0.isOpen(at: services.now()) }.map(\.text)
            return try services.uploads.proof(certificates, code: code, open: open, of: upload, now: services.now())
        case (.some, true):
            throw Problem.badBody("Needed either verification or noProof, not both.")
        }
    }

    private func authority(_ call: AdminCall) throws -> RegisteredCA {
        try services.cluster.state.registeredCA(matching: call.parameter("reference"))
    }

    private func target(_ call: AdminCall) throws -> GraceRoutes.Target {
        let authority = try authority(call)
        let grace = GraceResource(of: authority, in: services.cluster.state, at: services.now())
        return GraceRoutes.Target(
            target: .ca(authority.fingerprint),
            grace: grace,
            about: [authority.fingerprint]
        )
    }

    private static func state(_ text: String) throws(Problem) -> CAState {
        guard let state = CAState(rawValue: text) else {
            throw .badBody("state: found \"\(text)\", needed active or inactive.")
        }
        return state
    }
}
