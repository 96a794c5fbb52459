import MQTTCodec
import TestDevice
import Testing

@testable import MQTTBroker

/// The rules in force: who may publish, subscribe, receive, and what changes when they change.
@Suite struct BrokerAccessTests {
    /// A bench with rules; a client's user name is its id up to a hyphen, `nobody` has none.
    private func bench(
        _ rules: String,
        _ configuration: BrokerConfiguration = BrokerConfiguration(),
        shards: Int = 1
    ) throws -> BrokerBench {
        let bench = try BrokerBench(configuration, shards: shards) { client in
            let name = client.clientID.description.prefix { $0 != "-" }
            client.userName = name == "nobody" ? nil : String(name)
        }
        try bench.use(rules)
        return bench
    }

    @Test func `a publisher of 5 is told by 0x87 what it may not publish, and a message of QoS 0 goes nowhere`() throws
    {
        let bench = try bench("user all\ntopic #\nuser bob\ntopic write b/#")
        let watcher = try bench.connected("all")
        try watcher.subscribe("#")
        let bob = try bench.connected("bob")
        for qos in [QoS.atLeastOnce, .exactlyOnce] {
            #expect(try bob.publish("a", text: "no", qos: qos) == .notAuthorized)
            #expect(try bob.publish("b/x", text: "yes", qos: qos) == .success)
        }
        try bob.publish("a", text: "no")
        try bob.publish("b", text: "yes")
        try bob.ping()
        #expect(try watcher.receiveAllPublished().map(\.text) == ["yes", "yes", "yes"])
        #expect(bench.broker.statistics.deniedPublishes == 3)
        #expect(bench.broker.statistics.dropped[.notAuthorized] == 1)
    }

    @Test(arguments: [ProtocolVersion.v3_1, .v3_1_1], QoS.allCases)
    func `a publisher before 5 gets its acknowledgement, and the message goes nowhere`(
        version: ProtocolVersion,
        qos: QoS
    ) throws {
        let bench = try bench("user all\ntopic #\nuser bob\ntopic write b")
        let watcher = try bench.connected("all")
        try watcher.subscribe("#")
        let bob = try bench.connected("bob", version)
        try bob.publish("a", text: "no", qos: qos)
        try bob.publish("b", text: "yes", qos: qos)
        try bob.ping()
        #expect(try watcher.receiveAllPublished().map(\.text) == ["yes"])
    }

    @Test(arguments: ProtocolVersion.allCases, QoS.allCases)
    func `with onDenied: disconnect, who cannot be told is sent away`(version: ProtocolVersion, qos: QoS) throws {
        var configuration = BrokerConfiguration()
        configuration.onDenied = .disconnect
        let bench = try bench("", configuration)
        let bob = try bench.connected("bob", version)
        if version == .v5, qos > .atMostOnce {
            #expect(try bob.publish("a", text: "no", qos: qos) == .notAuthorized)
            try bob.ping()
        } else {
            let packetID: UInt16 = qos == .atMostOnce ? 0 : 1
            try bob.send(PublishPacket(topic: "a", payload: [], qos: qos, packetIdentifier: packetID))
            let last: [TestDevice.Received] =
                version == .v5 ? [.packet(.disconnect(DisconnectPacket(reasonCode: .notAuthorized)))] : []
            #expect(try bob.receiveUntilClosed() == last)
        }
    }

    @Test func `each filter is granted or refused by itself, without its share name`() throws {
        let bench = try bench("user bob\ntopic read a/+")
        let filters: [TopicFilter] = ["a/b", "c", "#", "$share/g/a/b", "$share/g/c", "a/b/c", "$SYS/#"]
        let expected: [ReasonCode] = [
            .granted(.atMostOnce), .notAuthorized, .granted(.atMostOnce), .granted(.atMostOnce), .notAuthorized,
            .notAuthorized, .notAuthorized,
        ]
        let bob = try bench.connected("bob")
        #expect(try bob.subscribe(filters.map { Subscription($0) }).reasonCodes == expected)
        #expect(bench.broker.statistics.deniedSubscriptions == 4)
        let old = try bench.connected("bob-old", .v3_1_1)
        #expect(try old.subscribe("c").reasonCodes.map(\.isFailure) == [true])
    }

    @Test(arguments: [1, 3])
    func `a wildcard brings what may be read, and no more`(shards: Int) throws {
        let bench = try bench(
            "user all\ntopic #\nuser bob\ntopic read #\ntopic deny secret/#\npattern read own/%u",
            shards: shards
        )
        let bobs = try (0..<4).map { try bench.connected("bob-\($0)") }
        let eves = try (0..<4).map { try bench.connected("eve-\($0)") }
        for device in bobs + eves { try device.subscribe("#", qos: .atLeastOnce) }
        let all = try bench.connected("all")
        for topic in ["secret/1", "open", "own/eve", "own/bob", "$SYS/x"] as [TopicName] {
            try all.publish(topic, text: topic.string, qos: .atLeastOnce)
        }
        for bob in bobs { #expect(try bob.receiveAllPublished().map(\.text) == ["open", "own/eve", "own/bob"]) }
        for eve in eves { #expect(try eve.receiveAllPublished().map(\.text) == ["own/eve"]) }
    }

    @Test func `what the broker says of itself is read by rule`() throws {
        let bench = try bench("user bob\ntopic read $SYS/#\ntopic read #\nuser eve\ntopic read #")
        let bob = try bench.connected("bob")
        let eve = try bench.connected("eve")
        #expect(try bob.subscribe("$SYS/#").reasonCodes == [.granted(.atMostOnce)])
        #expect(try eve.subscribe("$SYS/#").reasonCodes == [.notAuthorized])
        bench.broker.publish("$SYS/broker/uptime", payload: [1])
        #expect(try bob.receiveAllPublished().count == 1)
        #expect(try bob.publish("$SYS/broker/uptime", text: "x", qos: .atLeastOnce) == .notAuthorized)
    }

    @Test func `retained messages come as far as they may be read`() throws {
        let bench = try bench("user all\ntopic #\nuser bob\ntopic read #\ntopic deny secret/#")
        let all = try bench.connected("all")
        try all.publish("secret/1", text: "no", retain: true)
        try all.publish("open", text: "yes", retain: true)
        try all.ping()
        let bob = try bench.connected("bob")
        try bob.subscribe("#")
        #expect(try bob.receiveAllPublished().map(\.text) == ["yes"])
        #expect(bench.broker.statistics.dropped[.notReadable] == 1)
    }

    @Test func `a will that may not be published keeps its client out`() throws {
        let bench = try bench("user bob\ntopic write b/#\npattern write w/%c")
        for (topic, code) in [("a", ReasonCode.notAuthorized), ("b/w", .success), ("w/bob", .success)] {
            let will = Will(topic: try TopicName(topic), payload: [1])
            #expect(try bench.device().connect(as: "bob", will: will).reasonCode == code)
        }
        #expect(
            try bench.device(.v3_1_1).connect(as: "bob", will: Will(topic: "a", payload: [1])).reasonCode
                == .notAuthorized
        )
        #expect(bench.broker.statistics.deniedWills == 2)
    }

    @Test func `a will that may no longer be published is not`() throws {
        let bench = try bench("user all\ntopic #\nuser bob\ntopic write b")
        let watcher = try bench.connected("all")
        try watcher.subscribe("b")
        let bob = try bench.connected("bob", will: Will(topic: "b", payload: [1]))
        try bench.use("user all\ntopic #")
        bob.vanish()
        bench.run()
        #expect(try watcher.receiveAllPublished() == [])
        #expect(bench.broker.statistics.connected == 1)
    }

    @Test func `a message for a share goes to a member that may read it`() throws {
        let bench = try bench("user all\ntopic #\nuser bob\ntopic read a/#\nuser eve\ntopic read a/1")
        let devices = try ["bob", "eve"].map { try bench.connected($0) }
        for device in devices { try device.subscribe("$share/g/a/+") }
        let all = try bench.connected("all")
        for _ in 0..<10 { try all.publish("a/2", text: "x") }
        try all.ping()
        #expect(try devices[0].receiveAllPublished().count == 10)
        #expect(try devices[1].receiveAllPublished().isEmpty)
    }

    @Test func `a SUBSCRIBE of very many filters is not asked about to its end`() throws {
        let bench = try bench("user bob\ntopic read a/#")
        let bob = try bench.connected("bob")
        let codes = try bob.subscribe((0..<1000).map { Subscription(try TopicFilter("b/\($0)")) }).reasonCodes
        #expect(codes.prefix { $0 == .notAuthorized }.count == 2 * 30 + 64)
        #expect(codes.last == .quotaExceeded)
    }

    // MARK: Change

    @Test(arguments: [1, 2])
    func `other rules hold at once for who is connected`(shards: Int) throws {
        let bench = try bench("user all\ntopic #\nuser bob\ntopic #", shards: shards)
        let bob = try bench.connected("bob")
        let all = try bench.connected("all")
        func meet() throws -> (code: ReasonCode?, received: [String?]) {
            let code = try bob.publish("b", text: "x", qos: .atLeastOnce)
            try all.publish("a", text: "1")
            try all.ping()
            return (code, try bob.receiveAllPublished().map(\.text))
        }
        try bob.subscribe("a")
        #expect(try meet() == (.noMatchingSubscribers, ["1"]))
        try bench.use("user all\ntopic #")
        #expect(try meet() == (.notAuthorized, []))
        try bench.use("user all\ntopic #\nuser bob\ntopic read a")
        #expect(try meet() == (.notAuthorized, ["1"]))
        bench.broker.use(nil)
        #expect(try meet() == (.noMatchingSubscribers, ["1"]))
    }

    @Test func `rules that come later know who came before`() throws {
        let bench = try BrokerBench { $0.userName = $0.clientID.description }
        let bob = try bench.connected("bob")
        let eve = try bench.connected("eve")
        for device in [bob, eve] { try device.subscribe("a") }
        try bench.use("user bob\ntopic a\nuser eve\ntopic write a")
        #expect(try eve.publish("a", text: "x", qos: .atLeastOnce) == .success)
        #expect(try bob.receiveAllPublished().count == 1)
        #expect(try eve.receiveAllPublished().isEmpty)
    }

    @Test func `what waits for a client is asked about again when it comes`() throws {
        let bench = try bench("user all\ntopic #\nuser bob\ntopic #")
        let bob = try bench.connected("bob", properties: [.sessionExpiryInterval(60)])
        try bob.subscribe("#", qos: .atLeastOnce)
        bob.vanish()
        bench.run()
        let all = try bench.connected("all")
        for topic in ["a", "b", "c"] as [TopicName] { try all.publish(topic, text: topic.string, qos: .atLeastOnce) }
        try bench.use("user all\ntopic #\nuser bob\ntopic #\ntopic deny b")
        let again = try bench.connected("bob", cleanStart: false, properties: [.sessionExpiryInterval(60)])
        #expect(try again.receiveAllPublished().map(\.text) == ["a", "c"])
        #expect(bench.broker.statistics.dropped[.notReadable] == 1)
        #expect(bench.session("bob")?.pointee.outbound.inFlightCount == 2)
    }

    @Test func `a session that another user takes up brings what that user may read`() throws {
        let users = TestUsers()
        let bench = try BrokerBench { $0.userName = users.name }
        try bench.use("user bob\ntopic a/#\nuser eve\ntopic a/1")
        let bob = try bench.connected("device", properties: [.sessionExpiryInterval(60)])
        try bob.subscribe("a/#", qos: .atLeastOnce)
        let writer = try bench.connected("writer")
        try writer.publish("a/2", text: "for bob", qos: .atLeastOnce)
        #expect(try bob.receiveAndAcknowledge().text == "for bob")
        bob.vanish()
        bench.run()
        try writer.publish("a/2", text: "waits", qos: .atLeastOnce)
        users.name = "eve"
        let eve = try bench.connected("device", cleanStart: false, properties: [.sessionExpiryInterval(60)])
        for topic in ["a/1", "a/2"] as [TopicName] { try writer.publish(topic, text: topic.string, qos: .atLeastOnce) }
        #expect(try eve.receiveAllPublished().map(\.text) == ["a/1"])
    }

    /// Who comes next.
    private final class TestUsers: @unchecked Sendable {
        // Sendable: a bench is used on one thread.
        var name = "bob"
    }
}

extension BrokerBench {
    /// Puts rules in force.
    func use(_ rules: String) throws {
        broker.use(AccessRules(try ACLFile.text(rules)))
        run()
    }
}
