import MQTTCodec
import TestDevice
import Testing

@testable import MQTTBroker

@Suite struct GarbageTests {
    @Test(arguments: 1...10 as ClosedRange<UInt64>)
    func `bytes that make no sense end one connection and trouble nobody`(seed: UInt64) throws {
        let bench = try BrokerBench(shards: 2)
        let witness = try bench.connected("witness")
        try witness.subscribe("witness/#", qos: .exactlyOnce)
        var random = SeededGenerator(seed: seed)
        for round in 0..<30 {
            let version = ProtocolVersion.allCases.randomElement(using: &random) ?? .v5
            let victim = try bench.connected("victim", version, cleanStart: Bool.random(using: &random))
            var bytes = try Self.packets.flatMap { try $0.encoded(for: version, from: .client) }
            for _ in 0..<Int.random(in: 1...6, using: &random) {
                let index = Int.random(in: bytes.indices, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[index] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.remove(at: index)
                default: bytes.insert(UInt8.random(in: 0...255, using: &random), at: index)
                }
            }
            // The broker may have closed before the last byte, which is as good an answer as any.
            _ = try? victim.send(raw: bytes)
            victim.vanish()
            try witness.publish("witness/me", text: "\(round)", qos: .exactlyOnce)
            #expect(try witness.receiveAndAcknowledge().text == "\(round)")
        }
        #expect(bench.broker.statistics.connected == 1)
    }

    /// One of everything a client sends, whose identifiers and topics go together.
    private static let packets: [any EncodablePacket] = [
        SubscribePacket(packetIdentifier: 1, [Subscription("a/+"), Subscription("$share/g/b/#")]),
        PublishPacket(topic: "a/b", payload: [1, 2, 3]),
        PublishPacket(topic: "a/b", payload: [1, 2, 3], qos: .atLeastOnce, retain: true, packetIdentifier: 2),
        PublishPacket(topic: "a/b", payload: [1, 2, 3], qos: .exactlyOnce, packetIdentifier: 3),
        AcknowledgementPacket(.pubrel, packetIdentifier: 3),
        AcknowledgementPacket(.puback, packetIdentifier: 1),
        AcknowledgementPacket(.pubrec, packetIdentifier: 1),
        AcknowledgementPacket(.pubcomp, packetIdentifier: 1),
        UnsubscribePacket(packetIdentifier: 4, ["a/+"]),
        PingPacket.request,
        DisconnectPacket(),
    ]
}
