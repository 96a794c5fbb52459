package import MQTTCodec
import Reactors
import Synchronization

/// What an operator, or the node itself, does to clients.
extension Broker {
    /// Ends the connections of the selected clients, and of their sessions what `leftovers` says.
    ///
    /// Callable from any thread; does not block. Each shard ends at most 32 sessions a turn and spreads them evenly as
    /// `pace` has it. MQTT 5 clients are told `reason` by DISCONNECT; others see the end of the connection. Clients that
    /// come in meanwhile are `ClientProfile.recheck`'s to refuse.
    ///
    /// - Parameters:
    ///   - found: called once, with the number of connections that are about to be ended.
    ///   - completion: called once, with the number of connections that were ended. Both on an event loop, and never when
    ///     the reactors stop first.
    package func disconnect(
        _ selection: ClientSelection,
        reason: ReasonCode = .administrativeAction,
        at pace: DismissalPace = .atOnce,
        leaving leftovers: Leftovers = .asAfterConnectionLoss,
        found: @escaping @Sendable (_ connected: Int) -> Void = { _ in },
        completion: @escaping @Sendable (_ ended: Int) -> Void = { _ in }
    ) {
        let order = DismissalOrder(selection, reason: reason, at: pace, leaving: leftovers, on: shards.count)
        let tally = DismissalTally(shards.count, found: found) { [self] in finish(order, $0, completion) }
        for shard in shards {
            shard.reactor.post {
                Dismissal(shard: shard, order: order, found: tally.found, completion: tally.ended).begin()
            }
        }
    }

    /// As `disconnect` with callbacks; tells the number of connections that are about to be ended, or 0 once the reactors
    /// have stopped.
    package func disconnecting(
        _ selection: ClientSelection,
        reason: ReasonCode = .administrativeAction,
        at pace: DismissalPace = .atOnce,
        leaving leftovers: Leftovers = .asAfterConnectionLoss
    ) async -> Int {
        await Reply.awaiting(or: 0) { reply in
            disconnect(selection, reason: reason, at: pace, leaving: leftovers, found: reply.send)
        }
    }

    /// Which of these clients are connected now. Callable from anywhere; none once the reactors have stopped.
    package func connected(among clientIDs: [ClientID]) async -> Set<ClientID> {
        let wanted = Dictionary(grouping: clientIDs) { home(of: $0).index }
        return await withTaskGroup { group in
            for (index, clientIDs) in wanted {
                let shard = shards[index]
                group.addTask {
                    await Reply.awaiting(or: []) { reply in
                        shard.reactor.post { reply.send(clientIDs.filter(shard.isConnected)) }
                    }
                }
            }
            return await group.reduce(into: []) { $0.formUnion($1) }
        }
    }

    /// Publishes a message of the server's own, such as `$events/…`, which no client may write.
    ///
    /// Callable from any thread; does not block. Messages of one topic arrive in order. False when so many wait already that
    /// this one was dropped.
    @discardableResult
    package func publish(_ topic: TopicName, payload: [UInt8], qos: QoS = .atMostOnce) -> Bool {
        guard serverMessages.add(1, ordering: .relaxed).newValue <= Self.serverMessageLimit else {
            serverMessages.subtract(1, ordering: .relaxed)
            return false
        }
        let shard = topic.bytes.withUnsafeBytes { shards[Int(placement($0) % UInt64(shards.count))] }
        shard.reactor.post { [self] in
            serverMessages.subtract(1, ordering: .relaxed)
            shard.publish(topic, payload, qos)
        }
        return true
    }

    /// Messages of the server's own that may wait for event loops.
    private static let serverMessageLimit = 10_000

    private func finish(
        _ order: DismissalOrder,
        _ outcome: DismissalOutcome,
        _ completion: @escaping @Sendable (Int) -> Void
    ) {
        // Those of a device that is not connected, and whose session is gone, go too.
        let publishers = outcome.publishers.union(order.credentials.map { retained.mark(of: $0) })
        guard order.leftovers.retained == .drop, !publishers.isEmpty else { return completion(outcome.ended) }
        let reactor = shards[0].reactor
        reactor.post { [retained] in
            RetainedPurge(retained, of: publishers, on: reactor) { completion(outcome.ended) }.work()
        }
    }
}

/// Adds up what the shards found and did, and tells it when the last has.
private final class DismissalTally: Sendable {
    private struct State {
        var searching: Int
        var connected = 0
        var working: Int
        var outcome = DismissalOutcome()
    }

    private let state: Guarded<State>
    private let whenFound: @Sendable (Int) -> Void
    private let completion: @Sendable (DismissalOutcome) -> Void

    init(
        _ shards: Int,
        found: @escaping @Sendable (Int) -> Void,
        completion: @escaping @Sendable (DismissalOutcome) -> Void
    ) {
        state = Guarded(State(searching: shards, working: shards))
        whenFound = found
        self.completion = completion
    }

    @Sendable func found(_ connected: Int) {
        let total: Int? = state.withLock { state in
            state.searching -= 1
            state.connected += connected
            return state.searching == 0 ? state.connected : nil
        }
        if let total { whenFound(total) }
    }

    @Sendable func ended(_ outcome: DismissalOutcome) {
        let total: DismissalOutcome? = state.withLock { state in
            state.working -= 1
            state.outcome.ended += outcome.ended
            state.outcome.publishers.formUnion(outcome.publishers)
            return state.working == 0 ? state.outcome : nil
        }
        if let total { completion(total) }
    }
}
