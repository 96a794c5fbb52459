/// The clients of the built-in broker: who is there, what each has, and how one is sent away.
package struct BrokerClients: Sendable {
    /// One page of those that a query asks for, in the order of their client ids.
    package let list: @Sendable (ClientQuery) async -> Matches
    /// What is known of a client; nil without a session of that id.
    package let find: @Sendable (_ clientID: String) async -> ClientResource?
    /// What a client has subscribed to, in the order of the filters; nil without a session of that id.
    package let subscriptions: @Sendable (_ clientID: String) async -> [SubscriptionResource]?
    /// Ends a client's connection, and what else the order says; returns when that is done.
    package let disconnect: @Sendable (_ clientID: String, ClientDismissal) async -> Void

    package init(
        list: @escaping @Sendable (ClientQuery) async -> Matches,
        find: @escaping @Sendable (String) async -> ClientResource?,
        subscriptions: @escaping @Sendable (String) async -> [SubscriptionResource]?,
        disconnect: @escaping @Sendable (String, ClientDismissal) async -> Void
    ) {
        self.list = list
        self.find = find
        self.subscriptions = subscriptions
        self.disconnect = disconnect
    }

    /// A page of clients.
    package struct Matches: Sendable {
        /// The clients of the page.
        package let clients: [ClientResource]
        /// Behind which client id the list goes on; nil at its end.
        package let next: String?

        package init(clients: [ClientResource], next: String?) {
            self.clients = clients
            self.next = next
        }
    }
}

/// Which clients are asked for; everything that is given must hold.
package struct ClientQuery: Hashable, Sendable {
    /// Whether a session's client is there.
    package enum State: String, Hashable, Sendable, CaseIterable { case connected, waiting }

    /// The protocols, by the numbers of their standards.
    package enum Version: String, Hashable, Sendable, CaseIterable {
        case v3_1 = "3.1"
        case v3_1_1 = "3.1.1"
        case v5 = "5.0"
    }

    package var state: State?
    /// What the client id begins with.
    package var prefix: String?
    package var userName: String?
    package var accessPoint: String?
    package var version: Version?
    /// The address that it comes from, without a port.
    package var address: String?
    /// SHA-256 of its certificate.
    package var fingerprint: [UInt8]?
    /// The most clients of the page.
    package var limit = 0
    /// Only what comes behind these bytes in the order of client ids.
    package var after: [UInt8]?

    /// A query for all clients.
    package init() {}
}

/// How a client is sent away.
package struct ClientDismissal: Hashable, Sendable {
    /// What a client of MQTT 5 is told.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        case administrative
        case notAuthorized = "not-authorized"
        case serverBusy = "server-busy"
    }

    /// What becomes of a part of it.
    package enum Session: String, Hashable, Sendable, CaseIterable { case keep, drop }
    /// What becomes of its will.
    package enum Will: String, Hashable, Sendable, CaseIterable { case send, drop }

    package var reason = Reason.administrative
    package var session = Session.keep
    package var will = Will.send

    /// As after any other loss of the connection.
    package init() {}
}
