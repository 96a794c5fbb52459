import Hummingbird

/// The statuses of problems, and when each may be answered.
enum ProblemStatus: Int, CaseIterable {
    case badRequest = 400
    case unauthorized = 401
    case forbidden = 403
    case notFound = 404
    case methodNotAllowed = 405
    case notAcceptable = 406
    case conflict = 409
    case preconditionFailed = 412
    case contentTooLarge = 413
    case uriTooLong = 414
    case unsupportedMediaType = 415
    case unprocessableContent = 422
    case tooManyRequests = 429
    case internalError = 500
    case unavailable = 503

    /// What it means here.
    var words: String {
        switch self {
        case .badRequest: "A parameter or the body is not of the form that is asked for."
        case .unauthorized: "No token, or one that is not taken."
        case .forbidden: "The role, or the user of the socket, is not enough."
        case .notFound: "There is no such object."
        case .methodNotAllowed: "The resource does not know the method."
        case .notAcceptable: "There is no representation of the media types that Accept names."
        case .conflict: "It contradicts what is there; `conflict` names that."
        case .preconditionFailed: "The object is in another state than If-Match says."
        case .contentTooLarge: "The body is too large."
        case .uriTooLong: "The path and query are too long."
        case .unsupportedMediaType: "The body is of another media type than is taken."
        case .unprocessableContent: "The input was understood, and cannot be used."
        case .tooManyRequests: "Too much at this time; Retry-After says when to come again."
        case .internalError: "The gateway failed; its log says why."
        case .unavailable: "The registry cannot be read or changed at this time."
        }
    }

    /// The header field that goes with it.
    var header: String? {
        switch self {
        case .unauthorized: "WWW-Authenticate"
        case .methodNotAllowed: "Allow"
        case .tooManyRequests, .unavailable: "Retry-After"
        case .badRequest, .forbidden, .notFound, .notAcceptable, .conflict, .preconditionFailed, .contentTooLarge,
            .uriTooLong, .unsupportedMediaType, .unprocessableContent, .internalError:
            nil
        }
    }
}

extension Route {
    /// The statuses of the problems that it may answer with, smallest first.
    var problemStatuses: [Int] {
        var statuses: Set<ProblemStatus> = [
            .badRequest, .unauthorized, .forbidden, .methodNotAllowed, .notAcceptable, .uriTooLong, .internalError,
            .unavailable,
        ]
        if !pattern.parameters.isEmpty || isChange { statuses.formUnion([.notFound, .unprocessableContent]) }
        if !query.isEmpty { statuses.formUnion([.notFound, .unprocessableContent]) }
        if isChange { statuses.formUnion([.conflict, .preconditionFailed, .tooManyRequests]) }
        if !body.mediaTypes.isEmpty { statuses.formUnion([.contentTooLarge, .unsupportedMediaType]) }
        if answer.mediaTypes == [MediaType.events] { statuses.insert(.tooManyRequests) }
        return statuses.map(\.rawValue).sorted()
    }

    /// Whether `If-Match` says something to it.
    var isConditional: Bool { [.put, .patch, .delete].contains(method) }

    /// The first word of its path: what it is about.
    var tag: String { pathWords.first ?? "" }

    /// Such as `getServerCertificatesSlotRotation`.
    var operationID: String {
        let words = pathWords.flatMap { $0.split { !$0.isLetter } }
        return method.rawValue.lowercased() + words.map { $0.prefix(1).uppercased() + $0.dropFirst() }.joined()
    }

    private var pathWords: [String] {
        pattern.description.dropFirst(RouteTable.base.count).split(separator: "/").map(String.init)
    }
}
