import Glibc
import MQTTCodec
import Reactors

@testable import MQTTBroker

/// A broker on two reactors that are driven by hand, with a clock that only the script moves, and its clients.
final class World {
    let broker: Broker
    let clients: [FuzzedClient]
    private let reactors: [Reactor]
    private let clock = Clock()
    private let doorman: Doorman

    /// Rounds without an event after which nothing is under way.
    private static let quietRounds = 6

    init() throws {
        let clock = clock
        reactors = try (0..<2).map { try Reactor(index: $0) { clock.now } }
        broker = Broker(configuration: Self.configuration, reactors: reactors)
        let ledger = Ledger()
        clients = (0..<4).map { _ in FuzzedClient(ledger) }
        doorman = Doorman(broker)
        run()
    }

    /// Bounds so narrow that a short script meets them.
    static let configuration: BrokerConfiguration = {
        var configuration = BrokerConfiguration()
        configuration.maximumPacketSize = 512
        configuration.systemInterval = .zero
        configuration.receiveMaximum = 4
        configuration.inFlightWindow = 6
        configuration.maximumQueuedMessages = 10
        configuration.maximumQueuedBytes = 1000
        configuration.queuesQoS0WhileOffline = true
        configuration.writeHighWaterMark = 2048
        configuration.crossShardHighWaterMark = 1024
        configuration.maximumSubscriptionsPerClient = 6
        configuration.topics.maximumLevels = 3
        configuration.maximumRetainedMessages = 4
        configuration.maximumSessions = 3
        configuration.topicAliasMaximum = 2
        configuration.outboundTopicAliases = 2
        return configuration
    }()

    /// A new connection; gives the client's end of it.
    func open() -> Int32? {
        var ends: [Int32] = [-1, -1]
        let kind = Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue) | Int32(SOCK_NONBLOCK.rawValue)
        guard socketpair(AF_UNIX, kind, 0, &ends) == 0 else { return nil }
        let (far, reactor, doorman) = (ends[1], reactors[0], doorman)
        reactor.post {
            let transport = PlainTransport(adopting: Descriptor(adopting: far))
            Stream(transport: transport, peer: .unnamed, on: reactor, handler: doorman).start()
        }
        return ends[0]
    }

    func advance(by duration: Duration) {
        clock.now = clock.now.advanced(by: duration)
        // A timer is due in the turn that sees the new time.
        run()
    }

    /// Takes turns, with the clients reading, until nothing more happens.
    func run() {
        var quietRounds = 0
        var events = reactors.map(\.statistics.events)
        while quietRounds < Self.quietRounds {
            for reactor in reactors { reactor.turn() }
            for client in clients { client.read() }
            let after = reactors.map(\.statistics.events)
            quietRounds = after == events ? quietRounds + 1 : 0
            events = after
        }
    }

    /// Ends everything and looks whether the books are balanced.
    func end() {
        for client in clients { client.vanish() }
        run()
        precondition(broker.statistics.connected == 0, "\(broker.statistics.connected) connections of none")
        precondition(broker.statistics.sessions <= Self.configuration.maximumSessions)
        precondition(broker.statistics.retainedMessages <= Self.configuration.maximumRetainedMessages)
        for shard in broker.shards { shard.reactor.post { shard.drain(.serverShuttingDown) {} } }
        run()
        advance(by: .seconds(60))
    }

    // Sendable: the reactors are driven on the thread that moves the clock.
    private final class Clock: @unchecked Sendable {
        var now = MonotonicTime(nanoseconds: 1_000_000_000)
    }
}

/// Lets everybody in under the name that its CONNECT says.
// Sendable: the reactors are driven on one thread.
private final class Doorman: StreamHandler, @unchecked Sendable {
    private let broker: Broker

    init(_ broker: Broker) { self.broker = broker }

    func streamOpened(_ stream: Stream) {}

    func stream(_ stream: Stream, received bytes: UnsafeRawBufferPointer) -> Int {
        var decoder = PacketDecoder(maximumPacketSize: World.configuration.maximumPacketSize)
        guard let step = try? decoder.next(in: bytes) else {
            stream.close(afterFlush: false)
            return bytes.count
        }
        guard case .packet(.connect(let connect), let size) = step else { return 0 }
        let isAssigned = connect.clientIdentifier.isEmpty
        let clientID = isAssigned ? ClientID("assigned") : ClientID(connect.clientIdentifier)
        let client = ClientProfile(clientID: clientID, clientIDWasAssigned: isAssigned, accessPoint: "fuzz")
        broker.attach(stream, connect: connect, client: client)
        return size
    }

    func stream(_ stream: Stream, closedBecause reason: StreamCloseReason) {}
}
