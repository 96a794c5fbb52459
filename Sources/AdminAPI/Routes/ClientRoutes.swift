import Foundation
import Hummingbird
import Registry

/// `/api/v1/clients`: the clients of the built-in broker, connected or with a session that waits for them.
struct ClientRoutes {
    let services: AdminServices

    private static let filters = [
        QueryParameter("state", .word("Connected or waiting.", ClientQuery.State.self)),
        QueryParameter("prefix", .text("What the client id begins with.", atMost: 1024)),
        QueryParameter("userName", .text("The user name that was accepted.", atMost: 1024)),
        QueryParameter("accessPoint", .text("The access point that it came in by.", atMost: 64)),
        QueryParameter("protocolVersion", .word("The protocol that it speaks.", ClientQuery.Version.self)),
        QueryParameter("address", .text("The address that it comes from, without a port.", atMost: 64)),
        QueryParameter("fingerprint", .fingerprint("The certificate that it proved itself with.")),
    ]

    private static let dismissal = [
        QueryParameter(
            "session",
            .word("What becomes of its session; `keep` if absent.", ClientDismissal.Session.self)
        ),
        QueryParameter("will", .word("What becomes of its will; `send` if absent.", ClientDismissal.Will.self)),
        QueryParameter(
            "reason",
            .word("What a client of MQTT 5 is told; `administrative` if absent.", ClientDismissal.Reason.self)
        ),
    ]

    var routes: [Route] {
        [
            Route(
                .get,
                "clients",
                .viewer,
                "List the clients of the broker, in order of their client ids",
                query: Self.filters + QueryParameter.paging,
                answer: .page("Client"),
                list
            ),
            Route(.get, "clients/{clientID}", .viewer, "Show a client of the broker", answer: .json("Client"), show),
            Route(
                .get,
                "clients/{clientID}/subscriptions",
                .viewer,
                "List what a client has subscribed to, in order of the filters",
                query: QueryParameter.paging,
                answer: .page("Subscription"),
                subscriptions
            ),
            Route(
                .delete,
                "clients/{clientID}",
                .operator,
                "Disconnect a client, and drop its session if asked to",
                query: Self.dismissal + [.dryRun],
                answer: .json("Change"),
                disconnect
            ),
        ]
    }

    private func list(_ call: AdminCall) async throws -> Response {
        let part = try call.page()
        var query = ClientQuery()
        query.state = try call.choice("state", ClientQuery.State.self)
        query.prefix = call.text("prefix")
        query.userName = call.text("userName")
        query.accessPoint = call.text("accessPoint")
        query.version = try call.choice("protocolVersion", ClientQuery.Version.self)
        query.address = call.text("address")
        query.fingerprint = try call.text("fingerprint").map { text throws(RegistryError) in
            Array(try Fingerprint(hex: text).bytes)
        }
        query.limit = part.limit
        query.after = try part.after.map(ClientCursor.position)
        let found = await services.clients.list(query)
        let page = Page(
            items: found.clients,
            nextCursor: found.next.map { PageCursor.text(after: ClientCursor.key(behind: $0)) }
        )
        return try JSONResponse.make(page, tag: EntityTag(content: page))
    }

    private func show(_ call: AdminCall) async throws -> Response {
        let client = try await client(call)
        return try JSONResponse.make(client, tag: client.tag)
    }

    private func subscriptions(_ call: AdminCall) async throws -> Response {
        let clientID = try call.parameter("clientID")
        guard let found = await services.clients.subscriptions(clientID) else { throw Problem.noSuchClient(clientID) }
        let page = try call.page().page(of: found.enumerated(), by: { String(format: "%06d", $0.offset) }, \.element)
        return try JSONResponse.make(page, tag: EntityTag(content: page))
    }

    private func disconnect(_ call: AdminCall) async throws -> Response {
        let client = try await client(call)
        try call.precondition.check(client.tag)
        var order = ClientDismissal()
        order.session = try call.choice("session", ClientDismissal.Session.self) ?? order.session
        order.will = try call.choice("will", ClientDismissal.Will.self) ?? order.will
        order.reason = try call.choice("reason", ClientDismissal.Reason.self) ?? order.reason
        let (dryRun, changed) = (try call.isDryRun, client.isConnected || order.session == .drop)
        if changed, !dryRun {
            await services.clients.disconnect(client.clientID, order)
            try await services.note(
                "client.disconnect",
                of: client.clientID,
                call,
                [
                    "session": order.session.rawValue, "will": client.hasWill ? order.will.rawValue : nil,
                    "reason": order.reason.rawValue, "address": client.address, "was": client.state,
                ]
            )
        }
        var resource = ChangeResource(
            client.words(of: order),
            changed: changed,
            dryRun: dryRun,
            revision: services.cluster.state.revision
        )
        resource.warnings = client.warnings(of: order)
        if client.isConnected { resource.endedSessions = 1 }
        return try JSONResponse.make(resource)
    }

    private func client(_ call: AdminCall) async throws -> ClientResource {
        let clientID = try call.parameter("clientID")
        guard let client = await services.clients.find(clientID) else { throw Problem.noSuchClient(clientID) }
        return client
    }
}

extension ClientResource {
    /// Told by what a connection begins or ends with: not by its traffic.
    fileprivate var tag: EntityTag { EntityTag(of: state, "\(since.timeIntervalSince1970)") }

    /// What sending it away does.
    fileprivate func words(of order: ClientDismissal) -> String {
        switch (isConnected, order.session) {
        case (true, .keep): "disconnected the client \(clientID)"
        case (true, .drop): "disconnected the client \(clientID) and dropped its session"
        case (false, .keep): "nothing: the client \(clientID) is not connected"
        case (false, .drop): "dropped the session of the client \(clientID), which was not connected"
        }
    }

    /// What that takes along, and what it does not do.
    fileprivate func warnings(of order: ClientDismissal) -> [String] {
        var warnings: [String] = []
        let waiting = queuedMessages + inFlightMessages
        if order.session == .drop, subscriptionCount > 0 || waiting > 0 {
            let messages = waiting == 1 ? "1 message that waits" : "\(waiting) messages that wait"
            let subscriptions = subscriptionCount == 1 ? "1 subscription" : "\(subscriptionCount) subscriptions"
            warnings.append("\(subscriptions) and \(messages) for it are gone")
        }
        if hasWill, order.will == .send, isConnected || order.session == .drop {
            warnings.append("its will is sent")
        }
        if isConnected { warnings.append("nothing keeps it from connecting again") }
        return warnings
    }
}

extension Problem {
    static func noSuchClient(_ clientID: String) -> Problem {
        Problem(
            code: "no-such-client",
            title: "There is no such client",
            status: .notFound,
            detail: "No client is connected as \"\(clientID)\", and no session waits for one. See: sluice clients list"
        )
    }
}

/// Where a list of clients goes on, as the key of a cursor: the client id, or the beginning of one that is very long.
enum ClientCursor {
    /// Bytes of an id in a cursor. Of those that have more bytes, and the first ones alike, a page may leave some out: a path
    /// could not name them either.
    private static let longest = 512
    /// Comes behind every byte of UTF-8.
    private static let behindAll: UInt8 = 0xFF

    static func key(behind clientID: String) -> String {
        guard clientID.utf8.count > longest else { return "=" + clientID }
        var beginning = String.UnicodeScalarView()
        var count = 0
        for scalar in clientID.unicodeScalars {
            count += UTF8.width(scalar)
            if count > longest { break }
            beginning.append(scalar)
        }
        return "~" + String(beginning)
    }

    /// The bytes behind which the list goes on. Throws a 400 ``Problem`` for the key of another list.
    static func position(_ key: String) throws(Problem) -> [UInt8] {
        switch key.first {
        case "=": return Array(key.utf8.dropFirst())
        case "~": return Array(key.utf8.dropFirst()) + [behindAll]
        default: throw .badParameter("cursor", found: key, needed: "a nextCursor of this list")
        }
    }
}
