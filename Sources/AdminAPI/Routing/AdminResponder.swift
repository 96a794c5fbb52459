import Hummingbird
import Logging
import Registry

/// Answers every request of the admin API: finds the route, asks who it is, checks, answers; an error becomes a problem.
struct AdminResponder: HTTPResponder {
    typealias Context = AdminContext

    let table: RouteTable
    let health: HealthRoutes
    let access: AdminAccess

    func respond(to request: Request, context: AdminContext) async throws -> Response {
        let response: Response
        do {
            response = try await answer(request, context)
        } catch {
            response = try Self.response(to: error, request, context.logger)
        }
        // RFC 9110 § 9.3.2: the same header fields, and no content.
        return request.method == .head ? response.createHeadResponse() : response
    }

    private func answer(_ request: Request, _ context: AdminContext) async throws -> Response {
        let target = try RequestTarget(request.head.path ?? "/")
        if let response = try await health.answer(request, target, context, access) { return response }
        let (route, parameters) = try table.route(request.method, target)
        let principal = try await access.principal(of: request, on: context.channel)
        let call = AdminCall(request: request, target: target, parameters: parameters, principal: principal)
        try route.check(call)
        return try await route.respond(call)
    }

    private static func response(to error: any Error, _ request: Request, _ logger: Logger) throws -> Response {
        let problem = Problem(any: error)
        if problem.status >= 500 {
            logger.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
        }
        return try JSONResponse.problem(problem)
    }
}
