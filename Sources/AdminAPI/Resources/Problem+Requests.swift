import Hummingbird
import Registry

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

    /// Words of the store stay in the log: they may tell of the machine.
    static func storageFailed() -> Problem {
        Problem(
            code: "storage-failed",
            title: "The registry cannot be read or changed",
            status: .serviceUnavailable,
            detail: "The registry could not be read or changed, and nothing was. The gateway's log says why."
        )
    }

    static func badClientID(_ text: String) -> Problem {
        Problem(
            code: "client-id",
            title: "This cannot be a client id",
            status: .unprocessableContent,
            detail:
                "Found a client id of \(text.utf8.count) bytes; needed 1 to \(ClientIdentifier.maximumLength) bytes "
                + "without U+0000."
        )
    }

    static func noOpenRegistrationCode() -> Problem {
        Problem(
            code: "no-open-registration-code",
            title: "No registration code is open",
            status: .conflict,
            detail: "No registration code was given out that could still be used. Get one: sluice ca-certs code"
        )
    }

    /// There is nothing at a place where something may be.
    static func nothingSet(_ code: String, _ detail: String) -> Problem {
        Problem(code: code, title: "There is no such object", status: .notFound, detail: detail)
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
