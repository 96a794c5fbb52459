import MQTTCodec
import Reactors
import TestDevice
import Testing

@testable import MQTTBroker

@Suite struct ConnectTests {
    // [MQTT-3.2.2-9] [MQTT-3.2.2-8]
    @Test func `CONNACK tells every limit`() throws {
        var configuration = BrokerConfiguration()
        configuration.maximumPacketSize = 4096
        configuration.receiveMaximum = 17
        configuration.maximumQoS = .atLeastOnce
        configuration.retainAvailable = false
        configuration.topicAliasMaximum = 5
        configuration.maximumKeepAlive = 30
        configuration.maximumSessionExpiry = 100
        let bench = try BrokerBench(configuration)
        let device = try bench.device()
        let connack = try device.connect(as: "c", keepAlive: 60, properties: [.sessionExpiryInterval(1000)])
        #expect(connack.reasonCode == .success)
        #expect(!connack.sessionPresent)
        #expect(connack.properties.maximumPacketSize == 4096)
        #expect(connack.properties.receiveMaximum == 17)
        #expect(connack.properties.maximumQoS == .atLeastOnce)
        #expect(connack.properties.retainAvailable == false)
        #expect(connack.properties.topicAliasMaximum == 5)
        #expect(connack.properties.serverKeepAlive == 30)
        #expect(connack.properties.sessionExpiryInterval == 100)
        #expect(connack.properties.wildcardSubscriptionAvailable == true)
        #expect(connack.properties.subscriptionIdentifierAvailable == true)
        #expect(connack.properties.sharedSubscriptionAvailable == true)
    }

    @Test func `QoS 2 and what was asked go without saying`() throws {
        let bench = try BrokerBench()
        let connack = try bench.device().connect(as: "c", properties: [.sessionExpiryInterval(10)])
        #expect(connack.properties.maximumQoS == nil)
        #expect(connack.properties.serverKeepAlive == nil)
        #expect(connack.properties.sessionExpiryInterval == nil)
        #expect(connack.properties.assignedClientIdentifier == nil)
    }

    // [MQTT-3.1.3-6] [MQTT-3.1.3-7] [MQTT-3.2.2-16]
    @Test func `an assigned client id is told`() throws {
        let bench = try BrokerBench()
        let connack = try bench.device().connect(as: "")
        #expect(connack.properties.assignedClientIdentifier?.string.hasPrefix("assigned-") == true)
    }

    // [MQTT-3.12.4-1]
    @Test(arguments: ProtocolVersion.allCases)
    func `a ping is answered`(version: ProtocolVersion) throws {
        let bench = try BrokerBench()
        try bench.connected("c", version).ping()
    }

    // [MQTT-4.12.0-1] [MQTT-3.2.2-7]
    @Test func `extended authentication is refused with 0x8C`() throws {
        let bench = try BrokerBench()
        let device = try bench.device()
        let connack = try device.connect(as: "c", properties: [.authenticationMethod("SCRAM-SHA-1")])
        #expect(connack.reasonCode == .badAuthenticationMethod)
        #expect(try device.receiveUntilClosed() == [])
    }

    // [MQTT-3.2.2-12] [MQTT-3.2.2-13]
    @Test(arguments: [
        (Will(topic: "$SYS/x", payload: []), ReasonCode.notAuthorized),
        (Will(topic: "a/b/c", payload: []), .topicNameInvalid),
        (Will(topic: "a", payload: [], qos: .exactlyOnce), .qosNotSupported),
        (Will(topic: "a", payload: [], retain: true), .retainNotSupported),
        (Will(topic: "a", payload: [0xFF], properties: [.payloadFormatIndicator(true)]), .payloadFormatInvalid),
    ])
    func `a will that cannot be published refuses the CONNECT`(will: Will, reason: ReasonCode) throws {
        var configuration = BrokerConfiguration()
        configuration.topics.maximumLevels = 2
        configuration.maximumQoS = .atLeastOnce
        configuration.retainAvailable = false
        let bench = try BrokerBench(configuration)
        #expect(try bench.device().connect(as: "c", will: will).reasonCode == reason)
    }

    @Test func `more sessions than allowed are refused, known ones are not`() throws {
        var configuration = BrokerConfiguration()
        configuration.maximumSessions = 1
        let bench = try BrokerBench(configuration)
        let first = try bench.connected("a", properties: [.sessionExpiryInterval(60)])
        first.vanish()
        #expect(try bench.device().connect(as: "b").reasonCode == .quotaExceeded)
        #expect(try bench.device(.v3_1_1).connect(as: "b").reasonCode == ReasonCode(.serverUnavailable))
        #expect(try bench.device().connect(as: "a").reasonCode == .success)
    }

    @Test(
        arguments: [
            ([0x10, 0x00], ReasonCode.protocolError, "a second CONNECT"),
            ([0x00, 0x00], .malformedPacket, "type 0"),
            ([0x20, 0x02, 0, 0], .protocolError, "a packet only servers send"),
            ([0x36, 0x00], .malformedPacket, "QoS 3"),
            ([0xC1, 0x00], .malformedPacket, "flags of PINGREQ"),
            ([0x30, 0xFF, 0xFF, 0xFF, 0x7F], .packetTooLarge, "a claimed length"),
            ([0xF0, 0x02, 0x18, 0x00], .protocolError, "AUTH without a method"),
            ([0x30, 0x05, 0, 0, 0, 0, 0], .protocolError, "neither topic nor alias"),
            ([0x82, 0x03, 0, 1, 0], .protocolError, "SUBSCRIBE without filters"),
        ] as [([UInt8], ReasonCode, String)]
    )
    func `a packet that breaks a rule is told its code, then the end`(
        bytes: [UInt8],
        reason: ReasonCode,
        name: String
    ) throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c")
        try device.send(raw: bytes)
        #expect(try device.receiveEnd() == reason)
    }

    @Test func `a client of MQTT 3 that breaks a rule only sees the end`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", .v3_1_1)
        try device.send(raw: [0x00, 0x00])
        #expect(try device.receiveUntilClosed() == [])
    }

    // [MQTT-3.1.2-22]
    @Test func `silence of one and a half keep-alives ends the connection`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", keepAlive: 10)
        bench.advance(by: .milliseconds(14_900))
        try device.ping()
        bench.advance(by: .milliseconds(14_900))
        try device.ping()
        bench.advance(by: .milliseconds(15_002))
        let end = DisconnectPacket(reasonCode: .keepAliveTimeout)
        #expect(try device.receiveUntilClosed() == [.packet(.disconnect(end))])
    }

    @Test func `no keep-alive, no end`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", keepAlive: 0)
        bench.advance(by: .seconds(1_000_000))
        try device.ping()
    }

    @Test func `an administrator's word ends a connection with its reason`() throws {
        let bench = try BrokerBench(shards: 2)
        let device = try bench.connected("c")
        bench.broker.disconnect(clientID: ClientID("c"), reason: .administrativeAction)
        bench.run()
        let end = DisconnectPacket(reasonCode: .administrativeAction)
        #expect(try device.receiveUntilClosed() == [.packet(.disconnect(end))])
    }

    @Test func `a shutdown is told, and new clients are refused`() throws {
        let bench = try BrokerBench(shards: 2)
        let device = try bench.connected("c")
        for shard in bench.broker.shards { shard.reactor.post { shard.drain(.serverShuttingDown) {} } }
        bench.run()
        let end = DisconnectPacket(reasonCode: .serverShuttingDown)
        #expect(try device.receiveUntilClosed() == [.packet(.disconnect(end))])
        #expect(try bench.device().connect(as: "d").reasonCode == .serverUnavailable)
    }
}
