import MQTTCodec
import Reactors
import TestDevice
import Testing

@testable import MQTTBroker

/// CONNECT and CONNACK, statement by statement. MQTT 5.0 §§ 3.1, 3.2
@Suite struct ConnectConformanceTests {
    // [MQTT-3.1.3-5]
    @Test(
        arguments: ProtocolVersion.allCases,
        ["a", "0123456789abcdefghijklm", "nopqrstuvwxyzABCDEFGHIJ", "KLMNOPQRSTUVWXYZ"]
    )
    func `every identifier of 1 to 23 letters and digits is taken`(version: ProtocolVersion, name: String) throws {
        let bench = try BrokerBench()
        let device = try bench.device(version)
        #expect(try device.connect(as: Text(name)).reasonCode == .success)
        #expect(bench.session(name) != nil)
        try device.ping()
    }

    @Test(
        arguments: [
            (ProtocolVersion.v3_1, String(repeating: "x", count: 23), ReasonCode.success),
            (.v3_1, String(repeating: "é", count: 23), .success),
            (.v3_1, String(repeating: "x", count: 24), .clientIdentifierNotValid),
            (.v3_1_1, String(repeating: "x", count: 24), .success),
            (.v5, String(repeating: "x", count: 65_535), .success),
        ]
    )
    func `more than 23 characters are too many for 3.1 alone`(
        version: ProtocolVersion,
        name: String,
        code: ReasonCode
    ) throws {
        let bench = try BrokerBench()
        #expect(try bench.device(version).connect(as: Text(name)).reasonCode == code)
    }

    // [MQTT-3.1.3-2] [MQTT-4.7.3-4]
    @Test func `identifiers that differ in one byte are two clients, however alike they look`() throws {
        let bench = try BrokerBench()
        let names = ["e\u{301}", "\u{e9}", "E\u{301}", "\u{feff}\u{e9}"]
        let devices = try names.map { try bench.connected($0) }
        #expect(bench.broker.statistics.connected == devices.count)
    }

    // [MQTT-3.1.4-6] [MQTT-3.2.2-7] [MQTT-3.14.0-1]
    @Test(
        arguments: [
            ([.authenticationMethod("m")], [0x20, 3, 0, 0x8C, 0]),
            // No CONNACK either where the client does not take one of five bytes.
            ([.authenticationMethod("m"), .maximumPacketSize(4)], []),
        ] as [(Properties, [UInt8])]
    )
    func `what follows a refused CONNECT is not looked at`(properties: Properties, answer: [UInt8]) throws {
        let bench = try BrokerBench()
        let watcher = try bench.connected("w")
        try watcher.subscribe("#")
        let pipe = try bench.pipe()
        let connect = ConnectPacket(clientIdentifier: "c", properties: properties)
        let publish = PublishPacket(topic: "t", payload: [1], retain: true)
        let bytes = try connect.encoded(for: .v5, from: .client) + publish.encoded(for: .v5, from: .client)
        try pipe.send(bytes, by: .now + .seconds(1))
        #expect(try pipe.receiveAll() == answer)
        #expect(try watcher.receiveAllPublished() == [])
        #expect(bench.broker.statistics.retainedMessages == 0)
        #expect(bench.broker.statistics.connected == 1)
    }

    // MQTT 3.1.1 [MQTT-3.2.2-6]
    @Test(arguments: [ProtocolVersion.v3_1, .v3_1_1])
    func `a refusal that 3.x has no return code for is the end alone`(version: ProtocolVersion) throws {
        var configuration = BrokerConfiguration()
        configuration.topics.maximumLevels = 2
        let bench = try BrokerBench(configuration)
        let device = try bench.device(version)
        try device.send(
            ConnectPacket(version: version, clientIdentifier: "c", will: Will(topic: "a/b/c", payload: []))
        )
        #expect(try device.receiveUntilClosed() == [])
    }

    // [MQTT-3.1.4-5] [MQTT-3.2.0-1] [MQTT-3.2.0-2] [MQTT-3.2.2-1] [MQTT-3.2.2-3] [MQTT-4.5.0-1]
    @Test(arguments: [ProtocolVersion.v3_1_1, .v5])
    func `CONNACK comes once, and before all that waited`(version: ProtocolVersion) throws {
        let bench = try BrokerBench(shards: 2)
        let properties: Properties = version.hasProperties ? [.sessionExpiryInterval(60)] : []
        let first = try bench.connected("c", version, cleanStart: false, properties: properties)
        try first.subscribe("#", qos: .exactlyOnce)
        first.vanish()
        let publisher = try bench.connected("p")
        for qos in [QoS.atLeastOnce, .exactlyOnce] { try publisher.publish("t", text: "x", qos: qos) }
        let again = try bench.device(version)
        try again.send(
            ConnectPacket(version: version, cleanStart: false, clientIdentifier: "c", properties: properties)
        )
        guard case .packet(.connack(let connack)) = try again.receive() else {
            Issue.record("the first packet is no CONNACK")
            return
        }
        #expect(connack.sessionPresent && connack.reasonCode == .success)
        for _ in 0..<2 { #expect(try again.receiveAndAcknowledge().text == "x") }
        #expect(bench.broker.statistics.sent[.connack] == 3)
    }

    // [MQTT-3.2.2-10] [MQTT-3.2.2-9]
    @Test(arguments: QoS.allCases)
    func `a highest QoS refuses no subscription`(highest: QoS) throws {
        var configuration = BrokerConfiguration()
        configuration.maximumQoS = highest
        let bench = try BrokerBench(configuration)
        let device = try bench.device()
        let told = try device.connect(as: "c").properties.maximumQoS
        #expect(told == (highest == .exactlyOnce ? nil : highest))
        let wishes = QoS.allCases.map { Subscription("t", options: SubscriptionOptions(maximumQoS: $0)) }
        #expect(try device.subscribe(wishes).reasonCodes == QoS.allCases.map { .granted(min($0, highest)) })
    }

    // [MQTT-3.1.2-28]
    @Test(arguments: [nil, false, true])
    func `no response information is sent, whatever is asked`(wish: Bool?) throws {
        let bench = try BrokerBench()
        let properties = Properties(wish.map { [.requestResponseInformation($0)] } ?? [])
        let connack = try bench.device().connect(as: "c", properties: properties)
        #expect(connack.properties.responseInformation == nil)
        // [MQTT-4.12.0-6]
        #expect(connack.properties.authenticationMethod == nil)
    }

    // [MQTT-3.1.2-24]
    @Test func `CONNACK is made as small as the client takes it, or refuses`() throws {
        let bench = try BrokerBench()
        let whole = try bench.device().connect(as: "c", properties: [.maximumPacketSize(24)])
        #expect(whole.properties.sharedSubscriptionAvailable == true)
        #expect(try whole.encodedSize(for: .v5, from: .server) == 24)
        let short = try bench.device().connect(as: "c", properties: [.maximumPacketSize(23)])
        #expect(short.reasonCode == .success)
        #expect(short.properties.list == [.receiveMaximum(1024), .maximumPacketSize(1 << 20), .topicAliasMaximum(32)])
        let none = try bench.device().connect(as: "d", properties: [.maximumPacketSize(15)])
        #expect(none.reasonCode == .packetTooLarge)
        #expect(bench.session("d") == nil)
    }

    /// An answer that the client does not take in any form cannot be left out: the client would wait for ever.
    @Test func `an answer too large for the client ends its connection`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", properties: [.maximumPacketSize(30)])
        let filters = (0..<26).map { _ in Subscription("t") }
        try device.send(SubscribePacket(packetIdentifier: 1, filters))
        #expect(try device.receiveEnd() == .packetTooLarge)
    }

    // [MQTT-3.1.2-29] [MQTT-3.2.2-19] [MQTT-3.2.2-20] [MQTT-3.4.2-2] [MQTT-3.4.2-3] [MQTT-3.5.2-2] [MQTT-3.5.2-3]
    // [MQTT-3.6.2-2] [MQTT-3.6.2-3] [MQTT-3.7.2-2] [MQTT-3.7.2-3] [MQTT-3.9.2-1] [MQTT-3.9.2-2] [MQTT-3.11.2-1]
    // [MQTT-3.11.2-2] [MQTT-3.14.2-3] [MQTT-3.14.2-4] [MQTT-3.15.2-2] [MQTT-3.15.2-3]
    @Test(arguments: explained)
    func `reason strings and user properties stay out where they are not wanted or not taken`(
        packet: any ExplainedPacket
    ) throws {
        let size = try packet.encodedSize(for: .v5, from: .server)
        for (limit, wish, arrives) in [
            (size, nil, true), (size, true, true), (size - 1, nil, false), (size, false, false),
        ]
            as [(Int, Bool?, Bool)]
        {
            let bench = try BrokerBench()
            var properties: Properties = [.maximumPacketSize(UInt32(limit))]
            properties.requestProblemInformation = wish
            let device = try bench.connected("c", properties: properties)
            if let connection = bench.session("c")?.pointee.connection { Self.send(packet, by: connection) }
            bench.run()
            let answer = try device.receive()
            let received = try #require(answer.explained)
            #expect(received.properties.isEmpty == !arrives)
            #expect(received.packetType == packet.packetType)
        }
    }

    private static func send(_ packet: some ExplainedPacket, by connection: ClientConnection) {
        connection.send(packet)
    }

    private static let explanation: Properties = [
        .reasonString("as long as it takes to be longer than CONNACK"), .userProperty(UserProperty("name", "value")),
    ]

    private static let explained: [any ExplainedPacket] =
        [
            ConnackPacket(reasonCode: .success, properties: explanation),
            SubackPacket(packetIdentifier: 1, [.success], properties: explanation),
            UnsubackPacket(packetIdentifier: 1, [.success], properties: explanation),
            DisconnectPacket(reasonCode: .serverBusy, properties: explanation),
            AuthPacket(reasonCode: .continueAuthentication, properties: explanation),
        ]
        + AcknowledgementPacket.Kind.allCases.map {
            AcknowledgementPacket($0, packetIdentifier: 1, properties: explanation)
        }
}

extension TestDevice.Received {
    /// A packet that may be explained.
    fileprivate var explained: (any ExplainedPacket)? {
        guard case .packet(let packet) = self else { return nil }
        return switch packet {
        case .connack(let packet): packet
        case .acknowledgement(let packet): packet
        case .suback(let packet): packet
        case .unsuback(let packet): packet
        case .disconnect(let packet): packet
        case .auth(let packet): packet
        case .connect, .subscribe, .unsubscribe, .ping: nil
        }
    }
}

extension PumpedPipe {
    /// Everything that comes before the end.
    fileprivate func receiveAll() throws -> [UInt8] {
        var all: [UInt8] = []
        while true {
            let more = try receive(upTo: 1000, by: .now + .seconds(1))
            if more.isEmpty { return all }
            all += more
        }
    }
}
