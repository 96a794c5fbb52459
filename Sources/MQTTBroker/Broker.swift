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
    /// Who writes what outlives the broker; nil without a store.
    let writer: StoreWriter?
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
        self.init(configuration, reactors.reactors, observer, nil)
    }

    /// As above, with all that `storage` has kept: sessions, messages, retained messages. Blocks until they are read.
    ///
    /// - Throws: why what is stored cannot be read. Nothing was changed then.
    package convenience init(
        configuration: BrokerConfiguration,
        reactors: ReactorGroup,
        observer: (any BrokerObserver)? = nil,
        storage: BrokerStorage
    ) throws(StoreError) {
        try self.init(configuration: configuration, reactors: reactors.reactors, observer: observer, storage: storage)
    }

    /// A broker on reactors that something else drives.
    convenience init(configuration: BrokerConfiguration, reactors: [Reactor], observer: (any BrokerObserver)? = nil) {
        self.init(configuration, reactors, observer, nil)
    }

    /// A broker with a store, on reactors that something else drives.
    convenience init(
        configuration: BrokerConfiguration,
        reactors: [Reactor],
        observer: (any BrokerObserver)? = nil,
        storage: BrokerStorage
    ) throws(StoreError) {
        let clocks = ClockPair(monotonic: storage.clock(), wall: storage.wallClock())
        let graveyard = Graveyard()
        let contents = try StoredContents(of: storage.store, clocks, graveyard)
        self.init(configuration, reactors, observer, (storage, graveyard, contents))
        restore(contents, clocks)
        guard let writer else { return }
        try writer.begin(shards.map { $0.keep(by: writer) })
    }

    private init(
        _ configuration: BrokerConfiguration,
        _ reactors: [Reactor],
        _ observer: (any BrokerObserver)?,
        _ kept: (storage: BrokerStorage, graveyard: Graveyard, contents: StoredContents)?
    ) {
        var configuration = configuration
        configuration.topics.maximumLevels = min(
            configuration.topics.maximumLevels,
            BrokerConfiguration.topicLevelCeiling
        )
        let subscriptions = SubscriptionIndex()
        let retained = RetainedStore(
            maximumCount: configuration.maximumRetainedMessages,
            maximumBytes: configuration.maximumRetainedBytes,
            publisherKey: kept?.contents.publisherKey ?? .random(in: 1 ... .max),
            journal: RetainedJournal(isKept: kept != nil),
            system: RetainedStore(maximumCount: .max, maximumBytes: .max)
        )
        let numbers = RecordNumbers(after: kept?.contents.lastNumber ?? 0)
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
                observer: observer,
                numbers: numbers
            )
        }
        for source in shards {
            source.connect(to: shards)
        }
        self.shards = shards
        self.retained = retained
        self.subscriptions = subscriptions
        writer = kept.map { StoreWriter($0.storage, retained: retained, graveyard: $0.graveyard) }
    }

    deinit {
        // Before the sessions go: their messages are not to go from the store with them.
        writer?.stop()
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
        statistics.retainedBytes = retained.byteCount
        statistics.sharedSubscriptions = subscriptions.sharedCount
        (statistics.heldMessages, statistics.heldBytes) = HeldMessages.ofProcess.total
        return statistics
    }

    /// Ends every connection with `reason` (5.0) and returns when all have closed; a client that does not read its last
    /// bytes is cut off after `closeDeadline`. From now on CONNECT is refused. Wills are neither published nor sent; those
    /// of sessions that outlive the broker are published after it has been started again. Then all is stored.
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
        await finishStoring()
    }

    /// The shard that a client's session lives on.
    func home(of clientID: ClientID) -> BrokerShard {
        let hash = clientID.bytes.withUnsafeBytes { placement($0) }
        return shards[Int(hash % UInt64(shards.count))]
    }
}
