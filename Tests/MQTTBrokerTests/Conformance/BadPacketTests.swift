import MQTTCodec
import TestDevice
import Testing

@testable import MQTTBroker

/// What breaks a rule ends its connection with the right word, goes no further, and troubles nobody else.
@Suite struct BadPacketTests {
    // [MQTT-4.13.1-1] [MQTT-4.13.2-1] [MQTT-3.14.4-1] [MQTT-3.14.4-2] MQTT 3.1.1 [MQTT-4.8.0-1]
    @Test(
        arguments: BadPacket.headers + BadPacket.publish + BadPacket.publishProperties + BadPacket.acknowledgements
            + BadPacket.subscribe + BadPacket.unsubscribe + BadPacket.farewells + BadPacket.properties
    )
    func `is answered as the standard says, and ends`(_ row: BadPacket) throws {
        let bench = try BrokerBench()
        let witness = try bench.connected("witness")
        try witness.subscribe("#", qos: .exactlyOnce)
        let device = try bench.connected("c", row.version)
        try device.send(raw: row.bytes)
        #expect(try device.receiveEnd() == row.code)
        #expect(try witness.receiveAllPublished() == [])
        #expect(bench.broker.statistics.connected == 1)
        #expect(bench.broker.statistics.sessions == 1)
    }

    @Test func `a malformed packet is explained, unless the client wants no explanations`() throws {
        let bench = try BrokerBench()
        let sentence = "PINGREQ has 1 bytes after its last field; it must end there."
        for (wish, answer) in [(nil, sentence), (true, sentence), (false, nil)] as [(Bool?, String?)] {
            let properties = Properties(wish.map { [.requestProblemInformation($0)] } ?? [])
            let device = try bench.connected("c", properties: properties)
            try device.send(raw: [0xC0, 1, 0])
            guard case .packet(.disconnect(let end)) = try device.receiveUntilClosed().last else {
                Issue.record("no DISCONNECT")
                return
            }
            #expect(end.properties.reasonString?.string == answer)
        }
    }

    /// What 3.1 says differently from its successors, and so allows.
    @Test(
        arguments: [
            ("DUP at QoS 0", "38 03 0001 'a'"), ("SUBSCRIBE sent again, with DUP", "8a 06 0001 0001 'a' 00"),
            ("bits of a subscription that are not used", "82 06 0001 0001 'a' 80"), ("flags of PINGREQ", "c1 00"),
            ("a remaining length in two bytes where one would do", "c0 8000"),
        ]
    )
    func `what 3.1 does not forbid is let pass`(_ reason: String, _ text: String) throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", .v3_1)
        try device.send(raw: [UInt8](wire: text))
        try device.ping()
    }

    /// Packet identifiers and counts are judged by what came before.
    @Test func `an identifier under which a QoS 2 exchange is open is refused to others`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c")
        try device.send(PublishPacket(topic: "t", payload: [], qos: .exactlyOnce, packetIdentifier: 7))
        _ = try device.receive(.pubrec, 7)
        try device.send(PublishPacket(topic: "t", payload: [], qos: .atLeastOnce, packetIdentifier: 7))
        #expect(try device.receive(.puback, 7).reasonCode == .packetIdentifierInUse)
        try device.send(SubscribePacket(packetIdentifier: 7, [Subscription("t"), Subscription("u")]))
        let suback = SubackPacket(packetIdentifier: 7, [.packetIdentifierInUse, .packetIdentifierInUse])
        #expect(try device.receive() == .packet(.suback(suback)))
        try device.send(UnsubscribePacket(packetIdentifier: 7, ["t"]))
        let unsuback = UnsubackPacket(packetIdentifier: 7, [.packetIdentifierInUse])
        #expect(try device.receive() == .packet(.unsuback(unsuback)))
        try device.send(AcknowledgementPacket(.pubrel, packetIdentifier: 7))
        #expect(try device.receive(.pubcomp, 7).reasonCode == .success)
        #expect(try device.publish("t", [], qos: .atLeastOnce) == .noMatchingSubscribers)
    }
}
