import MQTTCodec
import TestDevice
import Testing

@testable import MQTTBroker

/// What a crash leaves: each test cuts the power at a moment and looks at what the next process has.
@Suite struct DurabilityTests {
    private static let full = StoreError.full(path: "test", reason: "no space left on device")

    // MARK: Messages that wait

    @Test(arguments: [QoS.atLeastOnce, .exactlyOnce], [1, 3])
    func `an acknowledged message is there after a crash`(qos: QoS, shards: Int) throws {
        let durable = try DurableBench(shards: shards)
        let names = (0..<4).map { "s\($0)" }
        for name in names {
            let device = try durable.connected(name)
            try device.subscribe("a/+", qos: qos)
            device.vanish()
        }
        let publisher = try durable.connected("p")
        for number in 0..<3 {
            let code = try publisher.publish(TopicName("a/\(number)"), text: "\(number)", qos: qos)
            #expect(code == .success)
        }
        try durable.crash()
        for name in names {
            let device = try durable.connected(name)
            let got = try (0..<3).map { _ in try device.receiveAndAcknowledge() }
            #expect(got.map(\.text) == ["0", "1", "2"])
            #expect(got.map(\.qos) == [qos, qos, qos])
            device.vanish()
        }
        durable.settle()
        #expect(durable.store.rows.deliveries.isEmpty)
        #expect(durable.store.rows.messages.isEmpty)
        #expect(durable.store.rows.loose == [])
    }

    @Test func `PUBACK waits for the commit, and what comes after it waits its turn`() throws {
        let durable = try DurableBench()
        let away = try durable.connected("s")
        try away.subscribe("kept", qos: .atLeastOnce)
        away.vanish()
        let publisher = try durable.connected("p")
        durable.bench.isDiskBusy = true
        for (identifier, topic) in [(11, "kept"), (12, "nobody"), (13, "kept")] as [(UInt16, TopicName)] {
            try publisher.send(
                PublishPacket(topic: topic, payload: [], qos: .atLeastOnce, packetIdentifier: identifier)
            )
        }
        try publisher.ping()
        #expect(throws: DeviceError.self) { try publisher.receive(.puback, 12) }
        #expect(durable.store.rows.deliveries.isEmpty)
        durable.bench.isDiskBusy = false
        durable.bench.run()
        #expect(durable.store.rows.deliveries.count == 2)
        var order: [UInt16] = []
        for _ in 0..<3 {
            order.append(
                try publisher.receive { received in
                    if case .packet(.acknowledgement(let packet)) = received { packet.packetIdentifier } else { nil }
                }
            )
        }
        #expect(order == [11, 12, 13])
    }

    @Test func `a subscriber that acknowledges in time spares the write, and PUBACK leaves at once`() throws {
        let durable = try DurableBench { $0.collectionDelay = .milliseconds(1) }
        let subscriber = try durable.connected("s")
        try subscriber.subscribe("a", qos: .atLeastOnce)
        let publisher = try durable.connected("p")
        durable.settle()
        let changes = durable.store.changes
        durable.bench.isDiskBusy = true
        for _ in 0..<10 {
            try publisher.send(PublishPacket(topic: "a", payload: [], qos: .atLeastOnce, packetIdentifier: 7))
            try publisher.ping()
            #expect(throws: DeviceError.self) { try publisher.receive(.puback, 7) }
            _ = try subscriber.receiveAndAcknowledge()
            _ = try publisher.receive(.puback, 7)
        }
        durable.bench.isDiskBusy = false
        durable.settle()
        #expect(durable.store.changes == changes)
        #expect(durable.bench.broker.storageStatistics?.pendingBytes == 0)
    }

    @Test func `a message that is on disk goes from it when it is acknowledged`() throws {
        let durable = try DurableBench()
        let subscriber = try durable.connected("s")
        try subscriber.subscribe("a", qos: .atLeastOnce)
        let publisher = try durable.connected("p")
        try publisher.publish("a", text: "1", qos: .atLeastOnce)
        #expect(durable.store.rows.deliveries.count == 1)
        #expect(durable.store.rows.messages.count == 1)
        _ = try subscriber.receiveAndAcknowledge()
        durable.settle()
        #expect(durable.store.rows.deliveries.isEmpty)
        #expect(durable.store.rows.messages.isEmpty)
    }

    @Test func `a message in flight comes again under its identifier, as a duplicate`() throws {
        let durable = try DurableBench()
        let subscriber = try durable.connected("s")
        try subscriber.subscribe("a", qos: .atLeastOnce)
        let publisher = try durable.connected("p")
        try publisher.publish("a", text: "1", qos: .atLeastOnce)
        try publisher.publish("a", text: "2", qos: .atLeastOnce)
        let first = try subscriber.receivePublish()
        try durable.crash()
        let again = try durable.connected("s")
        let repeated = try again.receiveAndAcknowledge()
        #expect(repeated.packetIdentifier == first.packetIdentifier)
        #expect(repeated.isDuplicate)
        #expect(repeated.text == "1")
        #expect(try again.receiveAndAcknowledge().text == "2")
    }

    // MARK: QoS 2

    @Test func `a QoS 2 message goes out after the commit, not before`() throws {
        let durable = try DurableBench(shards: 2)
        let subscriber = try durable.connected("s")
        try subscriber.subscribe("a", qos: .exactlyOnce)
        let publisher = try durable.connected("p")
        durable.bench.isDiskBusy = true
        try publisher.send(PublishPacket(topic: "a", payload: [1], qos: .exactlyOnce, packetIdentifier: 1))
        #expect(try subscriber.receiveAllPublished().isEmpty)
        #expect(throws: DeviceError.self) { try publisher.receive(.pubrec, 1) }
        durable.bench.isDiskBusy = false
        durable.bench.run()
        _ = try publisher.receive(.pubrec, 1)
        #expect(try subscriber.receivePublish().payload == [1])
        #expect(durable.store.rows.inbound.count == 1)
    }

    @Test func `the identifier and all deliveries of a QoS 2 message are one transaction`() throws {
        let durable = try DurableBench(shards: 3)
        for number in 0..<6 {
            let device = try durable.connected("s\(number)")
            try device.subscribe("a", qos: .exactlyOnce)
            device.vanish()
        }
        let publisher = try durable.connected("p")
        durable.settle()
        // The other shards take their mail later; meanwhile nothing of the message may be stored.
        let home = durable.bench.broker.home(of: ClientID("p")).index
        durable.bench.isStalled = Set(0..<3).subtracting([home])
        try publisher.send(PublishPacket(topic: "a", payload: [], qos: .exactlyOnce, packetIdentifier: 5))
        durable.bench.run()
        #expect(durable.store.rows.inbound.isEmpty)
        #expect(durable.store.rows.deliveries.isEmpty)
        let commits = durable.store.commits
        durable.bench.isStalled = []
        durable.bench.run()
        #expect(durable.store.commits == commits + 1)
        #expect(durable.store.rows.inbound.count == 1)
        #expect(durable.store.rows.deliveries.count == 6)
        _ = try publisher.receive(.pubrec, 5)
    }

    @Test func `a QoS 2 message that is sent again after a crash is not passed on again`() throws {
        let durable = try DurableBench()
        let away = try durable.connected("s")
        try away.subscribe("a", qos: .exactlyOnce)
        away.vanish()
        let publisher = try durable.connected("p")
        let packet = PublishPacket(topic: "a", payload: [9], qos: .exactlyOnce, packetIdentifier: 3)
        try publisher.send(packet)
        _ = try publisher.receive(.pubrec, 3)
        try durable.crash()
        let again = try durable.connected("p")
        try again.send(packet)
        _ = try again.receive(.pubrec, 3)
        try again.send(AcknowledgementPacket(.pubrel, packetIdentifier: 3))
        #expect(try again.receive(.pubcomp, 3).reasonCode == .success)
        let subscriber = try durable.connected("s")
        #expect(try subscriber.receiveAndAcknowledge().payload == [9])
        #expect(try subscriber.receiveAllPublished().isEmpty)
        durable.settle()
        #expect(durable.store.rows.inbound.isEmpty)
    }

    @Test func `PUBREC to a message sent again waits for the commit of the first`() throws {
        let durable = try DurableBench()
        let publisher = try durable.connected("p")
        durable.bench.isDiskBusy = true
        let packet = PublishPacket(topic: "a", payload: [9], qos: .exactlyOnce, packetIdentifier: 3)
        try publisher.send(packet)
        // Before 5.0 and a session for ever, coming back needs no commit itself.
        durable.bench.isDiskBusy = false
        durable.bench.run()
        _ = try publisher.receive(.pubrec, 3)
        durable.bench.isDiskBusy = true
        try publisher.send(PublishPacket(topic: "a", payload: [8], qos: .exactlyOnce, packetIdentifier: 4))
        try publisher.send(
            PublishPacket(topic: "a", payload: [8], qos: .exactlyOnce, isDuplicate: true, packetIdentifier: 4)
        )
        #expect(throws: DeviceError.self) { try publisher.receive(.pubrec, 4) }
        durable.bench.isDiskBusy = false
        durable.bench.run()
        _ = try publisher.receive(.pubrec, 4)
        _ = try publisher.receive(.pubrec, 4)
    }

    @Test func `PUBREL leaves after the commit of PUBREC, and comes again after a crash`() throws {
        let durable = try DurableBench()
        let subscriber = try durable.connected("s")
        try subscriber.subscribe("a", qos: .exactlyOnce)
        let publisher = try durable.connected("p")
        try publisher.publish("a", text: "1", qos: .exactlyOnce)
        let identifier = try subscriber.receivePublish().packetIdentifier
        durable.bench.isDiskBusy = true
        try subscriber.send(AcknowledgementPacket(.pubrec, packetIdentifier: identifier))
        #expect(throws: DeviceError.self) { try subscriber.receive(.pubrel, identifier) }
        durable.bench.isDiskBusy = false
        durable.bench.run()
        _ = try subscriber.receive(.pubrel, identifier)
        #expect(durable.store.rows.deliveries.values.map(\.stage) == [.awaitsPubcomp])
        durable.settle()
        #expect(durable.store.rows.messages.isEmpty)
        try durable.crash()
        let again = try durable.connected("s")
        _ = try again.receive(.pubrel, identifier)
        try again.send(AcknowledgementPacket(.pubcomp, packetIdentifier: identifier))
        #expect(try again.receiveAllPublished().isEmpty)
        durable.settle()
        #expect(durable.store.rows.deliveries.isEmpty)
    }

    @Test func `PUBCOMP waits until the release is stored`() throws {
        let durable = try DurableBench()
        let publisher = try durable.connected("p")
        try publisher.send(PublishPacket(topic: "a", payload: [], qos: .exactlyOnce, packetIdentifier: 3))
        _ = try publisher.receive(.pubrec, 3)
        durable.bench.isDiskBusy = true
        try publisher.send(AcknowledgementPacket(.pubrel, packetIdentifier: 3))
        #expect(throws: DeviceError.self) { try publisher.receive(.pubcomp, 3) }
        durable.bench.isDiskBusy = false
        durable.bench.run()
        _ = try publisher.receive(.pubcomp, 3)
        #expect(durable.store.rows.inbound.isEmpty)
    }

    // MARK: Sessions

    @Test func `CONNACK, SUBACK and UNSUBACK wait for their commits`() throws {
        let durable = try DurableBench()
        durable.bench.isDiskBusy = true
        let device = try durable.bench.device()
        #expect(throws: DeviceError.self) {
            try device.connect(as: "c", properties: [.sessionExpiryInterval(60)])
        }
        durable.bench.isDiskBusy = false
        durable.bench.run()
        let connack: ConnackPacket = try device.receive {
            if case .packet(.connack(let connack)) = $0 { connack } else { nil }
        }
        #expect(connack.reasonCode == .success)
        #expect(durable.store.rows.sessions.count == 1)
        durable.bench.isDiskBusy = true
        #expect(throws: DeviceError.self) { try device.subscribe("a", qos: .atLeastOnce) }
        durable.bench.isDiskBusy = false
        durable.bench.run()
        #expect(durable.store.rows.subscriptions.count == 1)
        durable.bench.isDiskBusy = true
        #expect(throws: DeviceError.self) { try device.unsubscribe(["a"]) }
        durable.bench.isDiskBusy = false
        durable.bench.run()
        #expect(durable.store.rows.subscriptions.isEmpty)
    }

    @Test func `a session that ends with its connection is never stored`() throws {
        let durable = try DurableBench()
        let device = try durable.connected("c", cleanStart: true, expiry: 0)
        try device.subscribe([Subscription("a", options: SubscriptionOptions(maximumQoS: .exactlyOnce))])
        try device.publish("a", text: "1", qos: .exactlyOnce)
        _ = try device.receiveAndAcknowledge()
        durable.settle()
        #expect(durable.store.rows.isEmpty)
    }

    @Test func `subscriptions come back with options and identifier`() throws {
        let durable = try DurableBench()
        let options = SubscriptionOptions(maximumQoS: .atLeastOnce, noLocal: true, retainAsPublished: true)
        let device = try durable.connected("c")
        try device.subscribe([Subscription("a/#", options: options)], properties: [.subscriptionIdentifier(77)])
        try device.subscribe([Subscription("gone")])
        try device.unsubscribe(["gone"])
        try durable.crash()
        #expect(durable.bench.broker.statistics.subscriptions == 1)
        let again = try durable.connected("c")
        try again.publish("a/own", text: "own", qos: .atLeastOnce)
        let other = try durable.connected("d")
        try other.publish("a/b", text: "1", qos: .atLeastOnce, retain: true)
        let got = try again.receiveAllPublished()
        #expect(got.map(\.text) == ["1"])
        #expect(got.first?.retain == true)
        #expect(got.first?.properties.subscriptionIdentifiers == [77])
    }

    @Test func `a clean start discards what is stored`() throws {
        let durable = try DurableBench(shards: 2)
        let device = try durable.connected("c")
        try device.subscribe("a", qos: .atLeastOnce)
        device.vanish()
        try durable.connected("p").publish("a", text: "1", qos: .atLeastOnce)
        let fresh = try durable.connected("c", cleanStart: true, expiry: 0)
        #expect(durable.store.rows.sessions.values.map(\.clientID) == [ClientID("p")])
        fresh.vanish()
        try durable.crash()
        let connack = try durable.bench.device().connect(as: "c", cleanStart: false)
        #expect(!connack.sessionPresent)
        durable.settle()
        #expect(durable.store.rows.deliveries.isEmpty && durable.store.rows.messages.isEmpty)
    }

    @Test func `a session taken up with expiry 0 is not there after a crash`() throws {
        let durable = try DurableBench()
        let device = try durable.connected("c")
        try device.subscribe("a", qos: .atLeastOnce)
        device.vanish()
        let again = try durable.connected("c", expiry: 0)
        try again.ping()
        #expect(durable.store.rows.sessions.isEmpty)
        try durable.crash()
        #expect(durable.bench.broker.statistics.sessions == 0)
    }

    @Test(arguments: [(59, true), (61, false)])
    func `a session expires while the broker is down`(wait: Int, isThere: Bool) throws {
        let durable = try DurableBench()
        let device = try durable.connected("c", expiry: 60)
        try device.subscribe("a", qos: .atLeastOnce)
        device.vanish()
        durable.settle()
        try durable.crash(later: .seconds(wait))
        durable.settle()
        #expect(durable.bench.broker.statistics.sessions == (isThere ? 1 : 0))
        #expect(durable.store.rows.sessions.isEmpty == !isThere)
    }

    @Test func `DISCONNECT's expiry is what counts after a crash`() throws {
        let durable = try DurableBench()
        let device = try durable.connected("c", expiry: .max)
        try device.disconnect(properties: [.sessionExpiryInterval(10)])
        durable.settle()
        try durable.crash(later: .seconds(11))
        durable.settle()
        #expect(durable.bench.broker.statistics.sessions == 0)
        let other = try durable.connected("d")
        try other.disconnect(properties: [.sessionExpiryInterval(0)])
        durable.bench.run()
        #expect(durable.store.rows.sessions.isEmpty)
    }

    @Test func `a credential's sessions are found after a crash, and its retained messages too`() throws {
        let durable = try DurableBench()
        let device = try durable.connected("dev-1@acme")
        try device.publish("a", text: "1", qos: .atLeastOnce, retain: true)
        try durable.crash()
        #expect(durable.bench.broker.statistics.sessions == 1)
        let ended = Tally()
        durable.bench.broker.disconnect(
            .credentials([TestCertificates.credential("dev-1")]),
            leaving: Leftovers(retained: .drop, session: .drop, will: .drop),
            completion: ended.add
        )
        durable.settle()
        #expect(durable.bench.broker.statistics.sessions == 0)
        #expect(durable.bench.broker.statistics.retainedMessages == 0)
        #expect(durable.store.rows.isEmpty)
    }

    // MARK: Wills

    @Test func `a will that waits is published in time, though the broker was restarted`() throws {
        let durable = try DurableBench()
        let watcher = try durable.connected("w")
        try watcher.subscribe("will", qos: .atLeastOnce)
        let will = Will(topic: "will", payload: [1], qos: .atLeastOnce, properties: [.willDelayInterval(30)])
        try durable.connected("c", will: will).vanish()
        durable.settle()
        try durable.crash(later: .seconds(10))
        let back1 = try durable.connected("w")
        #expect(try back1.receiveAllPublished().isEmpty)
        durable.bench.advance(by: .seconds(21))
        let back2 = try durable.connected("w")
        #expect(try back2.receiveAndAcknowledge().payload == [1])
        durable.settle()
        #expect(durable.store.rows.wills.isEmpty)
    }

    @Test func `a will due while the broker was down is published at its start, once`() throws {
        let durable = try DurableBench()
        let watcher = try durable.connected("w")
        try watcher.subscribe("will", qos: .exactlyOnce)
        let will = Will(topic: "will", payload: [1], qos: .exactlyOnce, properties: [.willDelayInterval(30)])
        try durable.connected("c", will: will).vanish()
        durable.settle()
        try durable.crash(later: .seconds(60))
        durable.settle()
        try durable.crash()
        let again = try durable.connected("w")
        #expect(try again.receiveAndAcknowledge().payload == [1])
        #expect(try again.receiveAllPublished().isEmpty)
    }

    @Test func `the will of a client that was connected is published after a crash, not after a goodbye`() throws {
        let durable = try DurableBench()
        let watcher = try durable.connected("w")
        try watcher.subscribe("will/+", qos: .atLeastOnce)
        let wills = try ["x", "y"].map { name in
            try Will(topic: TopicName("will/\(name)"), payload: [], qos: .atLeastOnce)
        }
        _ = try durable.connected("x", will: wills[0])
        let polite = try durable.connected("y", will: wills[1])
        try polite.disconnect()
        durable.settle()
        try durable.crash()
        durable.settle()
        let got = try durable.connected("w").receiveAllPublished()
        #expect(got.map(\.topic?.string) == ["will/x"])
    }

    // MARK: Retained messages

    @Test func `retained messages come back, and those that were cleared or ran out do not`() throws {
        let durable = try DurableBench()
        let publisher = try durable.connected("p", cleanStart: true, expiry: 0)
        try publisher.publish("kept", text: "old", qos: .atLeastOnce, retain: true)
        try publisher.publish("kept", text: "new", qos: .atLeastOnce, retain: true)
        try publisher.publish("cleared", text: "1", qos: .atLeastOnce, retain: true)
        try publisher.publish("cleared", text: "", qos: .atLeastOnce, retain: true)
        try publisher.publish("lazy", text: "1", qos: .atMostOnce, retain: true)
        try publisher.publish("short", [1], qos: .atLeastOnce, retain: true, properties: [.messageExpiryInterval(10)])
        durable.settle()
        #expect(durable.store.rows.loose == [])
        try durable.crash(later: .seconds(11))
        let device = try durable.connected("d")
        try device.subscribe("#", qos: .atLeastOnce)
        let got = try device.receiveAllPublished()
        #expect(Set(got.map { "\($0.topic?.string ?? "") \($0.text)" }) == ["kept new", "lazy 1"])
        #expect(got.filter { !$0.retain }.isEmpty)
    }

    @Test func `PUBACK for a retained message waits for its commit`() throws {
        let durable = try DurableBench()
        let publisher = try durable.connected("p", cleanStart: true, expiry: 0)
        durable.bench.isDiskBusy = true
        #expect(throws: DeviceError.self) { try publisher.publish("a", text: "1", qos: .atLeastOnce, retain: true) }
        durable.bench.isDiskBusy = false
        durable.bench.run()
        #expect(durable.store.rows.retained.count == 1)
    }

    @Test func `retained messages a subscription brings are not lost by a crash before they were sent`() throws {
        let durable = try DurableBench { storage in
            storage.collectionDelay = .zero
        }
        let publisher = try durable.connected("p")
        for number in 0..<5 {
            try publisher.publish(TopicName("r/\(number)"), text: "1", qos: .atLeastOnce, retain: true)
        }
        var properties: Properties = [.sessionExpiryInterval(60)]
        properties.receiveMaximum = 1
        let device = try durable.bench.connected("c", cleanStart: false, properties: properties)
        try device.subscribe("r/#", qos: .atLeastOnce)
        try durable.crash()
        let again = try durable.connected("c")
        var topics: Set<String> = []
        for _ in 0..<6 where topics.count < 5 { topics.insert(try again.receiveAndAcknowledge().topic?.string ?? "") }
        #expect(topics.count == 5)
        durable.settle()
        #expect(durable.store.rows.subscriptions.values.allSatisfy { !$0.bringsRetained })
    }

    // MARK: Shared subscriptions

    @Test(arguments: [1, 2])
    func `a message of a shared subscription goes to another member when its receiver's session ends`(
        shards: Int
    ) throws {
        let durable = try DurableBench(shards: shards)
        let first = try durable.connected("m0", expiry: 60)
        try first.subscribe("$share/g/a", qos: .atLeastOnce)
        first.vanish()
        try durable.connected("p").publish("a", text: "1", qos: .atLeastOnce)
        let second = try durable.connected("m1")
        try second.subscribe("$share/g/a", qos: .atLeastOnce)
        second.vanish()
        durable.settle()
        #expect(durable.store.rows.deliveries.values.map(\.sharedFilter) == [Array("$share/g/a".utf8)])
        try durable.crash(later: .seconds(61))
        durable.settle()
        try durable.crash()
        let back3 = try durable.connected("m1")
        #expect(try back3.receiveAndAcknowledge().text == "1")
        durable.settle()
        #expect(durable.store.rows.loose == [])
    }

    // MARK: Queues

    @Test func `what a full queue drops goes from the store too`() throws {
        var configuration = BrokerConfiguration()
        configuration.maximumQueuedMessages = 2
        configuration.queueFullRule = .dropOld
        let durable = try DurableBench(configuration)
        let device = try durable.connected("s")
        try device.subscribe("a", qos: .atLeastOnce)
        device.vanish()
        let publisher = try durable.connected("p")
        for number in 0..<5 { try publisher.publish("a", text: "\(number)", qos: .atLeastOnce) }
        durable.settle()
        #expect(durable.store.rows.deliveries.count == 2)
        try durable.crash()
        let again = try durable.connected("s")
        let got = try (0..<2).map { _ in try again.receiveAndAcknowledge().text }
        #expect(got == ["3", "4"])
    }

    @Test func `a message that runs out while the broker is down is not delivered`() throws {
        let durable = try DurableBench()
        let device = try durable.connected("s")
        try device.subscribe("a", qos: .atLeastOnce)
        device.vanish()
        let publisher = try durable.connected("p")
        try publisher.publish("a", [1], qos: .atLeastOnce, properties: [.messageExpiryInterval(5)])
        try publisher.publish("a", [2], qos: .atLeastOnce, properties: [.messageExpiryInterval(50)])
        try durable.crash(later: .seconds(10))
        let again = try durable.connected("s")
        let got = try again.receiveAndAcknowledge()
        #expect(got.payload == [2])
        #expect(got.properties.messageExpiryInterval == 40)
        #expect(try again.receiveAllPublished().isEmpty)
        durable.settle()
        #expect(durable.store.rows.deliveries.isEmpty)
        #expect(durable.store.rows.messages.isEmpty)
    }

    // MARK: A store that fails

    @Test func `a full store refuses what needs it, and nothing else`() throws {
        let durable = try DurableBench()
        let away = try durable.connected("s")
        try away.subscribe("kept", qos: .atLeastOnce)
        away.vanish()
        let watcher = try durable.connected("w", cleanStart: true, expiry: 0)
        try watcher.subscribe("live", qos: .atLeastOnce)
        let publisher = try durable.connected("p", cleanStart: true, expiry: 0)
        let old = try durable.connected("o", .v3_1_1, cleanStart: true)
        let kept = try durable.connected("k")
        durable.settle()
        durable.store.failure = Self.full
        // The first ones find out, the others are told at once.
        for _ in 0..<2 {
            #expect(try publisher.publish("kept", text: "1", qos: .atLeastOnce) == .quotaExceeded)
            #expect(try publisher.publish("r", text: "1", qos: .atLeastOnce, retain: true) == .quotaExceeded)
            #expect(try kept.publish("kept", text: "1", qos: .exactlyOnce) == .quotaExceeded)
            #expect(try kept.subscribe("b", qos: .atLeastOnce).reasonCodes == [.quotaExceeded])
            let connack = try durable.bench.device().connect(as: "n", properties: [.sessionExpiryInterval(9)])
            #expect(connack.reasonCode == .quotaExceeded)
            #expect(try publisher.publish("live", text: "1", qos: .atLeastOnce) == .success)
            #expect(try watcher.receiveAndAcknowledge().text == "1")
            try publisher.publish("live", text: "2")
            #expect(try watcher.receiveAndAcknowledge().text == "2")
        }
        #expect(durable.bench.broker.storageState == .failing(Self.full))
        try old.send(PublishPacket(topic: "kept", payload: [], qos: .atLeastOnce, packetIdentifier: 1))
        #expect(try old.receiveUntilClosed().isEmpty)
        // By itself, without anybody who needs it.
        durable.store.failure = nil
        durable.bench.advance(by: .seconds(2))
        #expect(durable.bench.broker.storageState == .working)
        #expect(try publisher.publish("kept", text: "2", qos: .atLeastOnce) == .success)
        try durable.crash()
        let again = try durable.connected("s")
        #expect(try again.receiveAndAcknowledge().text == "2")
        #expect(try again.receiveAllPublished().isEmpty)
    }

    @Test func `what nobody can be refused is stored when the store works again`() throws {
        let durable = try DurableBench()
        let device = try durable.connected("s")
        try device.subscribe("a", qos: .exactlyOnce)
        let publisher = try durable.connected("p")
        try publisher.publish("a", text: "1", qos: .exactlyOnce)
        durable.store.failure = Self.full
        let identifier = try device.receivePublish().packetIdentifier
        try device.send(AcknowledgementPacket(.pubrec, packetIdentifier: identifier))
        #expect(throws: DeviceError.self) { try device.receive(.pubrel, identifier) }
        #expect(throws: DeviceError.self) { try device.unsubscribe(["a"]) }
        durable.bench.advance(by: .seconds(5))
        #expect(throws: DeviceError.self) { try device.receive(.pubrel, identifier) }
        durable.store.failure = nil
        durable.bench.advance(by: .seconds(2))
        _ = try device.receive(.pubrel, identifier)
        #expect(durable.store.rows.subscriptions.isEmpty)
    }

    // MARK: Bounds

    @Test func `a publisher that overruns the disk is not read`() throws {
        let durable = try DurableBench { storage in
            storage.collectionDelay = .zero
            storage.maximumPendingBytes = 20_000
        }
        let away = try durable.connected("s")
        try away.subscribe("a", qos: .atLeastOnce)
        away.vanish()
        let publisher = try durable.connected("p")
        durable.bench.isDiskBusy = true
        for identifier in 1...100 {
            let packet = PublishPacket(
                topic: "a",
                payload: [UInt8](repeating: 1, count: 1000),
                qos: .atLeastOnce,
                packetIdentifier: UInt16(identifier)
            )
            try publisher.send(packet)
        }
        let pending = durable.bench.broker.storageStatistics?.pendingBytes ?? 0
        #expect(pending > 20_000 && pending < 40_000)
        durable.bench.isDiskBusy = false
        durable.settle()
        for identifier in 1...100 { _ = try publisher.receive(.puback, UInt16(identifier)) }
        #expect(durable.store.rows.deliveries.count == 100)
        #expect(durable.bench.broker.storageStatistics?.pendingBytes == 0)
    }

    // MARK: Relaxed

    @Test func `relaxed acknowledges at once and commits within its time`() throws {
        let durable = try DurableBench { $0.durability = .relaxed }
        let away = try durable.connected("s")
        try away.subscribe("a", qos: .exactlyOnce)
        away.vanish()
        let publisher = try durable.connected("p")
        durable.bench.isDiskBusy = true
        #expect(try publisher.publish("a", text: "1", qos: .exactlyOnce) == .success)
        durable.bench.isDiskBusy = false
        durable.bench.advance(by: .milliseconds(100))
        try durable.crash()
        let back4 = try durable.connected("s")
        #expect(try back4.receiveAndAcknowledge().text == "1")
    }
}
