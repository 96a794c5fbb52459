import MQTTCodec
import TestDevice
import Testing

@testable import MQTTBroker

@Suite struct SessionTests {
    private static let lasting: Properties = [.sessionExpiryInterval(60)]

    // [MQTT-3.1.2-5] [MQTT-3.2.2-3]
    @Test(
        arguments: [
            // version, clean start the second time, asked expiry, present
            (ProtocolVersion.v5, false, 60, true),
            (.v5, true, 60, false),
            (.v5, false, 0, false),
            (.v3_1_1, false, 0, true),
            (.v3_1_1, true, 0, false),
        ] as [(ProtocolVersion, Bool, UInt32, Bool)]
    )
    func `a session is there again if it was kept and is asked for`(
        version: ProtocolVersion,
        cleanStart: Bool,
        expiry: UInt32,
        present: Bool
    ) throws {
        let bench = try BrokerBench()
        let properties: Properties = version.hasProperties ? [.sessionExpiryInterval(expiry)] : []
        try bench.connected("c", version, cleanStart: false, properties: properties).vanish()
        let connack = try bench.device(version).connect(as: "c", cleanStart: cleanStart, properties: properties)
        #expect(connack.sessionPresent == present)
    }

    // [MQTT-4.1.0-2]
    @Test func `a session expires on time, not before`() throws {
        let bench = try BrokerBench()
        for (wait, present) in [(59, true), (61, false)] {
            try bench.connected("c", cleanStart: false, properties: Self.lasting).vanish()
            bench.advance(by: .seconds(wait))
            let again = try bench.device()
            #expect(try again.connect(as: "c", cleanStart: false).sessionPresent == present)
            try again.disconnect(properties: [])
            bench.run()
        }
        #expect(bench.broker.statistics.sessions == 0)
    }

    @Test func `DISCONNECT may give another expiry, but not revive a session that was to end`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", properties: Self.lasting)
        try device.disconnect(properties: [.sessionExpiryInterval(0)])
        bench.run()
        #expect(bench.broker.statistics.sessions == 0)
        let other = try bench.connected("d")
        try other.disconnect(properties: [.sessionExpiryInterval(5)])
        #expect(try other.receiveEnd() == .protocolError)
    }

    // [MQTT-3.1.4-3]
    @Test(arguments: [false, true])
    func `a second connection takes the client id over`(cleanStart: Bool) throws {
        let bench = try BrokerBench(shards: 2)
        let first = try bench.connected("c", properties: Self.lasting)
        let second = try bench.device(cameInOn: 1)
        #expect(try second.connect(as: "c", cleanStart: cleanStart).sessionPresent == !cleanStart)
        let end = DisconnectPacket(reasonCode: .sessionTakenOver)
        #expect(try first.receiveUntilClosed() == [.packet(.disconnect(end))])
        try second.ping()
        #expect(bench.broker.statistics.connected == 1)
        #expect(bench.broker.statistics.sessions == 1)
    }

    @Test func `subscriptions last as long as the session, and go with it`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", properties: Self.lasting)
        try device.subscribe([Subscription("a"), Subscription("$share/g/b")])
        device.vanish()
        #expect(bench.broker.statistics.subscriptions == 2)
        bench.advance(by: .seconds(61))
        #expect(bench.broker.statistics.subscriptions == 0)
    }

    // [MQTT-4.5.0-1] [MQTT-3.1.2-23]
    @Test func `QoS 1 and 2 messages wait for a session, QoS 0 ones do not`() throws {
        let bench = try BrokerBench(shards: 2)
        let device = try bench.connected("c", properties: Self.lasting)
        try device.subscribe("t", qos: .exactlyOnce)
        device.vanish()
        let publisher = try bench.connected("p")
        for qos in QoS.allCases { try publisher.publish("t", text: "\(qos.rawValue)", qos: qos) }
        let again = try bench.connected("c", cleanStart: false)
        #expect(try again.receiveAllPublished().map(\.text) == ["1", "2"])
        #expect(bench.broker.statistics.dropped[.notConnected] == 1)
    }

    @Test func `QoS 0 messages wait too where that is configured`() throws {
        var configuration = BrokerConfiguration()
        configuration.queuesQoS0WhileOffline = true
        let bench = try BrokerBench(configuration)
        let device = try bench.connected("c", properties: Self.lasting)
        try device.subscribe("t", qos: .exactlyOnce)
        device.vanish()
        let publisher = try bench.connected("p")
        for qos in QoS.allCases { try publisher.publish("t", text: "\(qos.rawValue)", qos: qos) }
        let again = try bench.connected("c", cleanStart: false)
        #expect(try again.receiveAllPublished().map(\.text) == ["0", "1", "2"])
    }

    // [MQTT-3.3.1-1] [MQTT-4.3.2-3] [MQTT-4.3.3-3] [MQTT-4.3.3-4] [MQTT-4.3.3-5] [MQTT-4.3.3-6] [MQTT-4.4.0-1]
    @Test(arguments: ProtocolVersion.allCases)
    func `unacknowledged messages come again with DUP under their identifiers`(version: ProtocolVersion) throws {
        let bench = try BrokerBench()
        let properties: Properties = version.hasProperties ? Self.lasting : []
        let device = try bench.connected("c", version, cleanStart: false, properties: properties)
        try device.subscribe("t", qos: .exactlyOnce)
        let publisher = try bench.connected("p")
        for (text, qos) in [("1", QoS.atLeastOnce), ("2", .exactlyOnce), ("3", .exactlyOnce)] {
            try publisher.publish("t", text: text, qos: qos)
        }
        let first = try device.receiveAllPublished()
        #expect(first.map(\.isDuplicate) == [false, false, false])
        try device.send(AcknowledgementPacket(.pubrec, packetIdentifier: first[1].packetIdentifier))
        _ = try device.receive(.pubrel, first[1].packetIdentifier)
        device.vanish()
        let again = try bench.connected("c", version, cleanStart: false, properties: properties)
        let second = try again.receiveAllPublished()
        #expect(second.map(\.text) == ["1", "3"])
        #expect(second.map(\.isDuplicate) == [true, true])
        #expect(second.map(\.packetIdentifier) == [first[0].packetIdentifier, first[2].packetIdentifier])
        _ = try again.receive(.pubrel, first[1].packetIdentifier)
    }

    // [MQTT-4.3.3-10] [MQTT-4.3.3-11]
    @Test func `a QoS 2 message sent again after a lost connection is passed on once`() throws {
        let bench = try BrokerBench()
        let subscriber = try bench.connected("s")
        try subscriber.subscribe("t", qos: .exactlyOnce)
        let publish = PublishPacket(topic: "t", payload: [1], qos: .exactlyOnce, packetIdentifier: 7)
        let device = try bench.connected("c", properties: Self.lasting)
        try device.send(publish)
        _ = try device.receive(.pubrec, 7)
        device.vanish()
        let again = try bench.connected("c", cleanStart: false)
        var duplicate = publish
        duplicate.isDuplicate = true
        try again.send(duplicate)
        _ = try again.receive(.pubrec, 7)
        try again.send(AcknowledgementPacket(.pubrel, packetIdentifier: 7))
        #expect(try again.receive(.pubcomp, 7).reasonCode == .success)
        #expect(try subscriber.receiveAllPublished().count == 1)
        try again.send(AcknowledgementPacket(.pubrel, packetIdentifier: 7))
        #expect(try again.receive(.pubcomp, 7).reasonCode == .packetIdentifierNotFound)
    }

    // MARK: Wills

    // [MQTT-3.1.2-8] [MQTT-3.14.4-3]
    @Test(arguments: [ProtocolVersion.v3_1, .v3_1_1, .v5])
    func `a will is published when the connection is lost, not after a good-bye`(version: ProtocolVersion) throws {
        let bench = try BrokerBench(shards: 2)
        let watcher = try bench.connected("w")
        try watcher.subscribe("will/+")
        let will = Will(topic: "will/a", payload: Array("gone".utf8))
        try bench.connected("a", version, will: will).vanish()
        #expect(try watcher.receiveAllPublished().map(\.text) == ["gone"])
        try bench.connected("b", version, will: will).disconnect()
        bench.run()
        #expect(try watcher.receiveAllPublished() == [])
    }

    @Test func `DISCONNECT with 0x04 publishes the will`() throws {
        let bench = try BrokerBench()
        let watcher = try bench.connected("w")
        try watcher.subscribe("will")
        let will = Will(topic: "will", payload: Array("gone".utf8))
        try bench.connected("a", will: will).disconnect(.disconnectWithWillMessage)
        #expect(try watcher.receiveAllPublished().map(\.text) == ["gone"])
    }

    // [MQTT-3.1.2-8] [MQTT-3.1.3-9]
    @Test func `a will waits for its delay, and a client that is back in time takes it back`() throws {
        let bench = try BrokerBench()
        let watcher = try bench.connected("w")
        try watcher.subscribe("will")
        let will = Will(topic: "will", payload: [1], properties: [.willDelayInterval(30)])
        try bench.connected("a", will: will, properties: Self.lasting).vanish()
        bench.advance(by: .seconds(29))
        #expect(try watcher.receiveAllPublished() == [])
        bench.advance(by: .seconds(2))
        #expect(try watcher.receiveAllPublished().count == 1)
        try bench.connected("a", cleanStart: false, will: will, properties: Self.lasting).vanish()
        bench.advance(by: .seconds(29))
        let back = try bench.connected("a", cleanStart: false)
        bench.advance(by: .seconds(100))
        #expect(try watcher.receiveAllPublished() == [])
        try back.ping()
    }

    // [MQTT-3.1.2-15] [MQTT-3.1.3-10]
    @Test func `a will keeps its properties, its expiry begins when it is published, and it may be retained`() throws {
        let bench = try BrokerBench()
        let properties: Properties = [
            .willDelayInterval(10), .messageExpiryInterval(100), .contentType("text/x"),
            .userProperty(UserProperty("b", "1")), .userProperty(UserProperty("a", "2")),
        ]
        let will = Will(topic: "will", payload: [1], qos: .atLeastOnce, retain: true, properties: properties)
        try bench.connected("a", will: will, properties: Self.lasting).vanish()
        bench.advance(by: .seconds(11))
        let watcher = try bench.connected("w")
        try watcher.subscribe("will", qos: .atLeastOnce)
        let publish = try watcher.receivePublish()
        #expect(publish.retain)
        #expect(publish.qos == .atLeastOnce)
        #expect(publish.properties.messageExpiryInterval == 100)
        #expect(publish.properties.contentType == "text/x")
        #expect(publish.properties.userProperties == [UserProperty("b", "1"), UserProperty("a", "2")])
        #expect(publish.properties.willDelayInterval == nil)
    }
}

extension PublishPacket {
    var text: String { String(decoding: payload, as: UTF8.self) }
}
