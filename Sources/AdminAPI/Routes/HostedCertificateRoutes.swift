import Hummingbird
import Registry

/// `/api/v1/certificates`: the certificate store.
struct HostedCertificateRoutes {
    let services: AdminServices

    struct Upload: RequestMembers {
        let name: String?
        let chain: String
        let key: String

        enum CodingKeys: String, CodingKey, CaseIterable {
            case name, chain, key
        }
    }

    struct Staple: RequestMembers {
        /// The OCSPResponse's DER in base64.
        let response: String

        enum CodingKeys: String, CodingKey, CaseIterable {
            case response
        }
    }

    var routes: [Route] {
        [
            Route(
                .get,
                "certificates",
                .viewer,
                "List the certificate store",
                query: QueryParameter.paging,
                answer: .page("HostedCertificate"),
                list
            ),
            Route(
                .post,
                "certificates",
                .admin,
                "Upload a chain and its private key",
                query: [.dryRun],
                body: .json("HostedCertificateUpload"),
                answer: .change("Change", done: .created),
                upload
            ),
            Route(
                .get,
                "certificates/{reference}",
                .viewer,
                "Show a certificate of the store, with its chain",
                answer: .json("HostedCertificate"),
                show
            ),
            Route(
                .delete,
                "certificates/{reference}",
                .admin,
                "Delete an unbound certificate and its key",
                query: [.dryRun],
                answer: .json("Change"),
                delete
            ),
            Route(
                .get,
                "certificates/{reference}/ocsp-staple",
                .viewer,
                "Show the OCSP answer of a certificate",
                answer: .json("Staple"),
                showStaple
            ),
            Route(
                .put,
                "certificates/{reference}/ocsp-staple",
                .operator,
                "Send this OCSP answer with a certificate",
                query: [.dryRun],
                body: .json("StapleUpload"),
                answer: .json("Change"),
                setStaple
            ),
            Route(
                .delete,
                "certificates/{reference}/ocsp-staple",
                .operator,
                "Send no OCSP answer with a certificate",
                query: [.dryRun],
                answer: .json("Change"),
                deleteStaple
            ),
        ]
    }

    private func list(_ call: AdminCall) throws -> Response {
        let state = services.cluster.state
        let now = services.now()
        let page = try call.page().page(of: state.hosted.values, by: \.fingerprint.hex) { hosted in
            HostedCertificateResource(hosted, in: state, at: now, withChain: false)
        }
        return try JSONResponse.make(page, tag: EntityTag(revision: state.revision))
    }

    private func show(_ call: AdminCall) throws -> Response {
        let state = services.cluster.state
        let hosted = try state.hostedCertificate(matching: call.parameter("reference"))
        return try JSONResponse.make(
            HostedCertificateResource(hosted, in: state, at: services.now(), withChain: true),
            tag: EntityTag(revision: state.revision)
        )
    }

    private func upload(_ call: AdminCall) async throws -> Response {
        let body = try await call.body(Upload.self)
        let (hosted, warnings) = try services.uploads.serverCertificate(
            chain: body.chain,
            key: body.key,
            name: ObjectName(optional: body.name),
            now: services.now()
        )
        return try await services.change(
            .hostCertificate(hosted),
            call,
            about: [hosted.fingerprint],
            created: RouteTable.base + "certificates/\(hosted.fingerprint.hex)",
            warnings: warnings
        )
    }

    private func delete(_ call: AdminCall) async throws -> Response {
        let hosted = try certificate(call)
        return try await services.change(.deleteCertificate(hosted.fingerprint), call, about: [hosted.fingerprint])
    }

    private func showStaple(_ call: AdminCall) throws -> Response {
        let state = services.cluster.state
        let hosted = try state.hostedCertificate(matching: call.parameter("reference"))
        guard let staple = hosted.staple else {
            throw Problem.nothingSet("no-ocsp-staple", "Certificate \(hosted.label) has no OCSP answer.")
        }
        return try JSONResponse.make(
            StapleResource(staple, at: services.now()),
            tag: EntityTag(revision: state.revision)
        )
    }

    private func setStaple(_ call: AdminCall) async throws -> Response {
        let hosted = try certificate(call)
        let body = try await call.body(Staple.self)
        let staple = try services.uploads.staple(
            Base64Text.bytes(body.response, member: "response"),
            for: hosted,
            now: services.now()
        )
        return try await services.change(.setStaple(hosted.fingerprint, staple), call, about: [hosted.fingerprint])
    }

    private func deleteStaple(_ call: AdminCall) async throws -> Response {
        let hosted = try certificate(call)
        return try await services.change(.setStaple(hosted.fingerprint, nil), call, about: [hosted.fingerprint])
    }

    private func certificate(_ call: AdminCall) throws -> HostedCertificate {
        try services.cluster.state.hostedCertificate(matching: call.parameter("reference"))
    }
}
