import Hummingbird
import Registry

/// `/api/v1/ca-certificates/{reference}/crl`: which of a CA's certificates it has revoked.
struct RevocationListRoutes {
    let services: AdminServices

    struct Upload: RequestMembers {
        /// The list as PEM.
        let pem: String?
        /// The list's DER in base64.
        let der: String?
        /// `hard-fail` when absent.
        let onStale: String?

        enum CodingKeys: String, CodingKey, CaseIterable {
            case pem, der, onStale
        }
    }

    /// A list of some 300,000 serial numbers in base64.
    private static let largestBody = 16 * 1024 * 1024

    var routes: [Route] {
        [
            Route(
                .get,
                "ca-certificates/{reference}/crl",
                .viewer,
                "Show a CA's revocation list",
                answer: .json("RevocationList"),
                show
            ),
            Route(
                .put,
                "ca-certificates/{reference}/crl",
                .operator,
                "Give a CA a revocation list",
                query: [.dryRun],
                body: .json("RevocationListUpload"),
                answer: .json("Change"),
                set
            ),
            Route(
                .delete,
                "ca-certificates/{reference}/crl",
                .operator,
                "Take a CA's revocation list away",
                query: [.dryRun],
                answer: .json("Change"),
                remove
            ),
        ]
    }

    private func show(_ call: AdminCall) throws -> Response {
        let state = services.cluster.state
        let authority = try state.registeredCA(matching: call.parameter("reference"))
        guard let list = authority.revocationList else {
            throw Problem.nothingSet("no-revocation-list", "CA \(authority.label) has no revocation list.")
        }
        return try JSONResponse.make(
            RevocationListResource(list, at: services.now()),
            tag: EntityTag(revision: state.revision)
        )
    }

    private func set(_ call: AdminCall) async throws -> Response {
        let authority = try authority(call)
        let body = try await call.body(Upload.self, limit: Self.largestBody)
        let bytes: [UInt8]
        switch (body.pem, body.der) {
        case (let pem?, nil): bytes = Array(pem.utf8)
        case (nil, let der?): bytes = try Base64Text.bytes(der, member: "der")
        case (nil, nil), (.some, .some): throw Problem.badBody("Needed either pem or der.")
        }
        let onStale = try body.onStale.map(Self.policy) ?? .hardFail
        let (list, warnings) = try services.uploads.revocationList(
            bytes,
            of: authority,
            onStale: onStale,
            now: services.now()
        )
        return try await services.change(
            .setRevocationList(authority.fingerprint, list),
            call,
            about: [authority.fingerprint],
            warnings: warnings
        )
    }

    private func remove(_ call: AdminCall) async throws -> Response {
        let authority = try authority(call)
        return try await services.change(
            .setRevocationList(authority.fingerprint, nil),
            call,
            about: [authority.fingerprint]
        )
    }

    private func authority(_ call: AdminCall) throws -> RegisteredCA {
        try services.cluster.state.registeredCA(matching: call.parameter("reference"))
    }

    private static func policy(_ text: String) throws(Problem) -> RevocationList.StalePolicy {
        guard let policy = RevocationList.StalePolicy(rawValue: text) else {
            let policies = RevocationList.StalePolicy.allCases.map(\.rawValue).joined(separator: " or ")
            throw .badBody("onStale: found \"\(text)\", needed \(policies).")
        }
        return policy
    }
}
