import Foundation
import MQTTCodec
import TestDevice
import Testing

/// What a `kill -9` leaves of each thing that a client was promised.
@Suite struct DurabilityRestartTests {
    @Test func `subscriptions go on with all their options`() async throws {
        var gateway = try await DurableGateway.start()
        let (before, _) = try gateway.persistentDevice("device")
        try before.subscribe(
            [
                Subscription(
                    "own/#",
                    options: SubscriptionOptions(maximumQoS: .exactlyOnce, noLocal: true, retainAsPublished: true)
                )
            ],
            properties: [.subscriptionIdentifier(77)]
        )
        try before.subscribe("left/#", qos: .atLeastOnce)
        try before.unsubscribe(["left/#"])
        try await gateway.killAndStart()

        let (device, isPresent) = try gateway.persistentDevice("device")
        #expect(isPresent)
        try device.publish("own/a", text: "mine", qos: .atLeastOnce)
        let other = try gateway.device()
        try other.connect(as: "other")
        try other.publish("left/a", text: "nobody's", qos: .atLeastOnce)
        try other.publish("own/a", text: "other's", qos: .exactlyOnce, retain: true)
        let message = try device.receiveAndAcknowledge()
        #expect(message.text == "other's")
        #expect(message.qos == .exactlyOnce)
        #expect(message.retain)
        #expect(message.properties.subscriptionIdentifiers == [77])
        #expect(try device.receiveAllPublished() == [])
    }

    @Test func `messages for one who is away wait with their properties, and expire meanwhile`() async throws {
        var gateway = try await DurableGateway.start()
        let (device, _) = try gateway.persistentDevice("device")
        try device.subscribe("a/#", qos: .exactlyOnce)
        try device.disconnect()
        let other = try gateway.device()
        try other.connect(as: "other")
        try other.publish("a/short", Array("1".utf8), qos: .atLeastOnce, properties: [.messageExpiryInterval(1)])
        try other.publish(
            "a/long",
            Array("2".utf8),
            qos: .exactlyOnce,
            properties: [
                .messageExpiryInterval(600), .contentType("text/plain"), .correlationData([1, 2]),
                .userProperty(UserProperty("key", "value")), .userProperty(UserProperty("key", "other")),
            ]
        )
        try other.publish("a/none", Array("3".utf8), qos: .atLeastOnce)
        try await gateway.killAndStart(after: .seconds(1))

        let (again, isPresent) = try gateway.persistentDevice("device")
        #expect(isPresent)
        let first = try again.receiveAndAcknowledge()
        #expect(first.topic == "a/long")
        #expect(first.properties.contentType == "text/plain")
        #expect(first.properties.correlationData == [1, 2])
        #expect(first.properties.userProperties == [UserProperty("key", "value"), UserProperty("key", "other")])
        let left = try #require(first.properties.messageExpiryInterval)
        #expect((500...599).contains(left), "the time of the restart counts: \(left)")
        #expect(try again.receiveAndAcknowledge().topic == "a/none")
        #expect(try again.receiveAllPublished() == [])
    }

    @Test func `what is in flight goes on where it was`() async throws {
        var gateway = try await DurableGateway.start()
        let (device, _) = try gateway.persistentDevice("device")
        try device.subscribe("a", qos: .exactlyOnce)
        let other = try gateway.device()
        try other.connect(as: "other")
        for text in ["received", "sent", "waiting"] { try other.publish("a", text: text, qos: .exactlyOnce) }
        // One is received and not completed, two are only sent.
        let received = try device.receivePublish()
        try device.send(AcknowledgementPacket(.pubrec, packetIdentifier: received.packetIdentifier))
        _ = try device.receive(.pubrel, received.packetIdentifier)
        let sent = try device.receivePublish()
        try await gateway.killAndStart()

        let (again, _) = try gateway.persistentDevice("device")
        _ = try again.receive(.pubrel, received.packetIdentifier)
        try again.send(AcknowledgementPacket(.pubcomp, packetIdentifier: received.packetIdentifier))
        let twice = try again.receiveAndAcknowledge()
        #expect(twice.packetIdentifier == sent.packetIdentifier)
        #expect(twice.isDuplicate)
        #expect(twice.text == "sent")
        #expect(try again.receiveAndAcknowledge().text == "waiting")
        #expect(try again.receiveAllPublished() == [])
    }

    @Test func `a QoS 2 message that was received and not released is not taken twice`() async throws {
        var gateway = try await DurableGateway.start()
        let (subscriber, _) = try gateway.persistentDevice("subscriber")
        try subscriber.subscribe("a", qos: .exactlyOnce)
        try subscriber.disconnect()
        let (publisher, _) = try gateway.persistentDevice("publisher")
        let packet = PublishPacket(topic: "a", payload: [1], qos: .exactlyOnce, packetIdentifier: 9)
        try publisher.send(packet)
        _ = try publisher.receive(.pubrec, 9)
        try await gateway.killAndStart()

        let (again, isPresent) = try gateway.persistentDevice("publisher")
        #expect(isPresent)
        var duplicate = packet
        duplicate.isDuplicate = true
        try again.send(duplicate)
        _ = try again.receive(.pubrec, 9)
        try again.send(AcknowledgementPacket(.pubrel, packetIdentifier: 9))
        #expect(try again.receive(.pubcomp, 9).reasonCode == .success)
        let (reader, _) = try gateway.persistentDevice("subscriber")
        _ = try reader.receiveAndAcknowledge()
        #expect(try reader.receiveAllPublished() == [])
    }

    @Test func `retained messages stay, and removed ones stay away`() async throws {
        var gateway = try await DurableGateway.start()
        let device = try gateway.device()
        try device.connect(as: "publisher")
        try device.publish("a/kept", text: "old", qos: .atLeastOnce, retain: true)
        try device.publish("a/kept", text: "new", qos: .exactlyOnce, retain: true)
        try device.publish("a/gone", text: "x", qos: .atLeastOnce, retain: true)
        try device.publish("a/gone", [], qos: .atLeastOnce, retain: true)
        try await gateway.killAndStart()
        let reader = try gateway.device()
        try reader.connect(as: "reader")
        try reader.subscribe("a/#", qos: .atLeastOnce)
        let found = try reader.receiveAllPublished()
        #expect(found.map(\.topic) == ["a/kept"])
        #expect(found.map { $0.text } == ["new"])
        #expect(found.map(\.retain) == [true])
    }

    @Test func `a delayed will comes when it was due, once, and not when its client came back`() async throws {
        var gateway = try await DurableGateway.start()
        let (reader, _) = try gateway.persistentDevice("reader")
        try reader.subscribe("will/#", qos: .exactlyOnce)
        func will(_ name: String, delay: UInt32) throws -> Will {
            Will(
                topic: try TopicName("will/\(name)"),
                payload: Array(name.utf8),
                qos: .exactlyOnce,
                properties: [.willDelayInterval(delay)]
            )
        }
        for (name, delay) in [("down", 1), ("later", 6), ("back", 6)] as [(String, UInt32)] {
            try gateway.persistentDevice(try Text(name), will: try will(name, delay: delay)).device.vanish()
        }
        let left = ContinuousClock.now
        // The broker has seen them go before it is killed.
        _ = try await eventually("they are gone") { () -> Bool? in
            try await gateway.running.manage("status", "-o", "json").contains("\"connectedClients\":1") ? true : nil
        }
        try await Task.sleep(for: .milliseconds(300))
        try await gateway.killAndStart(after: .seconds(1))
        let (again, _) = try gateway.persistentDevice("reader")
        _ = try gateway.persistentDevice("back")
        #expect(try again.receiveAndAcknowledge().topic == "will/down")
        #expect(try again.receiveAndAcknowledge().topic == "will/later")
        let elapsed = ContinuousClock.now - left
        #expect(elapsed > .seconds(5), "the will came after \(elapsed)")
        try await Task.sleep(for: .seconds(1))
        #expect(try again.receiveAllPublished() == [])
    }

    @Test func `a session ends at its time, also while the gateway is down`() async throws {
        var gateway = try await DurableGateway.start()
        for (name, expiry) in [("short", 1), ("long", 600)] as [(Text, UInt32)] {
            let (device, _) = try gateway.persistentDevice(name, expiry: expiry)
            try device.subscribe("a")
            try device.disconnect()
        }
        try await gateway.killAndStart(after: .milliseconds(1500))
        #expect(try !gateway.persistentDevice("short").sessionPresent)
        #expect(try gateway.persistentDevice("long").sessionPresent)
    }

    @Test(arguments: ["relaxed", "none"])
    func `durability: a graceful end keeps what it should`(durability: String) async throws {
        var gateway = try await DurableGateway.start("durability: \(durability)")
        let (device, _) = try gateway.persistentDevice("device")
        try device.subscribe("a", qos: .atLeastOnce)
        try device.disconnect()
        let other = try gateway.device()
        try other.connect(as: "other")
        try other.publish("a", text: "kept", qos: .atLeastOnce)
        #expect(try await gateway.running.stop(SIGTERM) == 0)
        try await gateway.startAgain()
        let (again, isPresent) = try gateway.persistentDevice("device")
        #expect(isPresent == (durability == "relaxed"))
        let kept = try again.receiveAllPublished()
        #expect(kept.count == (durability == "relaxed" ? 1 : 0))
    }
}
