import Synchronization

@testable import AdminAPI

/// Clients that no broker has: what the API asks of them is noted.
final class FakeClients: Sendable {
    private struct State {
        var clients: [ClientResource] = []
        var queries: [ClientQuery] = []
        var dismissals: [String] = []
    }

    private let state = Mutex(State())

    /// What the API asked for, in order.
    var queries: [ClientQuery] { state.withLock(\.queries) }
    /// Whom it sent away, and how.
    var dismissals: [String] { state.withLock(\.dismissals) }

    func add(_ clientID: String, _ fill: (inout ClientResource) -> Void = { _ in }) {
        var client = ClientResource(clientID: clientID, since: AdminFixture.now)
        fill(&client)
        state.withLock { [client] in $0.clients.append(client) }
    }

    var services: BrokerClients {
        BrokerClients(
            list: { [self] query in
                let rest = state.withLock { state in
                    state.queries.append(query)
                    return state.clients.sorted { $0.clientID < $1.clientID }
                        .filter { client in
                            query.after.map { $0.lexicographicallyPrecedes(client.clientID.utf8) } ?? true
                        }
                }
                let shown = rest.prefix(query.limit)
                return .init(clients: Array(shown), next: shown.count < rest.count ? shown.last?.clientID : nil)
            },
            find: { [self] clientID in client(clientID) },
            subscriptions: { [self] clientID in
                client(clientID).map { client in
                    (0..<client.subscriptionCount).map { number in
                        SubscriptionResource(
                            filter: "\(number)/+",
                            qos: number % 3,
                            noLocal: false,
                            retainAsPublished: true,
                            identifier: number == 0 ? nil : number
                        )
                    }
                }
            },
            disconnect: { [self] clientID, order in
                state.withLock { state in
                    state.dismissals.append("\(clientID): \(order.reason) \(order.session) \(order.will)")
                    if order.session == .drop { state.clients.removeAll { $0.clientID == clientID } }
                }
            }
        )
    }

    private func client(_ clientID: String) -> ClientResource? {
        state.withLock { $0.clients.first { $0.clientID == clientID } }
    }
}
