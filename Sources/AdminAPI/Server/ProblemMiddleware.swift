import Credentials
import Foundation
import Hummingbird
import Logging
import Registry

/// Turns every error of a route into problem details.
struct ProblemMiddleware<Context: RequestContext>: RouterMiddleware {
    func handle(
        _ request: Request,
        context: Context,
        next: (Request, Context) async throws -> Response
    ) async throws -> Response {
        do {
            return try await next(request, context)
        } catch let problem as Problem {
            return try response(problem)
        } catch let error as RegistryError {
            return try response(Problem(error))
        } catch let error as CredentialsError {
            let problem = Problem(error)
            if problem.status >= 500 { context.logger.error("an upload could not be taken: \(error)") }
            return try response(problem)
        } catch let error as ClusterControlError {
            if case .storage = error { context.logger.error("\(error)") }
            return try response(Problem(error))
        } catch let refusal as ReloadRefusal {
            return try response(Problem(refusal))
        } catch let error as HTTPError where error.status == .contentTooLarge {
            return try response(.bodyTooLarge(limit: RequestBody.largest))
        } catch let error as HTTPError where error.status == .notFound {
            return try response(.noSuchResource(request.uri.path))
        } catch {
            context.logger.error("a request failed", metadata: ["path": "\(request.uri.path)", "error": "\(error)"])
            return try response(.internalError())
        }
    }

    private func response(_ problem: Problem) throws -> Response {
        var response = try JSONResponse.make(problem, status: HTTPResponse.Status(code: problem.status))
        response.headers[.contentType] = Problem.mediaType
        return response
    }
}
