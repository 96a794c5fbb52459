import Hummingbird
import Registry

/// `/api/v1/mode` and `/api/v1/tls`: the cluster-wide settings.
struct SettingRoutes {
    let services: AdminServices

    /// What is absent stays as it is.
    struct ModeChange: RequestMembers {
        let mode: String
        let anonymous: Bool?
        let registration: String?
        let automaticActivation: Bool?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case mode, anonymous, registration, automaticActivation
        }
    }

    /// What is absent stays as it is.
    struct TLSChange: RequestMembers {
        let min: String?
        let max: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case min, max
        }
    }

    /// Clients that a rehearsal names.
    private static let namedClients = 100

    var routes: [Route] {
        [
            Route(.get, "mode", .viewer, "Show how devices prove who they are", answer: .json("Mode"), mode),
            Route(
                .put,
                "mode",
                .operator,
                "Set how devices prove who they are",
                query: [.dryRun],
                body: .json("ModeChange"),
                answer: .json("Change"),
                setMode
            ),
            Route(.get, "tls", .viewer, "Show the TLS versions that clients may use", answer: .json("TLS"), tls),
            Route(
                .put,
                "tls",
                .operator,
                "Set the TLS versions; a dry run tells whom that would cut off",
                query: [.dryRun],
                body: .json("TLSChange"),
                answer: .json("Change"),
                setTLS
            ),
        ]
    }

    private func mode(_ call: AdminCall) throws -> Response {
        let state = services.cluster.state
        return try JSONResponse.make(ModeResource(state.settings), tag: EntityTag(revision: state.revision))
    }

    private func setMode(_ call: AdminCall) async throws -> Response {
        let body = try await call.body(ModeChange.self)
        guard let mode = AuthenticationMode(rawValue: body.mode) else {
            let modes = AuthenticationMode.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem.badBody("mode: found \"\(body.mode)\", needed one of \(modes).")
        }
        let registration = try body.registration.map { text throws(Problem) in
            guard let registration = RegistrationSource(rawValue: text) else {
                throw .badBody("registration: found \"\(text)\", needed manual or automatic.")
            }
            return registration
        }
        return try await services.change(
            .setMode(
                mode,
                anonymous: body.anonymous,
                automaticRegistration: registration.map { $0 == .automatic },
                automaticActivation: body.automaticActivation
            ),
            call,
            about: []
        )
    }

    private func tls(_ call: AdminCall) throws -> Response {
        let state = services.cluster.state
        return try JSONResponse.make(TLSResource(state.settings.tls), tag: EntityTag(revision: state.revision))
    }

    private func setTLS(_ call: AdminCall) async throws -> Response {
        let body = try await call.body(TLSChange.self)
        let current = services.cluster.state.settings.tls
        let range = try TLSVersionRange(
            minimum: body.min.map { text throws(Problem) in try version(text, of: "min") } ?? current.minimum,
            maximum: body.max.map { text throws(Problem) in try version(text, of: "max") } ?? current.maximum
        )
        var resource = try await services.carryOut(.setTLS(range), call, about: [])
        if resource.dryRun {
            let report = try await services.journals.sightings.cutOff(
                by: range,
                at: services.now(),
                limit: Self.namedClients
            )
            resource.cutOff = CutOffResource(report)
        }
        return try JSONResponse.make(resource)
    }

    private func version(_ text: String, of member: String) throws(Problem) -> TLSProtocolVersion {
        guard let version = TLSProtocolVersion(rawValue: text) else {
            let versions = TLSProtocolVersion.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badBody("\(member): found \"\(text)\", needed one of \(versions).")
        }
        return version
    }
}
