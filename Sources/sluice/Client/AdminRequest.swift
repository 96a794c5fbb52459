import Foundation

/// One request to the admin API.
struct AdminRequest: Sendable {
    /// What is to be done with the resource.
    enum Method: String, Sendable {
        case get = "GET"
        case post = "POST"
        case put = "PUT"
        case patch = "PATCH"
        case delete = "DELETE"
    }

    /// What is sent along.
    struct Content: Sendable {
        let data: Data
        let type: String

        /// The members of a JSON object.
        static func json(_ members: [String: JSONValue]) throws -> Content {
            Content(data: try JSONEncoder().encode(JSONValue.object(members)), type: "application/json")
        }
    }

    var method: Method
    /// Path and query, escaped.
    var target: String
    var content: Content?
    /// The kind of answer that is wanted.
    var accept = "application/json"
    /// The last event that was seen, for the event stream.
    var lastEventID: String?

    /// A request for a resource of `/api/v1`.
    init(
        _ method: Method,
        _ path: ResourcePath,
        query: ResourceQuery = [:],
        content: Content? = nil
    ) throws(CommandFailure) {
        self.method = method
        target = try path.text() + query.text
        self.content = content
    }

    /// A request for what stands beside the API: health.
    init(health path: String) {
        method = .get
        target = path
        accept = "text/plain"
    }
}
