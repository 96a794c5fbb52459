import Hummingbird
import Registry

/// One line of the route table: what is asked for, who may, what it takes and gives, and what answers it.
struct Route: Sendable {
    typealias Answer = @Sendable (AdminCall) async throws -> Response

    let method: HTTPRequest.Method
    /// The path under ``RouteTable/base``.
    let pattern: PathPattern
    /// The least role that may.
    let role: Role
    /// What it does, in one line, for the OpenAPI document.
    let summary: String
    let query: [QueryParameter]
    let body: BodyShape
    let answer: AnswerShape
    let respond: Answer

    init(
        _ method: HTTPRequest.Method,
        _ path: String,
        _ role: Role,
        _ summary: String,
        query: [QueryParameter] = [],
        body: BodyShape = .none,
        answer: AnswerShape,
        _ respond: @escaping Answer
    ) {
        self.method = method
        pattern = PathPattern(RouteTable.base + path)
        self.role = role
        self.summary = summary
        self.query = query
        self.body = body
        self.answer = answer
        self.respond = respond
    }

    /// Whether it changes something.
    var isChange: Bool { method != .get }

    /// Checks what every route checks before it begins. Throws a ``Problem``.
    func check(_ call: AdminCall) throws(Problem) {
        guard call.principal.role >= role else { throw .roleNeeded(role, found: call.principal) }
        for item in call.target.query {
            guard let parameter = query.first(where: { $0.name == item.name }) else {
                throw .unknownParameter(item.name, known: query.map(\.name))
            }
            guard parameter.isList || call.target.query.count(where: { $0.name == item.name }) == 1 else {
                throw .badParameter(item.name, found: item.value, needed: "it once")
            }
        }
        try MediaTypes.checkAccept(call.request, offered: answer.mediaTypes)
        if !body.mediaTypes.isEmpty { try MediaTypes.checkContentType(call.request, taken: body.mediaTypes) }
    }
}

/// What a route takes as its body.
enum BodyShape: Sendable {
    case none
    /// JSON of a schema of the document.
    case json(String)
    /// A file, as one of these media types.
    case file([String])

    var mediaTypes: [String] {
        switch self {
        case .none: []
        case .json: ["application/json"]
        case .file(let types): types
        }
    }
}

/// What a route gives when all is well.
enum AnswerShape: Sendable {
    /// JSON of a schema of the document.
    case json(String, status: HTTPResponse.Status = .ok)
    /// JSON of a schema of the document: 201 or 202 when done, 200 when only rehearsed.
    case change(String, done: HTTPResponse.Status)
    /// A list of a schema of the document, by pages.
    case page(String)
    /// Something that is not JSON.
    case text([String])

    var mediaTypes: [String] {
        switch self {
        case .json, .change, .page: ["application/json"]
        case .text(let types): types
        }
    }
}

extension Problem {
    static func unknownParameter(_ name: String, known: [String]) -> Problem {
        Problem(
            code: "unknown-parameter",
            title: "There is no such parameter",
            status: .badRequest,
            detail: known.isEmpty
                ? "Found the query parameter \"\(name)\"; this takes none."
                : "Found the query parameter \"\(name)\", known are \(known.joined(separator: ", "))."
        )
    }
}
