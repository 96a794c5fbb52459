import MQTTCodec
import Reactors
import TestDevice

@testable import MQTTBroker

/// A broker whose reactors are driven by the test on its own thread, with a clock that the test moves.
///
/// A device's wait drives the reactors until they are idle: what then has not come does not come.
final class BrokerBench {
    let broker: Broker
    let reactors: [Reactor]
    /// Reactors that take no turns for now.
    var isStalled: Set<Int> = []
    /// Whether the writer takes no steps for now: the disk is busy.
    var isDiskBusy = false
    private let clock: TestClock
    private let admit: @Sendable (inout ClientProfile) -> Void

    /// Rounds without an event after which nothing is under way: more than any chain of posts and mail is long.
    private static let quietRounds = 6

    /// `admit` is what admission would find out about a client; `storage` is a store that the bench drives too.
    init(
        _ configuration: BrokerConfiguration = BrokerConfiguration(),
        shards: Int = 1,
        observer: (any BrokerObserver)? = nil,
        storage: BrokerStorage? = nil,
        clock: TestClock = TestClock(),
        admit: @escaping @Sendable (inout ClientProfile) -> Void = { _ in }
    ) throws {
        self.clock = clock
        self.admit = admit
        reactors = try (0..<shards).map { try Reactor(index: $0) { clock.now } }
        if var storage {
            storage.clock = { clock.now }
            storage.wallClock = { clock.wall }
            storage.hasThread = false
            broker = try Broker(
                configuration: configuration.forTests,
                reactors: reactors,
                observer: observer,
                storage: storage
            )
        } else {
            broker = Broker(configuration: configuration.forTests, reactors: reactors, observer: observer)
        }
        run()
    }

    deinit {
        // Streams and reactors hold each other until the streams have ended.
        for shard in broker.shards { shard.reactor.post { shard.drain(.serverShuttingDown) {} } }
        run()
        advance(by: .seconds(60))
    }

    /// A device whose connection came in on one of the reactors, nothing sent yet.
    func device(_ version: ProtocolVersion = .v5, cameInOn index: Int = 0) throws -> TestDevice {
        TestDevice(try pipe(cameInOn: index), version: version, patience: .seconds(1))
    }

    /// A device that has connected.
    func connected(
        _ name: String,
        _ version: ProtocolVersion = .v5,
        cleanStart: Bool = true,
        keepAlive: UInt16 = 0,
        will: Will? = nil,
        properties: Properties = Properties(),
        cameInOn index: Int = 0
    ) throws -> TestDevice {
        let device = try device(version, cameInOn: index)
        let connack = try device.connect(
            as: Text(name),
            cleanStart: cleanStart,
            keepAlive: keepAlive,
            will: will,
            properties: properties
        )
        guard connack.reasonCode == .success else { throw BenchError.refused(connack.reasonCode) }
        return device
    }

    func pipe(cameInOn index: Int = 0) throws -> PumpedPipe {
        let (near, far) = try SocketPipe.nonBlockingPair()
        let reactor = reactors[index]
        let (broker, admit) = (broker, admit)
        reactor.post {
            let stream = Stream(
                transport: PlainTransport(adopting: Descriptor(adopting: far)),
                peer: .unnamed,
                on: reactor,
                handler: ConnectReader(broker, admit)
            )
            stream.start()
        }
        return PumpedPipe(near) { [weak self] in self?.run() }
    }

    /// Takes turns until nothing more happens.
    func run() {
        var quietRounds = 0
        var events = reactors.map(\.statistics.events)
        while quietRounds < Self.quietRounds {
            for reactor in reactors where !isStalled.contains(reactor.index) { reactor.turn() }
            let hasWritten = !isDiskBusy && broker.writer?.step(mayWait: false) == true
            let after = reactors.map(\.statistics.events)
            quietRounds = after == events && !hasWritten ? quietRounds + 1 : 0
            events = after
        }
    }

    /// The calendar's time.
    var wall: WallTime { clock.wall }

    /// Moves the clock and lets what is due happen.
    func advance(by duration: Duration) {
        clock.advance(by: duration)
        run()
    }
}

extension BrokerConfiguration {
    /// Tests connect one client id as often as they like, unless they say how often; their clocks may stand still.
    var forTests: BrokerConfiguration {
        var configuration = self
        if connectRate == BrokerConfiguration().connectRate { configuration.connectRate = .none }
        return configuration
    }
}

enum BenchError: Error {
    case refused(ReasonCode)
}

/// The time of a bench.
final class TestClock: @unchecked Sendable {
    // Sendable: a bench is used on one thread.
    private(set) var now = MonotonicTime(nanoseconds: 1_000_000_000)
    private let start: Int64

    /// A clock that begins at `start` in the calendar, in milliseconds.
    init(start: Int64 = 1_700_000_000_000) { self.start = start }

    /// The calendar's time.
    var wall: WallTime { WallTime(milliseconds: start + Int64(now.nanoseconds / 1_000_000)) }

    func advance(by duration: Duration) { now = now.advanced(by: duration) }
}

/// What admission does, without the admission: reads CONNECT and attaches.
final class ConnectReader: StreamHandler {
    private let broker: Broker
    private let admit: @Sendable (inout ClientProfile) -> Void
    private var decoder = PacketDecoder(maximumPacketSize: 1 << 20)

    init(_ broker: Broker, _ admit: @escaping @Sendable (inout ClientProfile) -> Void = { _ in }) {
        self.broker = broker
        self.admit = admit
    }

    func streamOpened(_ stream: Stream) {}

    func stream(_ stream: Stream, received bytes: UnsafeRawBufferPointer) -> Int {
        guard let step = try? decoder.next(in: bytes) else {
            stream.close(afterFlush: false)
            return bytes.count
        }
        guard case .packet(.connect(let connect), let size) = step else { return 0 }
        let isAssigned = connect.clientIdentifier.isEmpty
        let name = isAssigned ? "assigned-\(UInt64.random(in: 0 ... .max))" : connect.clientIdentifier.string
        var client = ClientProfile(
            clientID: ClientID(name),
            clientIDWasAssigned: isAssigned,
            userName: connect.userName?.string,
            accessPoint: "test"
        )
        admit(&client)
        broker.attach(stream, connect: connect, client: client)
        return size
    }

    func stream(_ stream: Stream, closedBecause reason: StreamCloseReason) {}
}
