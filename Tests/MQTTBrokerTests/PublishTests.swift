import MQTTCodec
import TestDevice
import Testing

@testable import MQTTBroker

@Suite struct PublishTests {
    // [MQTT-3.3.2-3] [MQTT-3.3.4-1] [MQTT-3.8.4-8] [MQTT-4.3.1-1] [MQTT-4.3.2-4] [MQTT-4.3.3-8]
    @Test(arguments: ProtocolVersion.allCases, ProtocolVersion.allCases)
    func `every QoS goes to every QoS, of every version to every version`(
        from: ProtocolVersion,
        to: ProtocolVersion
    ) throws {
        let bench = try BrokerBench(shards: 2)
        let publisher = try bench.connected("publisher", from)
        for granted in QoS.allCases {
            let subscriber = try bench.connected("s\(granted.rawValue)", to, cameInOn: 1)
            #expect(try subscriber.subscribe("a/+", qos: granted).reasonCodes == [.granted(granted)])
            for qos in QoS.allCases {
                try publisher.publish("a/b", text: "hello", qos: qos)
                let publish = try subscriber.receiveAndAcknowledge()
                #expect(publish.topic?.string == "a/b")
                #expect(publish.text == "hello")
                #expect(publish.qos == min(qos, granted))
                #expect(!publish.retain && !publish.isDuplicate)
            }
            try subscriber.disconnect()
            bench.run()
        }
    }

    // [MQTT-3.3.2-4] [MQTT-3.3.2-15] [MQTT-3.3.2-16] [MQTT-3.3.2-17] [MQTT-3.3.2-18] [MQTT-3.3.2-20]
    @Test func `properties arrive in order, unchanged, for receivers near and far`() throws {
        let bench = try BrokerBench(shards: 2)
        let properties: Properties = [
            .userProperty(UserProperty("z", "1")), .payloadFormatIndicator(true), .contentType("text/plain"),
            .responseTopic("re/ply"), .correlationData([1, 2, 3]), .userProperty(UserProperty("a", "2")),
            .userProperty(UserProperty("z", "1")),
        ]
        let subscribers = try (0..<4).map { try bench.connected("s\($0)") }
        for subscriber in subscribers { try subscriber.subscribe("t", qos: .atLeastOnce) }
        let publisher = try bench.connected("p")
        for qos in [QoS.atMostOnce, .atLeastOnce] {
            try publisher.publish("t", Array("hé".utf8), qos: qos, properties: properties)
            for subscriber in subscribers {
                #expect(try subscriber.receivePublish().properties == properties)
            }
        }
    }

    // [MQTT-4.6.0-5] [MQTT-4.6.0-6]
    @Test func `order is kept from one publisher, whichever shard it goes through`() throws {
        let bench = try BrokerBench(shards: 2)
        let subscribers = try (0..<4).map { try bench.connected("s\($0)", properties: [.receiveMaximum(3)]) }
        for subscriber in subscribers { try subscriber.subscribe("t/#", qos: .atLeastOnce) }
        let publisher = try bench.connected("p")
        for number in 0..<50 { try publisher.publish("t/x", text: "\(number)", qos: .atLeastOnce) }
        for subscriber in subscribers {
            for number in 0..<50 { #expect(try subscriber.receiveAndAcknowledge().text == "\(number)") }
        }
    }

    @Test func `a QoS 0 message does not overtake those kept while the client was away`() throws {
        var configuration = BrokerConfiguration()
        configuration.queuesQoS0WhileOffline = true
        let bench = try BrokerBench(configuration)
        let properties: Properties = [.sessionExpiryInterval(60), .receiveMaximum(1)]
        let first = try bench.connected("s", properties: properties)
        try first.subscribe("q0")
        try first.subscribe("q1", qos: .atLeastOnce)
        first.vanish()
        bench.run()
        let publisher = try bench.connected("p")
        for text in ["a", "b"] { try publisher.publish("q1", text: text, qos: .atLeastOnce) }
        try publisher.publish("q0", text: "1")
        try publisher.ping()
        // One of QoS 1 is in flight, the other waits, and the QoS 0 message behind it.
        let second = try bench.connected("s", cleanStart: false, properties: properties)
        try publisher.publish("q0", text: "2")
        try publisher.ping()
        let received = try (0..<4).map { _ in try second.receiveAndAcknowledge().text }
        #expect(received == ["a", "b", "1", "2"])
        try publisher.publish("q0", text: "3")
        #expect(try second.receivePublish().text == "3")
    }

    // [MQTT-3.3.4-9] [MQTT-4.9.0-2]
    @Test func `no more are in flight than the client takes`() throws {
        let bench = try BrokerBench()
        let subscriber = try bench.connected("s", properties: [.receiveMaximum(2)])
        try subscriber.subscribe("t", qos: .exactlyOnce)
        let publisher = try bench.connected("p")
        for number in 0..<5 { try publisher.publish("t", text: "\(number)", qos: .exactlyOnce) }
        let first = try subscriber.receiveAllPublished()
        #expect(first.map(\.text) == ["0", "1"])
        try subscriber.send(AcknowledgementPacket(.pubrec, packetIdentifier: first[1].packetIdentifier))
        #expect(try subscriber.receiveAllPublished() == [])
        try subscriber.send(AcknowledgementPacket(.pubcomp, packetIdentifier: first[1].packetIdentifier))
        #expect(try subscriber.receiveAllPublished().map(\.text) == ["2"])
    }

    @Test func `a client that opens more QoS 2 exchanges than it may is sent away with 0x93`() throws {
        var configuration = BrokerConfiguration()
        configuration.receiveMaximum = 2
        let bench = try BrokerBench(configuration)
        let device = try bench.connected("c")
        for packetID in 1...3 as ClosedRange<UInt16> {
            try device.send(PublishPacket(topic: "t", payload: [], qos: .exactlyOnce, packetIdentifier: packetID))
        }
        let end = DisconnectPacket(reasonCode: .receiveMaximumExceeded)
        #expect(try device.receiveUntilClosed().last == .packet(.disconnect(end)))
    }

    @Test func `QoS 2 exchanges left open by an earlier connection do not use up the quota of the next`() throws {
        var configuration = BrokerConfiguration()
        configuration.receiveMaximum = 2
        let bench = try BrokerBench(configuration)
        for packetIDs in [1...2, 3...4] as [ClosedRange<UInt16>] {
            let device = try bench.connected("c", cleanStart: false, properties: [.sessionExpiryInterval(60)])
            for packetID in packetIDs {
                try device.send(PublishPacket(topic: "t", payload: [], qos: .exactlyOnce, packetIdentifier: packetID))
            }
            try device.ping()
            device.vanish()
            bench.run()
        }
        #expect(bench.session("c")?.pointee.inbound.count == 4)
    }

    // [MQTT-3.4.2-1] [MQTT-3.5.2-1]
    @Test func `a publisher of 5 is told when nobody listens`() throws {
        let bench = try BrokerBench(shards: 2)
        let device = try bench.connected("c")
        #expect(try device.publish("nobody", text: "x", qos: .atLeastOnce) == .noMatchingSubscribers)
        #expect(try device.publish("nobody", text: "x", qos: .exactlyOnce) == .noMatchingSubscribers)
        let listeners = try (0..<4).map { try bench.connected("s\($0)") }
        for listener in listeners { try listener.subscribe("somebody") }
        #expect(try device.publish("somebody", text: "x", qos: .atLeastOnce) == .success)
    }

    // [MQTT-3.3.4-2] [MQTT-3.3.4-3] [MQTT-3.3.4-4]
    @Test func `overlapping subscriptions bring one message with the highest QoS and every identifier`() throws {
        let bench = try BrokerBench(shards: 2)
        let subscriber = try bench.connected("s")
        for (index, filter) in (["a/#", "a/+", "+/b"] as [TopicFilter]).enumerated() {
            let options = SubscriptionOptions(maximumQoS: QoS(rawValue: UInt8(index)) ?? .atMostOnce)
            try subscriber.subscribe(
                [Subscription(filter, options: options)],
                properties: [.subscriptionIdentifier(UInt32(index * 200 + 1))]
            )
        }
        let publisher = try bench.connected("p")
        try publisher.publish("a/b", text: "x", qos: .exactlyOnce)
        let all = try subscriber.receiveAllPublished()
        #expect(all.count == 1)
        #expect(all.first?.qos == .exactlyOnce)
        #expect(all.first?.properties.subscriptionIdentifiers.sorted() == [1, 201, 401])
        try publisher.publish("a/c", text: "x")
        #expect(try subscriber.receivePublish().properties.subscriptionIdentifiers.sorted() == [1, 201])
    }

    // [MQTT-3.8.3-3]
    @Test func `No Local keeps a client's own messages away, also beside a subscription without it`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c")
        let other = try bench.connected("o")
        try device.subscribe([Subscription("a/#", options: SubscriptionOptions(noLocal: true))])
        try device.publish("a/b", text: "own")
        try other.publish("a/b", text: "other")
        #expect(try device.receiveAllPublished().map(\.text) == ["other"])
        try device.subscribe([Subscription("a/+")], properties: [.subscriptionIdentifier(9)])
        try device.publish("a/b", text: "own")
        #expect(try device.receiveAllPublished().map(\.properties.subscriptionIdentifiers) == [[9]])
    }

    // [MQTT-4.7.2-1]
    @Test func `wildcards at the start pass by topics that begin with a dollar sign`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c")
        try device.subscribe([Subscription("#"), Subscription("+/a"), Subscription("$own/+")])
        try device.publish("$own/a", text: "x")
        #expect(try device.receiveAllPublished().count == 1)
    }

    // MQTT 3.1.1 [MQTT-3.3.5-2]
    @Test(arguments: ["$SYS/broker/uptime", "$SYS", "$events/client_connected"] as [TopicName])
    func `no client publishes to the broker's own topics`(topic: TopicName) throws {
        let bench = try BrokerBench()
        let watcher = try bench.connected("w")
        try watcher.subscribe([Subscription("$SYS/#"), Subscription("$events/#")])
        let device = try bench.connected("c")
        #expect(try device.publish(topic, text: "x", qos: .atLeastOnce) == .notAuthorized)
        try device.publish(topic, text: "x")
        try bench.connected("old", .v3_1_1).publish(topic, text: "x", qos: .exactlyOnce)
        #expect(try watcher.receiveAllPublished() == [])
        #expect(bench.broker.statistics.dropped[.notAuthorized] == 2)
    }

    @Test func `a payload that says it is text must be`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c")
        let properties: Properties = [.payloadFormatIndicator(true)]
        let code = try device.publish("t", [0xC3, 0x28], qos: .atLeastOnce, properties: properties)
        #expect(code == .payloadFormatInvalid)
        try device.publish("t", [0xC3, 0x28], properties: properties)
        let end = DisconnectPacket(reasonCode: .payloadFormatInvalid)
        #expect(try device.receiveUntilClosed() == [.packet(.disconnect(end))])
    }

    // MARK: Aliases

    // [MQTT-3.3.2-12]
    @Test func `a client's topic alias stands for the topic it was given`() throws {
        let bench = try BrokerBench()
        let subscriber = try bench.connected("s")
        try subscriber.subscribe("#")
        let device = try bench.connected("c")
        try device.publish("some/topic", [1], properties: [.topicAlias(3), .contentType("x")])
        try device.send(PublishPacket(topic: nil, payload: [2], properties: [.topicAlias(3), .contentType("y")]))
        let all = try subscriber.receiveAllPublished()
        #expect(all.map(\.topic) == ["some/topic", "some/topic"])
        #expect(all.map(\.properties) == [[.contentType("x")], [.contentType("y")]])
    }

    @Test func `a message sent again gives its alias a topic, though it is not passed on again`() throws {
        let bench = try BrokerBench()
        let subscriber = try bench.connected("s")
        try subscriber.subscribe("#")
        let first = try bench.connected("c", properties: [.sessionExpiryInterval(60)])
        try first.send(PublishPacket(topic: "a/topic", payload: [1], qos: .exactlyOnce, packetIdentifier: 9))
        first.vanish()
        bench.run()
        let device = try bench.connected("c", cleanStart: false, properties: [.sessionExpiryInterval(60)])
        var again = PublishPacket(topic: "a/topic", payload: [1], qos: .exactlyOnce, packetIdentifier: 9)
        again.isDuplicate = true
        again.properties = [.topicAlias(1)]
        try device.send(again)
        try device.send(PublishPacket(topic: nil, payload: [2], properties: [.topicAlias(1)]))
        try device.ping()
        let all = try subscriber.receiveAllPublished()
        #expect(all.map(\.payload) == [[1], [2]])
        #expect(all.map(\.topic?.string) == ["a/topic", "a/topic"])
    }

    @Test(arguments: [(UInt16(33), ReasonCode.topicAliasInvalid), (5, .protocolError)])
    func `an alias over the limit, or without a topic, ends the connection`(alias: UInt16, reason: ReasonCode) throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c")
        try device.send(PublishPacket(topic: nil, payload: [], properties: [.topicAlias(alias)]))
        #expect(try device.receiveEnd() == reason)
    }

    @Test func `an alias learns no topic that is over the limits`() throws {
        var configuration = BrokerConfiguration()
        configuration.topics.maximumLevels = 3
        let bench = try BrokerBench(configuration)
        let device = try bench.connected("c")
        let code = try device.publish("a/b/c/d", [], qos: .atLeastOnce, properties: [.topicAlias(1)])
        #expect(code == .topicNameInvalid)
        try device.send(PublishPacket(topic: nil, payload: [], properties: [.topicAlias(1)]))
        #expect(try device.receiveEnd() == .protocolError)
    }

    // [MQTT-3.1.2-26] [MQTT-3.3.2-11]
    @Test func `a client that takes aliases is told each topic once`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", properties: [.topicAliasMaximum(1)])
        try device.subscribe("t/#", qos: .atLeastOnce)
        let publisher = try bench.connected("p")
        for _ in 0..<2 { try publisher.publish("t/first", text: "x", qos: .atLeastOnce) }
        try publisher.publish("t/second", text: "x")
        let all = try device.receiveAllPublished()
        #expect(all.map(\.topic) == ["t/first", nil, "t/second"])
        #expect(all.map(\.properties.topicAlias) == [1, 1, nil])
    }

    // MARK: Time and size

    // [MQTT-3.3.2-5] [MQTT-3.3.2-6]
    @Test func `a message that waits is sent with the time it has left, or not at all`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", properties: [.sessionExpiryInterval(1000)])
        try device.subscribe("t", qos: .atLeastOnce)
        device.vanish()
        let publisher = try bench.connected("p")
        try publisher.publish("t", [1], qos: .atLeastOnce, properties: [.messageExpiryInterval(10)])
        try publisher.publish("t", [2], qos: .atLeastOnce, properties: [.messageExpiryInterval(100)])
        bench.advance(by: .seconds(30))
        let again = try bench.connected("c", cleanStart: false)
        let all = try again.receiveAllPublished()
        #expect(all.map(\.payload) == [[2]])
        #expect(all.map(\.properties.messageExpiryInterval) == [70])
        #expect(bench.broker.statistics.dropped[.expired] == 1)
    }

    @Test func `a message at once keeps its whole interval, to every shard`() throws {
        let bench = try BrokerBench(shards: 2)
        let devices = try (0..<4).map { try bench.connected("c\($0)") }
        for device in devices { try device.subscribe("t") }
        try bench.connected("p").publish("t", [1], properties: [.messageExpiryInterval(10), .contentType("x")])
        for device in devices {
            let properties = try device.receivePublish().properties
            #expect(properties.messageExpiryInterval == 10)
            #expect(properties.contentType == "x")
        }
    }

    // [MQTT-3.1.2-24] [MQTT-3.1.2-25]
    @Test(arguments: QoS.allCases)
    func `a message larger than the receiver takes is passed by, and the next one comes`(qos: QoS) throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", properties: [.maximumPacketSize(100), .receiveMaximum(1)])
        try device.subscribe("t", qos: qos)
        let publisher = try bench.connected("p")
        try publisher.publish("t", text: String(repeating: "x", count: 200), qos: qos)
        try publisher.publish("t", text: "small", qos: qos)
        #expect(try device.receiveAllPublished().map(\.text) == ["small"])
        #expect(bench.broker.statistics.dropped[.packetTooLarge] == 1)
    }

    @Test func `a packet larger than the broker takes is told 0x95`() throws {
        var configuration = BrokerConfiguration()
        configuration.maximumPacketSize = 1000
        let bench = try BrokerBench(configuration)
        let device = try bench.connected("c")
        try device.publish("t", [UInt8](repeating: 0, count: 1000))
        #expect(try device.receiveEnd() == .packetTooLarge)
    }

    @Test func `a large message arrives whole, near and far`() throws {
        let bench = try BrokerBench(shards: 2)
        let devices = try (0..<4).map { try bench.connected("c\($0)") }
        for device in devices { try device.subscribe("t", qos: .atLeastOnce) }
        let payload = (0..<900_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try bench.connected("p").publish("t", payload, qos: .atLeastOnce)
        for device in devices { #expect(try device.receivePublish().payload == payload) }
    }

    @Test func `topics deeper or longer than allowed are told so`() throws {
        var configuration = BrokerConfiguration()
        configuration.topics = TopicLimits(maximumLevels: 3, maximumLength: 10)
        let bench = try BrokerBench(configuration)
        let device = try bench.connected("c")
        #expect(try device.publish("a/b/c/d", text: "x", qos: .atLeastOnce) == .topicNameInvalid)
        #expect(try device.publish("abcdefghijk", text: "x", qos: .atLeastOnce) == .topicNameInvalid)
        #expect(try device.subscribe("a/b/c/#").reasonCodes == [.topicFilterInvalid])
        #expect(try device.subscribe("$share/group/a/b/c").reasonCodes == [.granted(.atMostOnce)])
    }
}
