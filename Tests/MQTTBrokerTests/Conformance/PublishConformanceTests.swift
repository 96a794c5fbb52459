import MQTTCodec
import Reactors
import TestDevice
import Testing

@testable import MQTTBroker

/// PUBLISH and its exchanges, statement by statement. MQTT 5.0 §§ 3.3–3.7, 4.3, 4.4, 4.9
@Suite struct PublishConformanceTests {
    // [MQTT-3.3.1-3] [MQTT-4.3.2-2] [MQTT-4.3.3-2]
    @Test(arguments: ProtocolVersion.allCases, [QoS.atLeastOnce, .exactlyOnce])
    func `DUP of a publisher does not go on to receivers`(version: ProtocolVersion, qos: QoS) throws {
        let bench = try BrokerBench(shards: 2)
        let subscriber = try bench.connected("s", version)
        try subscriber.subscribe("t", qos: qos)
        let publisher = try bench.connected("p", version)
        try publisher.send(
            PublishPacket(topic: "t", payload: [1], qos: qos, isDuplicate: true, packetIdentifier: 5)
        )
        #expect(try subscriber.receivePublish().isDuplicate == false)
    }

    // [MQTT-4.3.2-5] [MQTT-4.3.2-4] [MQTT-2.2.1-5]
    @Test(arguments: ProtocolVersion.allCases, [false, true])
    func `after PUBACK the same identifier is a new message, with and without DUP`(
        version: ProtocolVersion,
        isDuplicate: Bool
    ) throws {
        let bench = try BrokerBench()
        let subscriber = try bench.connected("s")
        try subscriber.subscribe("t")
        let publisher = try bench.connected("p", version)
        var publish = PublishPacket(topic: "t", payload: [1], qos: .atLeastOnce, packetIdentifier: 0xABCD)
        for _ in 0..<2 {
            try publisher.send(publish)
            _ = try publisher.receive(.puback, 0xABCD)
            publish.isDuplicate = isDuplicate
        }
        #expect(try subscriber.receiveAllPublished().count == 2)
    }

    // [MQTT-4.3.3-8] [MQTT-4.3.3-10] [MQTT-4.3.3-11] [MQTT-4.3.3-12] [MQTT-2.2.1-5] [MQTT-3.6.2-1] [MQTT-3.7.2-1]
    @Test(arguments: ProtocolVersion.allCases)
    func `a QoS 2 identifier is a new message once it was released, not before`(version: ProtocolVersion) throws {
        let bench = try BrokerBench()
        let subscriber = try bench.connected("s")
        try subscriber.subscribe("t")
        let publisher = try bench.connected("p", version)
        let publish = PublishPacket(topic: "t", payload: [1], qos: .exactlyOnce, packetIdentifier: 0xABCD)
        for round in 1...2 {
            for _ in 0..<3 {
                try publisher.send(publish)
                #expect(try publisher.receive(.pubrec, 0xABCD).reasonCode.isFailure == false)
            }
            try publisher.send(AcknowledgementPacket(.pubrel, packetIdentifier: 0xABCD))
            #expect(try publisher.receive(.pubcomp, 0xABCD).reasonCode == .success)
            #expect(try subscriber.receiveAllPublished().count == 1, "round \(round)")
        }
    }

    // [MQTT-4.3.3-9] [MQTT-3.5.2-1]
    @Test func `after a PUBREC that refuses, the same identifier is a new message`() throws {
        let bench = try BrokerBench()
        let subscriber = try bench.connected("s")
        try subscriber.subscribe("#")
        let publisher = try bench.connected("p")
        try publisher.send(PublishPacket(topic: "$SYS/x", payload: [], qos: .exactlyOnce, packetIdentifier: 3))
        #expect(try publisher.receive(.pubrec, 3).reasonCode == .notAuthorized)
        try publisher.send(PublishPacket(topic: "t", payload: [1], qos: .exactlyOnce, packetIdentifier: 3))
        #expect(try publisher.receive(.pubrec, 3).reasonCode == .success)
        #expect(try subscriber.receiveAllPublished().map(\.payload) == [[1]])
    }

    // [MQTT-4.3.3-7] [MQTT-4.3.3-13] [MQTT-3.3.2-5] [MQTT-4.4.0-1]
    @Test(arguments: [QoS.atLeastOnce, .exactlyOnce])
    func `a message that was sent does not run out, one that waits does`(qos: QoS) throws {
        let bench = try BrokerBench()
        let properties: Properties = [.sessionExpiryInterval(1000), .receiveMaximum(1)]
        let device = try bench.connected("c", properties: properties)
        try device.subscribe("t", qos: qos)
        let publisher = try bench.connected("p")
        for number in 1...2 as ClosedRange<UInt8> {
            try publisher.publish("t", [number], qos: qos, properties: [.messageExpiryInterval(10)])
        }
        let first = try device.receivePublish()
        device.vanish()
        bench.advance(by: .seconds(60))
        let again = try bench.connected("c", cleanStart: false, properties: properties)
        let second = try again.receiveAndAcknowledge()
        #expect(second.payload == [1] && second.isDuplicate)
        #expect(second.packetIdentifier == first.packetIdentifier)
        #expect(try again.receiveAllPublished() == [])
        #expect(bench.session("c")?.pointee.outbound.isEmpty == true)
    }

    // [MQTT-4.4.0-2] [MQTT-4.4.0-1]
    @Test(arguments: [QoS.atLeastOnce, .exactlyOnce])
    func `a message that its receiver refused does not come again, nor does any while the connection lasts`(
        qos: QoS
    ) throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", properties: [.sessionExpiryInterval(1000)])
        try device.subscribe("t", qos: qos)
        let publisher = try bench.connected("p")
        for number in 1...2 as ClosedRange<UInt8> { try publisher.publish("t", [number], qos: qos) }
        let both = try device.receiveAllPublished()
        try device.send(
            AcknowledgementPacket(
                qos == .atLeastOnce ? .puback : .pubrec,
                packetIdentifier: both[0].packetIdentifier,
                reasonCode: .unspecifiedError
            )
        )
        bench.advance(by: .seconds(3600))
        #expect(try device.receiveAllPublished() == [])
        device.vanish()
        let again = try bench.connected("c", cleanStart: false)
        #expect(try again.receiveAllPublished().map(\.payload) == [[2]])
    }

    // [MQTT-3.3.4-10] [MQTT-4.9.0-1] [MQTT-4.9.0-2] [MQTT-4.9.0-3] [MQTT-3.3.4-9]
    @Test(arguments: [1, 2, 3] as [UInt16])
    func `a full window holds back PUBLISH of QoS 1 and 2 alone`(window: UInt16) throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", properties: [.receiveMaximum(window)])
        try device.subscribe("t", qos: .exactlyOnce)
        let publisher = try bench.connected("p")
        for _ in 0..<10 { try publisher.publish("t", text: "x", qos: .exactlyOnce) }
        #expect(try device.receiveAllPublished().count == Int(window))
        try device.ping()
        #expect(try device.subscribe("u").reasonCodes == [.success])
        #expect(try device.publish("v", text: "x", qos: .exactlyOnce) == .noMatchingSubscribers)
        #expect(try device.unsubscribe(["u"]).reasonCodes == [.success])
        #expect(try device.receiveAllPublished() == [])
    }

    // [MQTT-3.3.2-7] [MQTT-3.1.2-27]
    @Test func `topic aliases end with their connection, both ways`() throws {
        let bench = try BrokerBench()
        let properties: Properties = [.sessionExpiryInterval(1000), .topicAliasMaximum(5)]
        let first = try bench.connected("c", properties: properties)
        try first.subscribe("some/#")
        try first.publish("some/topic", [1], properties: [.topicAlias(1)])
        #expect(try first.receivePublish().properties.topicAlias == 1)
        first.vanish()
        // A client that allows no alias gets none.
        let second = try bench.connected("c", cleanStart: false, properties: [.sessionExpiryInterval(1000)])
        try second.publish("some/topic", [2])
        let publish = try second.receivePublish()
        #expect(publish.topic == "some/topic" && publish.properties.topicAlias == nil)
        try second.send(PublishPacket(topic: nil, payload: [3], properties: [.topicAlias(1)]))
        #expect(try second.receiveEnd() == .protocolError)
    }

    // [MQTT-3.3.2-12]
    @Test func `every alias that CONNACK allows is taken`() throws {
        let bench = try BrokerBench()
        let subscriber = try bench.connected("s")
        try subscriber.subscribe("t/#")
        let device = try bench.connected("c")
        for alias in 1...32 as ClosedRange<UInt16> {
            try device.publish(TopicName("t/\(alias)"), [], properties: [.topicAlias(alias)])
        }
        for alias in (1...32 as ClosedRange<UInt16>).reversed() {
            try device.send(PublishPacket(topic: nil, payload: [1], properties: [.topicAlias(alias)]))
        }
        let topics = try subscriber.receiveAllPublished().suffix(32).map { $0.topic?.string }
        #expect(topics == (1...32).reversed().map { "t/\($0)" })
    }

    // [MQTT-3.3.1-8] MQTT 3.1.1 [MQTT-3.1.2-7]
    @Test(arguments: ProtocolVersion.allCases)
    func `without RETAIN nothing that is retained changes, nor at the end of a session`(version: ProtocolVersion) throws
    {
        let bench = try BrokerBench()
        let publisher = try bench.connected("p", version)
        try publisher.publish("t", text: "kept", qos: .atLeastOnce, retain: true)
        try publisher.publish("t", text: "passing", qos: .atLeastOnce)
        try publisher.publish("t", text: "", qos: .atLeastOnce)
        publisher.vanish()
        #expect(bench.session("p") == nil)
        let device = try bench.connected("c", version)
        try device.subscribe("t")
        #expect(try device.receiveAllPublished().map(\.text) == ["kept"])
    }

    // [MQTT-4.7.3-3] [MQTT-4.7.3-4] [MQTT-1.5.4-3] [MQTT-3.3.2-3]
    @Test(arguments: ProtocolVersion.allCases)
    func `topics of up to 65,535 bytes are compared byte by byte`(version: ProtocolVersion) throws {
        let bench = try BrokerBench()
        let subscriber = try bench.connected("s", version)
        let long = TopicName(stringLiteral: String(repeating: "x", count: 65_535))
        let topics: [TopicName] = ["\u{e9}", "e\u{301}", "\u{feff}\u{e9}", "E\u{301}", long]
        for topic in topics.dropFirst() { try subscriber.subscribe(TopicFilter(topic.bytes)) }
        let publisher = try bench.connected("p", version)
        for topic in topics { try publisher.publish(topic, [1]) }
        #expect(try subscriber.receiveAllPublished().map(\.topic) == topics.dropFirst().map { $0 })
    }
}
