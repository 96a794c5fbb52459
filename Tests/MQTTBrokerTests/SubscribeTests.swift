import MQTTCodec
import TestDevice
import Testing

@testable import MQTTBroker

@Suite struct SubscribeTests {
    @Test func `a filter named many times in a packet brings its retained messages once`() throws {
        let bench = try BrokerBench()
        let publisher = try bench.connected("p")
        for name in ["a", "b"] { try publisher.publish(TopicName("t/\(name)"), text: name, retain: true) }
        let device = try bench.connected("c")
        let subscriptions = Array(repeating: Subscription("t/#"), count: 1000) + [Subscription("t/a")]
        try device.send(SubscribePacket(packetIdentifier: 1, subscriptions))
        let all = try device.receiveAllPublished()
        #expect(all.map(\.text).sorted() == ["a", "a", "b"])
    }

    @Test func `subscribing again while retained messages wait brings them once, and unsubscribing none`() throws {
        var configuration = BrokerConfiguration()
        configuration.inFlightWindow = 1
        let bench = try BrokerBench(configuration)
        let publisher = try bench.connected("p")
        for number in 0..<5 {
            try publisher.publish(TopicName("t/\(number)"), text: "\(number)", qos: .atLeastOnce, retain: true)
        }
        let device = try bench.connected("c")
        let session = try #require(bench.session("c"))
        for packetID in 1...10 as ClosedRange<UInt16> {
            try device.send(
                SubscribePacket(
                    packetIdentifier: packetID,
                    [Subscription("t/#", options: SubscriptionOptions(maximumQoS: .atLeastOnce))]
                )
            )
        }
        #expect(session.pointee.replays.count == 1)
        try device.unsubscribe(["t/#"])
        #expect(session.pointee.replays.isEmpty == true)
    }

    @Test func `many SUBSCRIBEs in one piece are all answered`() throws {
        let bench = try BrokerBench()
        let publisher = try bench.connected("p")
        try publisher.publish("t", text: "x", retain: true)
        let device = try bench.connected("c")
        let burst = try (1...50 as ClosedRange<UInt16>).flatMap { packetID in
            try SubscribePacket(packetIdentifier: packetID, [Subscription("#")]).encoded(for: .v5, from: .client)
        }
        try device.send(raw: burst)
        for _ in 0..<50 { #expect(try device.receivePublish().retain) }
        #expect(bench.broker.statistics.sent[.suback] == 50)
    }

    // [MQTT-3.8.4-7] [MQTT-3.9.3-1] [MQTT-3.11.3-1]
    @Test func `filters over the quota are refused, known ones may be renewed`() throws {
        var configuration = BrokerConfiguration()
        configuration.maximumSubscriptionsPerClient = 2
        let bench = try BrokerBench(configuration)
        let device = try bench.connected("c")
        let filters: [TopicFilter] = ["a", "b", "c", "a"]
        let codes = try device.subscribe(filters.map { Subscription($0) }).reasonCodes
        #expect(codes == [.success, .success, .quotaExceeded, .success])
        #expect(try device.unsubscribe(["b", "x"]).reasonCodes == [.success, .noSubscriptionExisted])
        #expect(try device.subscribe("c").reasonCodes == [.success])
        #expect(bench.broker.statistics.subscriptions == 2)
    }

    // [MQTT-3.10.4-2]
    @Test func `after UNSUBSCRIBE nothing more comes`() throws {
        let bench = try BrokerBench(shards: 2)
        let device = try bench.connected("c")
        let publisher = try bench.connected("p")
        try device.subscribe("t")
        try publisher.publish("t", text: "1")
        try device.unsubscribe(["t"])
        try publisher.publish("t", text: "2")
        #expect(try device.receiveAllPublished().map(\.text) == ["1"])
    }

    // MARK: Retained messages

    // [MQTT-3.3.1-5] MQTT 3.1.1 [MQTT-3.3.1-8]
    @Test func `a new subscription gets what is retained, with RETAIN`() throws {
        let bench = try BrokerBench(shards: 2)
        let publisher = try bench.connected("p")
        try publisher.publish("a/1", text: "old", qos: .atLeastOnce, retain: true)
        try publisher.publish("a/1", text: "one", qos: .atLeastOnce, retain: true)
        try publisher.publish("a/2", text: "two", retain: true)
        try publisher.publish("b", text: "no", retain: true)
        let device = try bench.connected("c", .v3_1_1)
        try device.subscribe("a/+", qos: .exactlyOnce)
        let all = try device.receiveAllPublished().sorted { $0.text < $1.text }
        #expect(all.map(\.text) == ["one", "two"])
        #expect(all.map(\.qos) == [.atLeastOnce, .atMostOnce])
        #expect(all.map(\.retain) == [true, true])
        #expect(bench.broker.statistics.retainedMessages == 3)
    }

    // [MQTT-3.3.1-6] [MQTT-3.3.1-7]
    @Test func `an empty payload deletes, and is passed on`() throws {
        let bench = try BrokerBench()
        let publisher = try bench.connected("p")
        let watcher = try bench.connected("w")
        try publisher.publish("a", text: "x", retain: true)
        try watcher.subscribe([Subscription("a", options: SubscriptionOptions(retainHandling: .doNotSend))])
        try publisher.publish("a", text: "", retain: true)
        #expect(try watcher.receiveAllPublished().map(\.text) == [""])
        #expect(bench.broker.statistics.retainedMessages == 0)
    }

    // [MQTT-3.3.1-9] [MQTT-3.3.1-10] [MQTT-3.3.1-11]
    @Test(arguments: [
        (RetainHandling.send, [1, 1]),
        (.sendIfNew, [1, 0]),
        (.doNotSend, [0, 0]),
    ])
    func `retain handling says when retained messages come`(handling: RetainHandling, counts: [Int]) throws {
        let bench = try BrokerBench()
        try bench.connected("p").publish("a", text: "x", retain: true)
        let device = try bench.connected("c")
        for count in counts {
            try device.subscribe([Subscription("a", options: SubscriptionOptions(retainHandling: handling))])
            #expect(try device.receiveAllPublished().count == count)
        }
    }

    // [MQTT-3.3.1-12] [MQTT-3.3.1-13]
    @Test(arguments: [false, true])
    func `RETAIN of a live message is as published only where that is asked for`(asPublished: Bool) throws {
        let bench = try BrokerBench(shards: 2)
        let devices = try (0..<4).map { try bench.connected("c\($0)") }
        for device in devices {
            try device.subscribe([Subscription("a", options: SubscriptionOptions(retainAsPublished: asPublished))])
        }
        let publisher = try bench.connected("p")
        try publisher.publish("a", text: "x", retain: true)
        try publisher.publish("a", text: "y", retain: false)
        for device in devices {
            #expect(try device.receiveAllPublished().map(\.retain) == [asPublished, false])
        }
    }

    @Test func `a retained message runs out`() throws {
        let bench = try BrokerBench()
        try bench.connected("p").publish("a", [1], retain: true, properties: [.messageExpiryInterval(10)])
        bench.advance(by: .seconds(4))
        let device = try bench.connected("c")
        try device.subscribe("a")
        #expect(try device.receivePublish().properties.messageExpiryInterval == 6)
        for _ in 0..<8 { bench.advance(by: .seconds(1)) }
        try device.subscribe("a")
        #expect(try device.receiveAllPublished() == [])
        #expect(bench.broker.statistics.retainedMessages == 0)
    }

    @Test func `retained messages over the bound are told 0x97 and not kept`() throws {
        var configuration = BrokerConfiguration()
        configuration.maximumRetainedMessages = 1
        let bench = try BrokerBench(configuration)
        let device = try bench.connected("c")
        try device.publish("a", text: "x", qos: .atLeastOnce, retain: true)
        #expect(try device.publish("b", text: "x", qos: .atLeastOnce, retain: true) == .quotaExceeded)
        #expect(bench.broker.statistics.retainedMessages == 1)
    }

    @Test func `a great many retained messages all arrive, in bounded memory`() throws {
        var configuration = BrokerConfiguration()
        configuration.writeHighWaterMark = 16 << 10
        configuration.maximumQueuedMessages = 10
        let bench = try BrokerBench(configuration)
        let publisher = try bench.connected("p")
        let payload = [UInt8](repeating: 7, count: 500)
        for number in 0..<1000 {
            try publisher.publish(TopicName("r/\(number)"), payload, qos: .atLeastOnce, retain: true)
        }
        for qos in [QoS.atMostOnce, .atLeastOnce] {
            let device = try bench.connected("c\(qos.rawValue)", properties: [.receiveMaximum(5)])
            try device.subscribe("r/#", qos: qos)
            var topics: Set<TopicName?> = []
            for _ in 0..<1000 { topics.insert(try device.receiveAndAcknowledge().topic) }
            #expect(topics.count == 1000)
        }
        #expect(bench.broker.statistics.dropped.values.allSatisfy { $0 == 0 })
    }

    @Test func `retained messages do not pile up for a client that asks and does not take them`() throws {
        var configuration = BrokerConfiguration()
        configuration.maximumRetainedMessages = 100
        let bench = try BrokerBench(configuration)
        let publisher = try bench.connected("p")
        for number in 0..<100 {
            try publisher.publish(TopicName("r/\(number)"), text: "x", qos: .atLeastOnce, retain: true)
        }
        let device = try bench.connected("c", properties: [.receiveMaximum(1)])
        // The same filter again takes the place of its own list; other filters have lists of their own.
        for filter: TopicFilter in ["r/#", "r/#", "r/+", "#"] {
            let options = SubscriptionOptions(maximumQoS: .atLeastOnce)
            try device.send(SubscribePacket(packetIdentifier: 1, [Subscription(filter, options: options)]))
        }
        let end = DisconnectPacket(reasonCode: .quotaExceeded)
        #expect(try device.receiveUntilClosed().last == .packet(.disconnect(end)))
    }

    // MARK: Shared subscriptions

    @Test(arguments: [1, 2])
    func `the members of a group share the load`(shards: Int) throws {
        let bench = try BrokerBench(shards: shards)
        let members = try (0..<4).map { try bench.connected("m\($0)") }
        for member in members { try member.subscribe("$share/g/t/#", qos: .atLeastOnce) }
        let alone = try bench.connected("alone")
        try alone.subscribe("$share/other/t/#")
        let publisher = try bench.connected("p")
        for number in 0..<100 { try publisher.publish(TopicName("t/\(number)"), text: "x", qos: .atLeastOnce) }
        var counts: [Int] = []
        for member in members {
            var count = 0
            while let _ = try? member.receiveAndAcknowledge() { count += 1 }
            counts.append(count)
        }
        #expect(counts == [25, 25, 25, 25])
        #expect(try alone.receiveAllPublished().count == 100)
    }

    @Test func `connected members come first, and a session keeps what came while all were away`() throws {
        let bench = try BrokerBench(shards: 2)
        let lasting: Properties = [.sessionExpiryInterval(100)]
        let first = try bench.connected("m1", properties: lasting)
        let second = try bench.connected("m2", properties: lasting)
        for member in [first, second] { try member.subscribe("$share/g/t", qos: .atLeastOnce) }
        first.vanish()
        let publisher = try bench.connected("p")
        for number in 0..<4 { try publisher.publish("t", text: "\(number)", qos: .atLeastOnce) }
        #expect(try second.receiveAllPublished().count == 4)
        try second.disconnect()
        for number in 4..<8 { try publisher.publish("t", text: "\(number)", qos: .atLeastOnce) }
        let one = try bench.connected("m1", cleanStart: false, properties: lasting).receiveAllPublished()
        let two = try bench.connected("m2", cleanStart: false, properties: lasting).receiveAllPublished()
        let fresh = (one + two).filter { !$0.isDuplicate }.map(\.text).sorted()
        #expect(fresh == ["4", "5", "6", "7"])
    }

    @Test func `what a member whose session ends had not acknowledged goes to another`() throws {
        let bench = try BrokerBench(shards: 2)
        let first = try bench.connected("m1", properties: [.receiveMaximum(2)])
        try first.subscribe("$share/g/t", qos: .exactlyOnce)
        let publisher = try bench.connected("p")
        for (number, qos) in [(0, QoS.atLeastOnce), (1, .exactlyOnce), (2, .atLeastOnce), (3, .exactlyOnce)] {
            try publisher.publish("t", text: "\(number)", qos: qos)
        }
        #expect(try first.receiveAllPublished().map(\.text) == ["0", "1"])
        let second = try bench.connected("m2")
        try second.subscribe("$share/g/t", qos: .exactlyOnce)
        first.vanish()
        // The QoS 2 message in flight may have arrived: nobody else gets it. [MQTT-4.8.2-5]
        #expect(try second.receiveAllPublished().map(\.text) == ["0", "2", "3"])
    }

    @Test func `a shared subscription brings no retained messages`() throws {
        let bench = try BrokerBench()
        try bench.connected("p").publish("t", text: "x", retain: true)
        let device = try bench.connected("c")
        try device.subscribe("$share/g/t")
        #expect(try device.receiveAllPublished() == [])
    }
}
