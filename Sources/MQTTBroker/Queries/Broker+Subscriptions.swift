import MQTTCodec
import Reactors

/// What one client has subscribed to.
extension Broker {
    /// The subscriptions of one client, in the order of their filters; nil when there is no session of that id.
    ///
    /// Callable from anywhere; spelled out 256 a turn of the session's event loop.
    package func subscriptions(of clientID: ClientID) async -> [SubscriptionSnapshot]? {
        let home = home(of: clientID)
        let found: [SubscriptionSnapshot]? = await Reply.awaiting(or: nil) { reply in
            home.reactor.post {
                guard let slot = home.directory[clientID] else { return reply.send(nil) }
                let session = home.slots.pointee[slot].pointee.session
                let numbers = home.subscriptions.numbers(of: session.pointee.subscriptions)
                SubscriptionListing(home, session.pointee.handle, numbers, reply).work()
            }
        }
        return found?.sorted { $0.filter < $1.filter }
    }
}

/// The subscriptions of one session, spelled out a part a turn.
// Sendable: after it was made, it is used on its shard's reactor alone.
private final class SubscriptionListing: @unchecked Sendable {
    private let shard: BrokerShard
    private let session: SessionHandle
    private let numbers: [UInt32]
    private let reply: Reply<[SubscriptionSnapshot]?>
    private var next = 0
    private var found: [SubscriptionSnapshot] = []

    /// Filters spelled out in one turn: about a microsecond each.
    private static let perTurn = 256

    init(
        _ shard: BrokerShard,
        _ session: SessionHandle,
        _ numbers: [UInt32],
        _ reply: Reply<[SubscriptionSnapshot]?>
    ) {
        self.shard = shard
        self.session = session
        self.numbers = numbers
        self.reply = reply
    }

    func work() {
        let limit = min(numbers.count, next + Self.perTurn)
        found += shard.subscriptions.describe(numbers[next..<limit], of: session)
        next = limit
        guard next < numbers.count else { return reply.send(found) }
        shard.reactor.post { [self] in work() }
    }
}

extension SubscriptionIndex {
    /// The numbers of a session's subscriptions, the newest first.
    fileprivate func numbers(of list: SubscriptionList) -> [UInt32] {
        read { tree, _ in
            var numbers: [UInt32] = []
            numbers.reserveCapacity(list.count)
            var number = list.first
            while number != 0 {
                numbers.append(number)
                number = tree.subscriptions[number].pointee.nextOfSession
            }
            return numbers
        }
    }

    /// What subscriptions say; those that are the session's no more are left out.
    fileprivate func describe(_ numbers: ArraySlice<UInt32>, of session: SessionHandle) -> [SubscriptionSnapshot] {
        read { tree, _ in
            numbers.compactMap { number in
                let entry = tree.subscriptions[number].pointee
                guard entry.session == session else { return nil }
                return SubscriptionSnapshot(
                    filter: tree.filter(of: entry),
                    qos: entry.options.qos,
                    noLocal: entry.options.noLocal,
                    retainAsPublished: entry.options.retainAsPublished,
                    identifier: entry.identifier == 0 ? nil : entry.identifier
                )
            }
        }
    }
}

extension SubscriptionTree {
    /// The filter of a subscription, spelled as it was subscribed to.
    fileprivate func filter(of entry: SubscriptionEntry) -> String {
        guard entry.options.shared else { return path(to: entry.owner) }
        let group = groups[entry.owner].pointee
        return "$share/\(text(group.name))/\(path(to: group.node))"
    }

    private func path(to node: UInt32) -> String {
        var parts: [String] = []
        var number = node
        while number != root {
            let node = nodes[number].pointee
            parts.append(text(node.level))
            number = node.parent
        }
        return parts.reversed().joined(separator: "/")
    }

    private func text(_ level: UInt32) -> String {
        levels.withBytes(of: level) { String(decoding: $0, as: UTF8.self) }
    }
}
