import Hummingbird

/// What can be wrong with a request before anything is asked of the registry.
extension Problem {
    static func badParameter(_ name: String, found: String, needed: String) -> Problem {
        Problem(
            code: "bad-parameter",
            title: "A parameter cannot be used",
            status: .badRequest,
            detail: "\(name): found \"\(found)\", needed \(needed)."
        )
    }

    static func badBody(_ detail: String) -> Problem {
        Problem(code: "bad-body", title: "The request body cannot be used", status: .badRequest, detail: detail)
    }

    static func bodyTooLarge(limit: Int) -> Problem {
        Problem(
            code: "body-too-large",
            title: "The request body is too large",
            status: .contentTooLarge,
            detail: "The body has more than the \(limit) bytes that are allowed."
        )
    }

    static func noSuchResource(_ path: String) -> Problem {
        Problem(
            code: "no-such-resource",
            title: "There is nothing here",
            status: .notFound,
            detail: "\(path) is no resource of this API. See: /api/v1/openapi.json"
        )
    }

    static func internalError() -> Problem {
        Problem(
            code: "internal-error",
            title: "The gateway failed",
            status: .internalServerError,
            detail: "The request could not be carried out; the gateway's log says why."
        )
    }
}
