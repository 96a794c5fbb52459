import Foundation
import Hummingbird
import Registry

/// The admin API's table of contents: every path, each method, and what answers it.
struct AdminRoutes {
    let services: AdminServices

    typealias Context = BasicRequestContext

    func router() -> Router<Context> {
        let router = Router(context: Context.self)
        router.add(middleware: ProblemMiddleware())
        HealthRoutes(node: services.node).add(to: router)
        let api = router.group("api/v1")

        api.get("status") { _, _ in try JSONResponse.make(NodeRoutes(services: services).status()) }
        api.post("reload") { _, _ in try JSONResponse.make(try await services.node.reload()) }

        let certificates = HostedCertificateRoutes(services: services)
        api.get("certificates") { request, _ in try certificates.list(request) }
        api.post("certificates") { request, _ in try await certificates.upload(request) }
        api.get("certificates/:reference") { _, context in try certificates.show(context) }
        api.delete("certificates/:reference") { request, context in try await certificates.delete(request, context) }

        let slots = ServerCertificateRoutes(services: services)
        api.get("server-certificates") { request, _ in try slots.list(request) }
        api.post("server-certificates") { request, _ in try await slots.bind(request) }
        api.get("server-certificates/:slot") { _, context in try slots.show(context) }
        api.put("server-certificates/:slot") { request, context in try await slots.replace(request, context) }
        api.delete("server-certificates/:slot") { request, context in try await slots.unbind(request, context) }
        api.patch("server-certificates/:slot") { request, context in try await slots.setEnabled(request, context) }

        let authorities = CARoutes(services: services)
        api.get("ca-certificates") { request, _ in try authorities.list(request) }
        api.post("ca-certificates") { request, _ in try await authorities.register(request) }
        api.get("ca-certificates/:reference") { _, context in try authorities.show(context) }
        api.patch("ca-certificates/:reference") { request, context in try await authorities.setState(request, context) }
        api.delete("ca-certificates/:reference") { request, context in
            try await authorities.unregister(request, context)
        }

        let settings = SettingRoutes(services: services)
        api.get("mode") { _, _ in try settings.mode() }
        api.put("mode") { request, _ in try await settings.setMode(request) }
        api.get("tls") { _, _ in try settings.tls() }
        api.put("tls") { request, _ in try await settings.setTLS(request) }
        return router
    }
}

extension AdminServices {
    /// Makes the change, or with `dryRun=true` in the query only tells what it would do.
    ///
    /// - Parameter warnings: what was odd about the input, told besides the change's own warnings.
    func change(
        _ change: ClusterChange,
        for request: Request,
        about fingerprints: [Fingerprint],
        status: HTTPResponse.Status = .ok,
        warnings: [String] = []
    ) async throws -> Response {
        let dryRun = try request.flag("dryRun")
        let transition =
            dryRun ? try await cluster.rehearse(change, at: now()) : try await cluster.apply(change, at: now())
        var resource = ChangeResource(transition, dryRun: dryRun, fingerprints: fingerprints)
        resource.warnings += warnings
        return try JSONResponse.make(resource, status: dryRun ? .ok : status)
    }
}

extension Request {
    /// A query parameter that is `true` or `false`; absent means false.
    func flag(_ name: String) throws(Problem) -> Bool {
        switch uri.queryParameters[Substring(name)] {
        case nil, "false": false
        case "true": true
        case .some(let found):
            throw .badParameter(name, found: String(found), needed: "true or false")
        }
    }

    /// The query's `limit` and `cursor`.
    func pageRequest() throws(Problem) -> PageRequest {
        try PageRequest(limit: uri.queryParameters["limit"], cursor: uri.queryParameters["cursor"])
    }
}
