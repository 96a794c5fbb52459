import Glibc
import MQTTCodec
import Reactors
import TestDevice
import Testing

@testable import MQTTBroker

/// What a delivery costs from the publisher's bytes to the receiver's write, and what a subscription weighs.
///
/// No tests: run by hand with SLUICE_MEASURE set, in release mode with `-Xswiftc -enable-testing`.
@Suite(.serialized, .enabled(if: getenv("SLUICE_MEASURE") != nil))
struct Measurements {
    @Test(arguments: [1000, 10_000, 100_000, 1_000_000])
    func `deliveries beside many subscriptions`(count: Int) throws {
        let loop = try MeasuredLoop()
        let before = residentBytes()
        loop.fill(count)
        let weight = count >= 100_000 ? "\((residentBytes() - before) / count) B each" : "-"
        let one = try loop.connect("one", subscribing: ["to/one"], qos: .atMostOnce)
        let two = try loop.connect("two", subscribing: ["to/two"], qos: .atLeastOnce)
        let fanned = try (0..<500).map { try loop.connect("f\($0)", subscribing: ["to/all/+"], qos: .atMostOnce) }
        let publisher = try loop.connect("publisher", subscribing: [], qos: .atMostOnce)
        let payload = [UInt8](repeating: 1, count: 100)
        func packets(_ topics: [String], _ qos: QoS = .atMostOnce) throws -> [UInt8] {
            try topics.flatMap { topic in
                try PublishPacket(
                    topic: try TopicName(topic),
                    payload: payload,
                    qos: qos,
                    packetIdentifier: qos > .atMostOnce ? 1 : 0
                )
                .encoded(for: .v5, from: .client)
            }
        }
        let hundred = try packets([String](repeating: "to/one", count: 100))
        let plain = loop.nanoseconds(each: 100, rounds: 5000) { loop.feed(publisher, hundred) }
        let once = try packets(["to/one"])
        let single = loop.nanoseconds(each: 1, rounds: 100_000) { loop.feed(publisher, once) }
        let wide = try packets(["to/all/x"])
        let fan = loop.nanoseconds(each: 500, rounds: 2000) { loop.feed(publisher, wide) }
        let acknowledged = try packets([String](repeating: "to/two", count: 100), .atLeastOnce)
        var next: UInt16 = 0
        let qos1 = loop.nanoseconds(each: 100, rounds: 2000) {
            loop.feed(publisher, acknowledged)
            loop.feed(two, loop.pubacks(100, after: &next))
        }
        var random = SeededGenerator(seed: 1)
        let misses = try packets((0..<100).map { _ in "dev/\(Int.random(in: 0..<count, using: &random))/no/such" })
        let miss = loop.nanoseconds(each: 100, rounds: 1000) {
            // A change of the tree makes every remembered match stale.
            loop.touchTree()
            loop.feed(publisher, misses)
        }
        print(
            """
            \(count) subscriptions (\(weight)): 1:1 in batches \(plain) ns, 1:1 a turn each \(single) ns, \
            QoS 1 with PUBACK both ways \(qos1) ns, 1:500 \(fan) ns, match without memory \(miss) ns
            """
        )
        withExtendedLifetime((one, fanned)) {}
    }

    @Test(arguments: [0, 3, 1000, 100_000])
    func `messages under rules of an ACL file`(rules count: Int) throws {
        let loop = try MeasuredLoop()
        if count > 0 {
            let users = (0..<(count / 3)).flatMap {
                ["user u\($0)", "topic read news/\($0)/#", "topic write up/\($0)/+"]
            }
            let patterns = [
                "pattern readwrite dev/%c/#", "pattern read to/+", "pattern write to/+/%c", "pattern write to/one",
            ]
            let file = try ACLFile(Array((users + patterns).joined(separator: "\n").utf8))
            loop.broker.use(AccessRules(file))
            loop.reactor.turn()
        }
        let one = try loop.connect("one", subscribing: ["to/one"], qos: .atMostOnce)
        let publisher = try loop.connect("publisher", subscribing: [], qos: .atMostOnce)
        let packet = try PublishPacket(topic: "to/one", payload: [UInt8](repeating: 1, count: 100), packetIdentifier: 0)
            .encoded(for: .v5, from: .client)
        let hundred = [[UInt8]](repeating: packet, count: 100).flatMap(\.self)
        let plain = loop.nanoseconds(each: 100, rounds: 5000) { loop.feed(publisher, hundred) }
        print("\(count) rules: 1:1 in batches \(plain) ns")
        withExtendedLifetime(one) {}
    }

    @Test func `sizes of what every client costs`() {
        print(
            """
            Session \(MemoryLayout<Session>.size) B, slot \(MemoryLayout<SessionSlot>.stride) B, \
            connection state \(MemoryLayout<ConnectionState>.size) B, client \(MemoryLayout<ConnectedClient>.size) B, \
            certificate \(MemoryLayout<CredentialEntry>.stride) B, message \(MemoryLayout<MessageHeader>.stride) B, \
            subscription entry \(MemoryLayout<SubscriptionEntry>.stride) B, \
            node \(MemoryLayout<SubscriptionNode>.stride) B, level \(MemoryLayout<Level>.stride) B
            """
        )
    }

    private func residentBytes() -> Int {
        guard let file = fopen("/proc/self/statm", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 200)
        guard fgets(&line, Int32(line.count), file) != nil else { return 0 }
        let fields = String(decoding: line.map { UInt8(bitPattern: $0) }, as: UTF8.self).split(separator: " ")
        return (Int(fields[1]) ?? 0) * 4096
    }
}

/// One shard on a reactor that the measurement drives, with connections that write into nothing.
private final class MeasuredLoop {
    let reactor: Reactor
    let broker: Broker
    /// Held open, so that no turn hears of a hang-up.
    private var farEnds: [Int32] = []
    private var list = SubscriptionList()
    private var churn = SubscriptionList()
    private let ghost = SessionHandle(slot: 1, generation: .max, shard: 63)

    init() throws {
        var configuration = BrokerConfiguration()
        configuration.receiveMaximum = .max
        reactor = try Reactor()
        broker = Broker(configuration: configuration, reactors: [reactor])
        reactor.turn()
    }

    deinit {
        for descriptor in farEnds { close(descriptor) }
    }

    /// Subscriptions of somebody else, none of which matches.
    func fill(_ count: Int) {
        for number in 0..<count { subscribe("dev/\(number)/cmd", in: &list) }
    }

    func touchTree() {
        subscribe("churn", in: &churn)
    }

    private func subscribe(_ filter: String, in list: inout SubscriptionList) {
        Array(filter.utf8).withUnsafeBytes {
            _ = broker.shards[0].subscriptions.subscribe(
                filter: $0,
                group: nil,
                session: ghost,
                options: DeliveryOptions(qos: .atMostOnce),
                identifier: 0,
                limit: .max,
                in: &list
            )
        }
    }

    func connect(_ name: String, subscribing filters: [String], qos: QoS) throws -> ClientConnection {
        let (near, far) = try SocketPipe.nonBlockingPair()
        farEnds.append(near)
        let stream = Stream(
            transport: NullTransport(far),
            peer: .unnamed,
            on: reactor,
            handler: ConnectReader(broker)
        )
        stream.start()
        reactor.turn()
        let connect = ConnectPacket(clientIdentifier: try Text(name), properties: [.receiveMaximum(.max)])
        broker.attach(stream, connect: connect, client: ClientProfile(clientID: ClientID(name), accessPoint: ""))
        for _ in 0..<3 { reactor.turn() }
        let shard = broker.shards[0]
        let slot = try #require(shard.directory[ClientID(name)])
        let known = shard.slots.pointee[slot].pointee.session.pointee.connection
        let connection = try #require(known)
        for filter in filters {
            let packet = SubscribePacket(
                packetIdentifier: 1,
                [Subscription(try TopicFilter(filter), options: SubscriptionOptions(maximumQoS: qos))]
            )
            feed(connection, try packet.encoded(for: .v5, from: .client))
        }
        reactor.turn()
        return connection
    }

    func feed(_ connection: ClientConnection, _ bytes: [UInt8]) {
        let consumed = bytes.withUnsafeBytes { connection.stream(connection.stream, received: $0) }
        precondition(consumed == bytes.count)
    }

    /// PUBACKs of a receiver whose identifiers go round.
    func pubacks(_ count: Int, after last: inout UInt16) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<count {
            last = last == .max ? 1 : last + 1
            bytes += [0x40, 2, UInt8(last >> 8), UInt8(last & 0xFF)]
        }
        return bytes
    }

    /// The median of nine runs, for each of `each` deliveries in a round.
    func nanoseconds(each: Int, rounds: Int, _ round: () -> Void) -> Int {
        var samples: [Int] = []
        for _ in 0..<9 {
            let start = ContinuousClock.now
            for _ in 0..<rounds {
                round()
                reactor.turn()
            }
            let time = ContinuousClock.now - start
            samples.append(Int(time / .nanoseconds(1)) / (rounds * each))
        }
        return samples.sorted()[samples.count / 2]
    }
}

/// A transport that takes everything and gives nothing.
private final class NullTransport: StreamTransport {
    let descriptor: Int32

    init(_ descriptor: Int32) { self.descriptor = descriptor }

    func open() -> TransportStep { .ready }
    func read(into buffer: UnsafeMutableRawBufferPointer) -> TransportStep { .wantRead }
    func write(_ bytes: UnsafeRawBufferPointer) -> TransportStep { .bytes(bytes.count) }
    var hasBufferedInput: Bool { false }
    func finish() -> TransportStep { .ready }
    func close() { _ = Glibc.close(descriptor) }
}
