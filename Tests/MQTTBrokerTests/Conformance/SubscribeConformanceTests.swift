import MQTTCodec
import TestDevice
import Testing

@testable import MQTTBroker

/// SUBSCRIBE, UNSUBSCRIBE and shared subscriptions, statement by statement. MQTT 5.0 §§ 3.8–3.11, 4.8
@Suite struct SubscribeConformanceTests {
    // [MQTT-2.2.1-6] [MQTT-3.8.4-1] [MQTT-3.8.4-2] [MQTT-3.8.4-5] [MQTT-3.8.4-6] [MQTT-3.8.4-7] [MQTT-3.9.3-1]
    // [MQTT-3.9.3-2] MQTT 3.1.1 [MQTT-3.9.3-2]
    @Test(arguments: ProtocolVersion.allCases)
    func `SUBACK answers each filter in its order, under the identifier of SUBSCRIBE`(version: ProtocolVersion) throws {
        var configuration = BrokerConfiguration()
        configuration.topics.maximumLevels = 3
        let bench = try BrokerBench(configuration)
        let device = try bench.connected("c", version)
        let filters: [(TopicFilter, QoS)] = [
            ("a", .exactlyOnce), ("b/c/d/e", .atLeastOnce), ("b", .atMostOnce), ("#", .atLeastOnce),
        ]
        try device.send(
            SubscribePacket(
                packetIdentifier: 0xABCD,
                filters.map { Subscription($0, options: SubscriptionOptions(maximumQoS: $1)) }
            )
        )
        let refusal: ReasonCode = version.hasProperties ? .topicFilterInvalid : .unspecifiedError
        let codes: [ReasonCode] = [.grantedQoS2, refusal, .grantedQoS0, .grantedQoS1]
        #expect(try device.receive() == .packet(.suback(SubackPacket(packetIdentifier: 0xABCD, codes))))
    }

    // [MQTT-3.10.4-1] [MQTT-3.10.4-4] [MQTT-3.10.4-5] [MQTT-3.10.4-6] [MQTT-3.11.3-1] [MQTT-3.11.3-2] [MQTT-2.2.1-6]
    @Test(arguments: ProtocolVersion.allCases)
    func `UNSUBACK answers each filter in its order, though none of them was there`(version: ProtocolVersion) throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", version)
        let filters: [TopicFilter] = ["a/+", "a/b", "$share/g/a", "\u{e9}"]
        try device.subscribe(filters.map { Subscription($0) })
        // Character by character: neither what matches nor what looks alike, and no shared filter for a plain one.
        let others: [TopicFilter] = ["a/#", "a/+", "A/b", "a", "e\u{301}", "a/b"]
        try device.send(UnsubscribePacket(packetIdentifier: 0xABCD, others))
        let no = ReasonCode.noSubscriptionExisted
        let codes: [ReasonCode] = version.hasProperties ? [no, .success, no, no, no, .success] : []
        #expect(try device.receive() == .packet(.unsuback(UnsubackPacket(packetIdentifier: 0xABCD, codes))))
        #expect(bench.broker.statistics.subscriptions == 2)
    }

    // [MQTT-3.10.4-2] [MQTT-3.10.4-3]
    @Test(arguments: ProtocolVersion.allCases, [QoS.atLeastOnce, .exactlyOnce])
    func `a delivery that has begun is completed after UNSUBSCRIBE`(version: ProtocolVersion, qos: QoS) throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", version)
        try device.subscribe("t", qos: qos)
        let publisher = try bench.connected("p")
        try publisher.publish("t", text: "1", qos: qos)
        try device.unsubscribe(["t"])
        try publisher.publish("t", text: "2", qos: qos)
        #expect(try device.receiveAndAcknowledge().text == "1")
        #expect(try device.receiveAllPublished() == [])
        #expect(bench.session("c")?.pointee.outbound.isEmpty == true)
    }

    // [MQTT-3.8.4-3] [MQTT-3.8.4-4] [MQTT-3.8.4-8]
    @Test(arguments: ProtocolVersion.allCases)
    func `the same filter again takes the place of its subscription and loses nothing`(version: ProtocolVersion) throws
    {
        let bench = try BrokerBench()
        let publisher = try bench.connected("p", version)
        try publisher.publish("t", text: "kept", qos: .exactlyOnce, retain: true)
        let device = try bench.connected("c", version)
        var qos: [QoS] = []
        for granted in [QoS.exactlyOnce, .atMostOnce, .atLeastOnce] {
            try device.subscribe("t", qos: granted)
            try publisher.publish("t", text: "live", qos: .exactlyOnce)
            for text in ["kept", "live"] {
                let publish = try device.receiveAndAcknowledge()
                #expect(publish.text == text)
                #expect(publish.retain == (text == "kept"))
                qos.append(publish.qos)
            }
        }
        #expect(qos == [.exactlyOnce, .exactlyOnce, .atMostOnce, .atMostOnce, .atLeastOnce, .atLeastOnce])
        #expect(bench.broker.statistics.subscriptions == 1)
    }

    // [MQTT-3.3.4-5] [MQTT-3.3.4-3]
    @Test func `a shared subscription beside a plain one brings a copy of its own, with its own identifier`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c")
        let options = SubscriptionOptions(maximumQoS: .exactlyOnce)
        for (filter, number) in [("t", 1), ("$share/g/t", 2)] as [(TopicFilter, UInt32)] {
            try device.subscribe(
                [Subscription(filter, options: options)],
                properties: [.subscriptionIdentifier(number)]
            )
        }
        try bench.connected("p").publish("t", text: "x", qos: .exactlyOnce)
        let copies = try device.receiveAllPublished().map(\.properties.subscriptionIdentifiers)
        #expect(copies.sorted { $0[0] < $1[0] } == [[1], [2]])
    }

    // [MQTT-4.8.2-3] [MQTT-3.8.4-8]
    @Test(arguments: QoS.allCases)
    func `a member gets a message with the QoS granted to it`(granted: QoS) throws {
        let bench = try BrokerBench(shards: 2)
        let member = try bench.connected("m")
        try member.subscribe("$share/g/t", qos: granted)
        let publisher = try bench.connected("p")
        for qos in QoS.allCases {
            try publisher.publish("t", text: "x", qos: qos)
            #expect(try member.receiveAndAcknowledge().qos == min(qos, granted))
        }
    }

    // [MQTT-4.8.2-4]
    @Test(arguments: ["before PUBREC", "after PUBREC"])
    func `a QoS 2 delivery that a member has begun is completed when it is back`(break: String) throws {
        let bench = try BrokerBench(shards: 2)
        let lasting: Properties = [.sessionExpiryInterval(100)]
        let first = try bench.connected("m1", properties: lasting)
        try first.subscribe("$share/g/t", qos: .exactlyOnce)
        try bench.connected("p").publish("t", text: "x", qos: .exactlyOnce)
        let publish = try first.receivePublish()
        let isReceived = `break` == "after PUBREC"
        if isReceived {
            try first.send(AcknowledgementPacket(.pubrec, packetIdentifier: publish.packetIdentifier))
            _ = try first.receive(.pubrel, publish.packetIdentifier)
        }
        let second = try bench.connected("m2")
        try second.subscribe("$share/g/t", qos: .exactlyOnce)
        first.vanish()
        #expect(try second.receiveAllPublished() == [])
        let again = try bench.connected("m1", cleanStart: false, properties: lasting)
        if isReceived {
            _ = try again.receive(.pubrel, publish.packetIdentifier)
            #expect(try again.receiveAllPublished() == [])
        } else {
            #expect(try again.receiveAllPublished().map(\.isDuplicate) == [true])
        }
    }

    // [MQTT-4.8.2-6] [MQTT-4.4.0-2]
    @Test(arguments: [QoS.atLeastOnce, .exactlyOnce])
    func `a message that a member refuses goes to no other`(qos: QoS) throws {
        let bench = try BrokerBench(shards: 2)
        let members = try (1...2).map { try bench.connected("m\($0)") }
        for member in members { try member.subscribe("$share/g/t", qos: qos) }
        try bench.connected("p").publish("t", text: "x", qos: qos)
        let got = try members.map { try $0.receiveAllPublished() }
        let index = try #require(got.firstIndex { !$0.isEmpty })
        let kind: AcknowledgementPacket.Kind = qos == .atLeastOnce ? .puback : .pubrec
        let packetID = got[index][0].packetIdentifier
        try members[index].send(AcknowledgementPacket(kind, packetIdentifier: packetID, reasonCode: .quotaExceeded))
        members[index].vanish()
        #expect(try members[1 - index].receiveAllPublished() == [])
    }
}
