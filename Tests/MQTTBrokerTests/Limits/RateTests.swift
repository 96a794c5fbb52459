import MQTTCodec
import Reactors
import TestDevice
import Testing

@testable import MQTTBroker

/// How fast clients may send, connect and end. The clock is the test's.
@Suite struct RateTests {
    private static func packets(_ count: Int, payload: Int = 1) throws -> [UInt8] {
        let packet = PublishPacket(topic: "t", payload: [UInt8](repeating: 0, count: payload), packetIdentifier: 0)
        return try (0..<count).flatMap { _ in try packet.encoded(for: .v5, from: .client) }
    }

    @Test func `a client that publishes too fast is read at its rate, and loses nothing`() throws {
        var configuration = BrokerConfiguration()
        configuration.messageRate = RateLimit(100, burst: 50)
        let bench = try BrokerBench(configuration)
        let device = try bench.connected("c", keepAlive: 1)
        try device.send(raw: Self.packets(200))
        var received: UInt64 { bench.broker.statistics.received[.publish] ?? 0 }
        // The burst, and the one that found the bucket empty.
        #expect(received == 51)
        bench.pass(.seconds(1))
        #expect((145...155).contains(received), "\(received)")
        bench.pass(.seconds(1))
        #expect(received == 200)
        #expect(bench.broker.statistics.connected == 1, "who is not read is not blamed for its silence")
        #expect(bench.broker.statistics.rateHolds > 0)
        #expect(bench.broker.statistics.publishersHeldBack == 0)
    }

    @Test func `bytes have a rate too, and a large packet is paid for afterwards`() throws {
        var configuration = BrokerConfiguration()
        configuration.byteRate = RateLimit(1000, burst: 1000)
        let bench = try BrokerBench(configuration)
        let device = try bench.connected("c")
        try device.send(raw: Self.packets(1, payload: 5000))
        try device.send(raw: Self.packets(1))
        var received: UInt64 { bench.broker.statistics.received[.publish] ?? 0 }
        #expect(received == 1)
        bench.advance(by: .seconds(3))
        #expect(received == 1)
        bench.advance(by: .seconds(2))
        #expect(received == 2)
    }

    @Test func `what a packet costs is never more than a minute`() throws {
        var configuration = BrokerConfiguration()
        configuration.byteRate = RateLimit(1, burst: 1)
        let bench = try BrokerBench(configuration)
        let device = try bench.connected("c")
        try device.send(raw: Self.packets(1, payload: 100_000))
        try device.send(raw: Self.packets(1))
        bench.advance(by: .seconds(59))
        #expect(bench.broker.statistics.received[.publish] == 1)
        bench.advance(by: .seconds(2))
        #expect(bench.broker.statistics.received[.publish] == 2)
    }

    @Test(arguments: ProtocolVersion.allCases)
    func `with rateExceeded: disconnect it is sent away`(version: ProtocolVersion) throws {
        var configuration = BrokerConfiguration()
        configuration.messageRate = RateLimit(10, burst: 10)
        configuration.rateExceeded = .disconnect
        let bench = try BrokerBench(configuration)
        let device = try bench.connected("c", version)
        for _ in 0..<10 { try device.publish("t", text: "x") }
        try device.ping()
        try device.publish("t", text: "x")
        let last: [TestDevice.Received] =
            version == .v5 ? [.packet(.disconnect(DisconnectPacket(reasonCode: .messageRateTooHigh)))] : []
        #expect(try device.receiveUntilClosed() == last)
        #expect(bench.broker.statistics.rateDisconnects == 1)
    }

    @Test func `one client's flood does not hold another`() throws {
        var configuration = BrokerConfiguration()
        configuration.messageRate = RateLimit(10, burst: 10)
        let bench = try BrokerBench(configuration)
        let flood = try bench.connected("flood")
        let other = try bench.connected("other")
        try flood.send(raw: Self.packets(1000))
        #expect(try other.publish("t", text: "x", qos: .atLeastOnce) == .noMatchingSubscribers)
    }

    @Test func `subscribing and giving up have a rate`() throws {
        var configuration = BrokerConfiguration()
        configuration.subscriptionRate = RateLimit(10, burst: 20)
        let bench = try BrokerBench(configuration)
        let device = try bench.connected("c")
        let change = try (1...30 as ClosedRange<UInt16>).flatMap { packetID in
            try SubscribePacket(packetIdentifier: packetID, [Subscription("a")]).encoded(for: .v5, from: .client)
                + UnsubscribePacket(packetIdentifier: packetID, ["a"]).encoded(for: .v5, from: .client)
        }
        try device.send(raw: change)
        let before = bench.broker.statistics.received
        #expect((before[.subscribe] ?? 0) + (before[.unsubscribe] ?? 0) == 21)
        bench.pass(.seconds(5))
        #expect(bench.broker.statistics.received[.unsubscribe] == 30)
    }

    @Test func `a connection that ends while it is held leaves nothing behind`() throws {
        var configuration = BrokerConfiguration()
        configuration.messageRate = RateLimit(1, burst: 1)
        let bench = try BrokerBench(configuration)
        let device = try bench.connected("c")
        try device.send(raw: Self.packets(10))
        bench.broker.disconnect(clientID: ClientID("c"), reason: .administrativeAction)
        bench.run()
        #expect(bench.broker.statistics.connected == 0)
        bench.advance(by: .seconds(120))
        #expect(bench.broker.shards[0].openConnections == 0)
    }

    // MARK: Connections

    /// Notes who connects too often.
    private final class Witness: BrokerObserver, @unchecked Sendable {
        // Sendable: a bench is used on one thread.
        var told: [String] = []

        func clientConnected(_ client: ConnectedClient) {}
        func clientDisconnected(_: ConnectedClient, because _: DisconnectCause, after _: ConnectionTraffic) {}
        func clientConnectsTooOften(_ client: ClientProfile, from peer: SocketAddress) {
            told.append(client.clientID.description)
        }
    }

    @Test func `two devices of one id that take each other over are slowed down, and named`() throws {
        var configuration = BrokerConfiguration()
        configuration.connectRate = RateLimit(6, per: .seconds(60), burst: 3)
        let witness = Witness()
        let bench = try BrokerBench(configuration, observer: witness)
        var devices: [TestDevice] = []
        func connect() throws -> ReasonCode {
            let device = try bench.device()
            devices.append(device)
            return try device.connect(as: "twin").reasonCode
        }
        #expect(try (0..<3).map { _ in try connect() } == [.success, .success, .success])
        #expect(try connect() == .connectionRateExceeded)
        #expect(bench.broker.statistics.connected == 1, "the one that is there stays")
        #expect(try bench.device().connect(as: "other").reasonCode == .success)
        bench.advance(by: .seconds(10))
        #expect(try [connect(), connect()] == [.success, .connectionRateExceeded])
        #expect(witness.told == ["twin"])
        bench.advance(by: .seconds(60))
        for _ in 0..<4 { _ = try connect() }
        #expect(witness.told == ["twin", "twin"])
        #expect(bench.broker.statistics.refusedConnects == 3)
    }

    @Test func `ids that have been quiet are forgotten, and there is a bound on all`() {
        var rates = ConnectRates(RateLimit(60, per: .seconds(60), burst: 1).pace())
        var now = MonotonicTime(nanoseconds: 1_000_000_000)
        for number in 0..<70_000 { #expect(rates.verdict(on: ClientID("\(number)"), at: now) == .admitted) }
        #expect(rates.count == 65_536)
        now = now.advanced(by: .seconds(2))
        #expect(rates.verdict(on: ClientID("new"), at: now) == .admitted)
        #expect(rates.count == 1)
        #expect(rates.verdict(on: ClientID("new"), at: now) == .tooOften(isNews: true))
    }

    // MARK: Wills

    @Test func `wills of very many clients go out one after the other`() throws {
        var configuration = BrokerConfiguration()
        configuration.willRate = RateLimit(10, burst: 5)
        let bench = try BrokerBench(configuration)
        let watcher = try bench.connected("watcher")
        try watcher.subscribe("w/+")
        let devices = try (0..<20).map { number in
            try bench.connected("d\(number)", will: Will(topic: TopicName("w/\(number)"), payload: [1]))
        }
        for device in devices { device.vanish() }
        bench.run()
        #expect(try watcher.receiveAllPublished().count == 5)
        #expect(bench.broker.statistics.delayedWills == 15)
        bench.pass(.seconds(1))
        #expect((9...11).contains(try watcher.receiveAllPublished().count))
        bench.pass(.seconds(1))
        #expect((4...6).contains(try watcher.receiveAllPublished().count))
        #expect(bench.broker.shards[0].wills.count == 0)
    }

    @Test func `a will that waits goes out before its client says anything new`() throws {
        var configuration = BrokerConfiguration()
        configuration.willRate = RateLimit(1, per: .seconds(3600), burst: 1)
        let bench = try BrokerBench(configuration)
        let watcher = try bench.connected("watcher")
        try watcher.subscribe("state/+")
        for name in ["first", "second"] {
            let will = Will(topic: try TopicName("state/\(name)"), payload: Array("gone".utf8))
            try bench.connected(name, will: will).vanish()
            bench.run()
        }
        #expect(try watcher.receiveAllPublished().map(\.topic) == ["state/first"])
        let again = try bench.connected("second")
        try again.publish("state/second", text: "here")
        try again.ping()
        #expect(try watcher.receiveAllPublished().map(\.text) == ["gone", "here"])
    }
}

extension BrokerBench {
    /// Lets time pass in steps, so that what is due happens when it is.
    fileprivate func pass(_ duration: Duration) {
        for _ in 0..<Int(duration / .milliseconds(10)) { advance(by: .milliseconds(10)) }
    }
}
