import MQTTCodec
import Reactors
import TestDevice
import Testing

@testable import MQTTBroker

/// What a broker holds when clients send as much as they can of one thing: the bound is stated in each test, with the
/// others' answers.
@Suite struct FloodTests {
    @Test func `65,535 QoS 2 messages that are never released cost two bytes each`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", .v3_1_1)
        let other = try bench.connected("other")
        for start in stride(from: 1, through: 65_535, by: 5000) {
            let burst = try (start...min(start + 4999, 65_535)).flatMap { number in
                try PublishPacket(topic: "t", payload: [], qos: .exactlyOnce, packetIdentifier: UInt16(number))
                    .encoded(for: .v3_1_1, from: .client)
            }
            try device.send(raw: burst)
            _ = try device.receiveAllPublished()
        }
        let session = try #require(bench.session("c"))
        #expect(session.pointee.inbound.count == 65_535)
        // One identifier more cannot be; the first one again is the same message.
        try device.send(PublishPacket(topic: "t", payload: [], qos: .exactlyOnce, packetIdentifier: 1))
        try device.ping()
        #expect(session.pointee.inbound.count == 65_535)
        #expect(try other.publish("t", text: "x", qos: .atLeastOnce) == .noMatchingSubscribers)
    }

    @Test func `retained messages stop at their bound, and the broker goes on`() throws {
        var configuration = BrokerConfiguration()
        configuration.maximumRetainedMessages = 100_000
        let bench = try BrokerBench(configuration)
        let device = try bench.connected("c")
        for start in stride(from: 0, to: 100_000, by: 2000) {
            let burst = try (start..<(start + 2000)).flatMap { number in
                try PublishPacket(topic: TopicName("r/\(number)"), payload: [1], retain: true, packetIdentifier: 0)
                    .encoded(for: .v5, from: .client)
            }
            try device.send(raw: burst)
        }
        #expect(bench.broker.statistics.retainedMessages == 100_000)
        #expect(try device.publish("r/more", [1], qos: .atLeastOnce, retain: true) == .quotaExceeded)
        #expect(try device.publish("r/1", [2], qos: .atLeastOnce, retain: true) == .noMatchingSubscribers)
        #expect(bench.broker.statistics.retainedMessages == 100_000)
        #expect(bench.broker.statistics.dropped[.retainedFull] == 1)
    }

    @Test func `topics of 32,000 levels are refused before anything is made of them`() throws {
        let bench = try BrokerBench()
        let deep = [UInt8](repeating: UInt8(ascii: "/"), count: 32_000)
        let device = try bench.connected("c")
        #expect(try device.publish(TopicName(deep), text: "x", qos: .atLeastOnce) == .topicNameInvalid)
        #expect(try device.subscribe(TopicFilter(deep)).reasonCodes == [.topicFilterInvalid])
        let will = Will(topic: try TopicName(deep), payload: [])
        #expect(try bench.device().connect(as: "w", will: will).reasonCode == .topicNameInvalid)
        try bench.use("user bob\ntopic #")
        #expect(try device.publish(TopicName(deep), text: "x", qos: .atLeastOnce) == .topicNameInvalid)
    }

    @Test func `a claimed length allocates nothing`() throws {
        let bench = try BrokerBench()
        let devices = try (0..<200).map { try bench.connected("d\($0)") }
        // PUBLISH of a megabyte, of which ten bytes come.
        let beginning: [UInt8] = [0x30, 0xF0, 0xFF, 0x3F, 0, 1, 0x74, 0, 1, 2]
        for device in devices { try device.send(raw: beginning) }
        bench.run()
        // The claim was 200 MiB.
        #expect(try devices.indices.map { try bench.unreadBytes(of: "d\($0)") }.max() == beginning.count)
        for device in devices { #expect(throws: DeviceError.self) { try device.ping() } }
        #expect(bench.broker.statistics.connected == 200)
    }

    @Test func `half-sent packets of the largest size cost what has come, and end with their connections`() throws {
        let bench = try BrokerBench()
        let devices = try (0..<40).map { try bench.connected("d\($0)", keepAlive: 10) }
        let half = [0x30, 0xF0, 0xFF, 0x3F, 0, 1, 0x74, 0] + [UInt8](repeating: 0, count: 512 << 10)
        for device in devices { try device.send(raw: half) }
        #expect(try devices.indices.map { try bench.unreadBytes(of: "d\($0)") }.max() == half.count)
        let other = try bench.connected("other")
        #expect(try other.publish("t", text: "x", qos: .atLeastOnce) == .noMatchingSubscribers)
        // The rest never comes: no packet, no life.
        bench.advance(by: .seconds(16))
        #expect(bench.broker.statistics.connected == 1)
    }

    @Test(arguments: ["PINGREQ", "PUBLISH", "SUBSCRIBE", "UNSUBSCRIBE"])
    func `a flood of small packets takes turns with everybody else`(kind: String) throws {
        let bench = try BrokerBench()
        let device = try bench.connected("flood")
        let packet: [UInt8] =
            switch kind {
            case "PINGREQ": [0xC0, 0]
            case "PUBLISH":
                try PublishPacket(topic: "t", payload: [], packetIdentifier: 0).encoded(for: .v5, from: .client)
            case "SUBSCRIBE":
                try SubscribePacket(packetIdentifier: 1, [Subscription("a")]).encoded(for: .v5, from: .client)
            default: try UnsubscribePacket(packetIdentifier: 1, ["a"]).encoded(for: .v5, from: .client)
            }
        let flood = [UInt8](repeating: 0, count: 200_000 / packet.count).flatMap { _ in packet }
        // More than is read at once stays in the socket: the pipe may give up.
        _ = try? device.send(raw: flood)
        let other = try bench.connected("other")
        #expect(try other.publish("x", text: "x", qos: .atLeastOnce) == .noMatchingSubscribers)
        let session = try #require(bench.session("flood"))
        let queued = session.pointee.connection?.stream.queuedBytes ?? 0
        #expect(queued <= BrokerConfiguration().writeHighWaterMark * 3)
    }

    @Test func `thousands of ever new clients leave nothing behind`() throws {
        var configuration = BrokerConfiguration()
        configuration.connectRate = RateLimit(60, per: .seconds(60), burst: 2)
        let bench = try BrokerBench(configuration)
        func life(_ number: Int) throws {
            let device = try bench.connected("c\(number)")
            try device.disconnect()
            _ = try device.receiveUntilClosed()
        }
        for number in 0..<5000 { try life(number) }
        let statistics = bench.broker.statistics
        #expect(statistics.sessions == 0 && statistics.connected == 0)
        let shard = bench.broker.shards[0]
        #expect(shard.openConnections == 0 && shard.directory.isEmpty && shard.wills.count == 0)
        // What is remembered is how often they came.
        #expect(shard.connectRates.count == 5000)
    }
}

extension BrokerBench {
    /// Bytes of a client that have come and are part of no whole packet yet.
    fileprivate func unreadBytes(of name: String) throws -> Int {
        let connection = session(name)?.pointee.connection
        return try #require(connection).stream.unconsumedBytes
    }
}
