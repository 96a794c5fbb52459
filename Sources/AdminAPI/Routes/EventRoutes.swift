import Hummingbird
import Registry

/// `/api/v1/events`: what happens, as it happens.
struct EventRoutes {
    let services: AdminServices
    let readers: EventReaders

    static let kinds = QueryParameter(
        "kind",
        .list("These kinds only.", of: .word("", ClusterEventKind.self)),
        isList: true
    )

    var routes: [Route] {
        [
            Route(
                .get,
                "events",
                .viewer,
                "Follow what happens, as server-sent events",
                query: [Self.kinds],
                answer: .text([MediaType.events]),
                follow
            )
        ]
    }

    private func follow(_ call: AdminCall) throws -> Response {
        let kinds = try call.choices("kind", ClusterEventKind.self)
        let last = try call.lastEventID.map { text throws(Problem) in
            guard let id = UInt64(text) else {
                throw .badParameter("Last-Event-ID", found: text, needed: "the id of an event of this stream")
            }
            return id
        }
        return try EventStream.response(services.journals.events.subscribe(after: last), kinds, readers)
    }
}
