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

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, pem, state
        }
    }

    struct StateChange: RequestMembers {
        let state: String

        enum CodingKeys: String, CodingKey, CaseIterable {
            case state
        }
    }

    func list(_ request: Request) throws -> Response {
        let now = services.now()
        let authorities = services.cluster.state.authorities.values
        let page = try request.pageRequest().page(of: authorities, by: \.fingerprint.hex) { authority in
            CAResource(authority, at: now, withPEM: false)
        }
        return try JSONResponse.make(page)
    }

    func show(_ context: some RequestContext) throws -> Response {
        try JSONResponse.make(CAResource(authority(context), at: services.now(), withPEM: true))
    }

    func register(_ request: Request) async throws -> Response {
        let body = try await RequestBody.decode(Registration.self, from: request)
        let name = try body.name.map { name throws(RegistryError) in try ObjectName(name) }
        let state = try body.state.map(parse) ?? .active
        let (added, warnings) = try services.uploads.authorities(
            pem: body.pem,
            name: name,
            state: state,
            now: services.now()
        )
        return try await services.change(
            .registerCAs(added),
            for: request,
            about: added.map(\.fingerprint),
            status: .created,
            warnings: warnings
        )
    }

    func setState(_ request: Request, _ context: some RequestContext) async throws -> Response {
        let authority = try authority(context)
        let body = try await RequestBody.decode(StateChange.self, from: request)
        return try await services.change(
            .setCAState(authority.fingerprint, parse(body.state)),
            for: request,
            about: [authority.fingerprint]
        )
    }

    func unregister(_ request: Request, _ context: some RequestContext) async throws -> Response {
        let authority = try authority(context)
        return try await services.change(
            .unregisterCA(authority.fingerprint),
            for: request,
            about: [authority.fingerprint]
        )
    }

    private func authority(_ context: some RequestContext) throws -> RegisteredCA {
        try services.cluster.state.registeredCA(matching: context.parameters.require("reference"))
    }

    private func parse(_ state: String) throws(Problem) -> CAState {
        guard let state = CAState(rawValue: state) else {
            throw .badBody("state: found \"\(state)\", needed active or inactive.")
        }
        return state
    }
}
