import Hummingbird
import Registry

/// `/api/v1/mode` and `/api/v1/tls`: the cluster-wide settings.
struct SettingRoutes {
    let services: AdminServices

    struct ModeChange: RequestMembers {
        let mode: String
        /// As it is when absent.
        let anonymous: Bool?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case mode, anonymous
        }
    }

    struct TLSChange: RequestMembers {
        /// As it is when absent.
        let min: String?
        let max: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case min, max
        }
    }

    func mode() throws -> Response {
        try JSONResponse.make(ModeResource(services.cluster.state.settings))
    }

    func setMode(_ request: Request) async throws -> Response {
        let body = try await RequestBody.decode(ModeChange.self, from: request)
        guard let mode = AuthenticationMode(rawValue: body.mode) else {
            let modes = AuthenticationMode.allCases.map(\.rawValue).joined(separator: ", ")
            throw Problem.badBody("mode: found \"\(body.mode)\", needed one of \(modes).")
        }
        return try await services.change(.setMode(mode, anonymous: body.anonymous), for: request, about: [])
    }

    func tls() throws -> Response {
        try JSONResponse.make(TLSResource(services.cluster.state.settings.tls))
    }

    func setTLS(_ request: Request) async throws -> Response {
        let body = try await RequestBody.decode(TLSChange.self, from: request)
        let current = services.cluster.state.settings.tls
        let range = try TLSVersionRange(
            minimum: body.min.map { text throws(Problem) in try version(text, of: "min") } ?? current.minimum,
            maximum: body.max.map { text throws(Problem) in try version(text, of: "max") } ?? current.maximum
        )
        return try await services.change(.setTLS(range), for: request, about: [])
    }

    private func version(_ text: String, of member: String) throws(Problem) -> TLSProtocolVersion {
        guard let version = TLSProtocolVersion(rawValue: text) else {
            let versions = TLSProtocolVersion.allCases.map(\.rawValue).joined(separator: ", ")
            throw .badBody("\(member): found \"\(text)\", needed one of \(versions).")
        }
        return version
    }
}
