package import MQTTCodec
package import Reactors
import Synchronization

/// An MQTT broker over a group of reactors: one shard per reactor, a client's session always on the same one.
package final class Broker: Sendable {
    let shards: [BrokerShard]
    let retained: RetainedStore
    let subscriptions: SubscriptionIndex
    /// Lists of clients that somebody goes through page by page.
    let clientWindows = ClientWindows()
    let placement = KeyedHash()
    /// Messages of the server's own that wait for their event loop.
    let serverMessages = Atomic<Int>(0)

    /// Shards at most, since a message's way is a mask of them; reactors beyond it only pass clients on.
    private static let shardLimit = UInt64.bitWidth

    /// Makes a broker whose shards run on `reactors`; nothing is served before the first `attach`.
    ///
    /// Keep it until the reactors have stopped.
    package convenience init(
        configuration: BrokerConfiguration,
        reactors: ReactorGroup,
        observer: (any BrokerObserver)? = nil
    ) {
        self.init(configuration: configuration, reactors: reactors.reactors, observer: observer)
    }

    /// A broker on reactors that something else drives.
    init(configuration: BrokerConfiguration, reactors: [Reactor], observer: (any BrokerObserver)? = nil) {
        var configuration = configuration
        configuration.topics.maximumLevels = min(
            configuration.topics.maximumLevels,
            BrokerConfiguration.topicLevelCeiling
        )
        let subscriptions = SubscriptionIndex()
        let retained = RetainedStore(
            maximumCount: configuration.maximumRetainedMessages,
            maximumBytes: configuration.maximumRetainedBytes,
            system: RetainedStore(maximumCount: .max, maximumBytes: .max)
        )
        let sessionCount = SessionCount(limit: configuration.maximumSessions)
        let shards = reactors.prefix(Self.shardLimit).enumerated().map { index, reactor in
            BrokerShard(
                index: index,
                reactor: reactor,
                configuration: configuration,
                subscriptions: subscriptions,
                retained: retained,
                sessionCount: sessionCount,
                shardCount: min(reactors.count, Self.shardLimit),
                observer: observer
            )
        }
        for source in shards {
            source.connect(to: shards)
        }
        self.shards = shards
        self.retained = retained
        self.subscriptions = subscriptions
    }

    /// Serves an admitted client: moves its stream to the home shard of its id, answers its CONNECT, and goes on.
    ///
    /// Called on the stream's reactor. The broker owns the stream from here on; who had it hears nothing more of it.
    package func attach(_ stream: Stream, connect: ConnectPacket, client: ClientProfile) {
        let home = home(of: client.clientID)
        stream.move(to: home.reactor) { stream in home.accept(stream, connect, client) }
    }

    /// Ends the connection of a client, if it has one; its session is kept as after any other loss of connection.
    ///
    /// Callable from any thread; does not block. MQTT 5 clients are told `reason` by DISCONNECT.
    package func disconnect(clientID: ClientID, reason: ReasonCode) {
        let home = home(of: clientID)
        home.reactor.post { home.disconnect(clientID, reason) }
    }

    /// What the broker has done and holds. Callable from any thread.
    package var statistics: BrokerStatistics {
        var statistics = BrokerStatistics()
        for shard in shards { shard.counters.contribute(to: &statistics) }
        statistics.retainedMessages = retained.count
        statistics.sharedSubscriptions = subscriptions.sharedCount
        (statistics.heldMessages, statistics.heldBytes) = HeldMessages.ofProcess.total
        return statistics
    }

    /// Ends every connection with `reason` (5.0) and returns when all have closed; a client that does not read its last
    /// bytes is cut off after `closeDeadline`. From now on CONNECT is refused. Wills are neither published nor sent.
    package func drain(reason: ReasonCode = .serverShuttingDown) async {
        await withTaskGroup { group in
            for shard in shards {
                group.addTask {
                    await withCheckedContinuation { continuation in
                        shard.reactor.post { shard.drain(reason) { continuation.resume() } }
                    }
                }
            }
        }
    }

    /// The shard that a client's session lives on.
    func home(of clientID: ClientID) -> BrokerShard {
        let hash = clientID.bytes.withUnsafeBytes { placement($0) }
        return shards[Int(hash % UInt64(shards.count))]
    }
}
