import Hummingbird

/// Every route, and how a request finds its own.
struct RouteTable: Sendable {
    /// What every path of the API begins with; the version changes when a client would have to.
    static let base = "/api/v1/"

    let routes: [Route]
    /// The routes of each pattern, those first that are looked at first.
    private let patterns: [(pattern: PathPattern, routes: [Route])]

    init(_ routes: [Route]) {
        self.routes = routes
        patterns = Dictionary(grouping: routes, by: \.pattern)
            .map { (pattern: $0.key, routes: $0.value) }
            .sorted { $0.pattern.order.utf8.lexicographicallyPrecedes($1.pattern.order.utf8) }
    }

    /// The route for a method and a path, with the path's parameters.
    ///
    /// HEAD finds GET's route (RFC 9110 § 9.3.2). Throws a 404 or 405 ``Problem``.
    func route(
        _ method: HTTPRequest.Method,
        _ target: RequestTarget
    ) throws(Problem) -> (route: Route, parameters: [String: String]) {
        let method = method == .head ? .get : method
        for (pattern, routes) in patterns {
            guard let parameters = pattern.match(target.segments) else { continue }
            guard let route = routes.first(where: { $0.method == method }) else {
                throw .methodNotAllowed(method.rawValue, allowed: Self.methods(of: routes))
            }
            return (route, parameters)
        }
        throw .noSuchResource(target.path)
    }

    private static func methods(of routes: [Route]) -> [String] {
        let methods = routes.map(\.method.rawValue)
        return (methods + (methods.contains("GET") ? ["HEAD"] : [])).sorted()
    }
}

extension Problem {
    static func methodNotAllowed(_ method: String, allowed: [String]) -> Problem {
        var problem = Problem(
            code: "method-not-allowed",
            title: "The resource does not know this method",
            status: .methodNotAllowed,
            detail: "\(method) is not among \(allowed.joined(separator: ", "))."
        )
        problem.allowed = allowed
        return problem
    }
}
