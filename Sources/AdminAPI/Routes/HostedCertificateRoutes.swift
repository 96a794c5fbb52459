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

    func list(_ request: Request) throws -> Response {
        let state = services.cluster.state
        let now = services.now()
        let page = try request.pageRequest().page(of: state.hosted.values, by: \.fingerprint.hex) { hosted in
            HostedCertificateResource(hosted, in: state, at: now, withChain: false)
        }
        return try JSONResponse.make(page)
    }

    func show(_ context: some RequestContext) throws -> Response {
        let state = services.cluster.state
        let hosted = try state.hostedCertificate(matching: context.parameters.require("reference"))
        return try JSONResponse.make(
            HostedCertificateResource(hosted, in: state, at: services.now(), withChain: true)
        )
    }

    func upload(_ request: Request) async throws -> Response {
        let body = try await RequestBody.decode(Upload.self, from: request)
        let name = try body.name.map { name throws(RegistryError) in try ObjectName(name) }
        let (hosted, warnings) = try services.uploads.serverCertificate(
            chain: body.chain,
            key: body.key,
            name: name,
            now: services.now()
        )
        return try await services.change(
            .hostCertificate(hosted),
            for: request,
            about: [hosted.fingerprint],
            status: .created,
            warnings: warnings
        )
    }

    func delete(_ request: Request, _ context: some RequestContext) async throws -> Response {
        let hosted = try services.cluster.state.hostedCertificate(matching: context.parameters.require("reference"))
        return try await services.change(
            .deleteCertificate(hosted.fingerprint),
            for: request,
            about: [hosted.fingerprint]
        )
    }
}
