import MQTTCodec
import Reactors
import TestDevice
import Testing

@testable import MQTTBroker

@Suite struct BackPressureTests {
    /// Small marks, so that a test need not move megabytes.
    private static var configuration: BrokerConfiguration {
        var configuration = BrokerConfiguration()
        configuration.writeHighWaterMark = 64 << 10
        configuration.maximumQueuedMessages = 100
        configuration.maximumQueuedBytes = 256 << 10
        configuration.crossShardHighWaterMark = 64 << 10
        return configuration
    }

    private static let payload = [UInt8](repeating: 1, count: 10_000)

    /// More than sockets and marks together hold.
    private static let flood = 500

    @Test(arguments: QoS.allCases, [1, 2])
    func `a subscriber that does not read costs bounded memory and slows nobody`(qos: QoS, shards: Int) throws {
        let bench = try BrokerBench(Self.configuration, shards: shards)
        let stalled = try bench.connected("stalled", properties: [.sessionExpiryInterval(60)])
        let reading = try bench.connected("reading")
        try stalled.subscribe("t", qos: qos)
        try reading.subscribe("t", qos: qos)
        let publisher = try bench.connected("publisher")
        for _ in 0..<Self.flood {
            try publisher.publish("t", Self.payload, qos: qos)
            #expect(try reading.receiveAndAcknowledge().payload.count == Self.payload.count)
        }
        let session = try #require(bench.session("stalled"))
        let queued = session.pointee.connection?.stream.queuedBytes ?? 0
        let limit = Self.configuration.writeHighWaterMark + Self.payload.count * 2
        #expect(queued <= limit)
        #expect(session.pointee.outbound.byteCount <= Self.configuration.maximumQueuedBytes)
        let dropped = bench.broker.statistics.dropped
        #expect((dropped[qos == .atMostOnce ? .slowSubscriber : .queueFull] ?? 0) > 0)
    }

    @Test func `a subscriber that reads again gets what waited, in order`() throws {
        var configuration = Self.configuration
        configuration.maximumQueuedMessages = 1000
        configuration.maximumQueuedBytes = 16 << 20
        let bench = try BrokerBench(configuration, shards: 2)
        let slow = try bench.connected("slow", properties: [.receiveMaximum(20)])
        try slow.subscribe("t", qos: .atLeastOnce)
        let publisher = try bench.connected("publisher")
        for number in 0..<Self.flood {
            let payload = Array("\(number)".utf8) + [0] + Self.payload
            try publisher.publish("t", payload, qos: .atLeastOnce)
        }
        for number in 0..<Self.flood {
            let publish = try slow.receiveAndAcknowledge()
            #expect(publish.payload.prefix { $0 != 0 } == ArraySlice("\(number)".utf8))
        }
    }

    @Test func `a client that does not read its acknowledgements is not read either, until it does`() throws {
        let bench = try BrokerBench(Self.configuration)
        let device = try bench.connected("c")
        let burst = try (1...10_000 as ClosedRange<UInt16>).flatMap { packetID in
            try PublishPacket(topic: "t", payload: [], qos: .atLeastOnce, packetIdentifier: packetID)
                .encoded(for: .v5, from: .client)
        }
        var bursts = 0
        // The pipe gives up when the broker takes nothing more.
        while bursts < 100, (try? device.send(raw: burst)) != nil { bursts += 1 }
        #expect(bursts < 100)
        #expect(bench.broker.statistics.publishersHeldBack > 0)
        let session = try #require(bench.session("c"))
        let queued = session.pointee.connection?.stream.queuedBytes ?? 0
        #expect(queued <= Self.configuration.writeHighWaterMark * 3)
        for _ in 0..<(bursts * 10_000) {
            _ = try device.receive { if case .packet(.acknowledgement) = $0 { true } else { nil } }
        }
    }

    @Test func `a client that goes on not reading its acknowledgements is cut off by its keep-alive`() throws {
        let bench = try BrokerBench(Self.configuration)
        let device = try bench.connected("c", keepAlive: 10)
        let burst = try (1...10_000 as ClosedRange<UInt16>).flatMap { packetID in
            try PublishPacket(topic: "t", payload: [], qos: .atLeastOnce, packetIdentifier: packetID)
                .encoded(for: .v5, from: .client)
        }
        while (try? device.send(raw: burst)) != nil {}
        bench.advance(by: .seconds(14))
        #expect(bench.broker.statistics.connected == 1)
        bench.advance(by: .seconds(2))
        #expect(bench.broker.statistics.connected == 0)
    }

    @Test func `a publisher waits while the link to another shard is full, and goes on after`() throws {
        let bench = try BrokerBench(Self.configuration, shards: 2)
        let home = (0..<64).map { "client-\($0)" }.map { ($0, bench.shard(of: $0)) }
        let near = try #require(home.first { $0.1 == 0 }?.0)
        let far = try #require(home.first { $0.1 == 1 }?.0)
        let subscriber = try bench.connected(far)
        try subscriber.subscribe("t", qos: .atLeastOnce)
        let publisher = try bench.connected(near)
        let burst = try (1...200 as ClosedRange<UInt16>).flatMap { packetID in
            try PublishPacket(topic: "t", payload: Self.payload, qos: .atLeastOnce, packetIdentifier: packetID)
                .encoded(for: .v5, from: .client)
        }
        bench.isStalled = [1]
        _ = try? publisher.send(raw: burst)
        #expect(bench.broker.statistics.publishersHeldBack == 1)
        let acknowledged = bench.broker.statistics.sent[.puback] ?? 0
        #expect(acknowledged < 100)
        bench.isStalled = []
        for _ in 0..<Int(acknowledged + 1) { _ = try subscriber.receiveAndAcknowledge() }
        bench.run()
        #expect((bench.broker.statistics.sent[.puback] ?? 0) > acknowledged)
    }
}

extension BrokerBench {
    func session(_ name: String) -> UnsafeMutablePointer<Session>? {
        for shard in broker.shards {
            if let slot = shard.directory[ClientID(name)] { return shard.slots.pointee[slot].pointee.session }
        }
        return nil
    }

    func shard(of name: String) -> Int { broker.home(of: ClientID(name)).index }
}
