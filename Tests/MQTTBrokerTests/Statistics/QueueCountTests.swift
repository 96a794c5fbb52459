import MQTTCodec
import Reactors
import TestDevice
import Testing

@testable import MQTTBroker

/// The sums over all sessions of what waits, is in flight and is held.
@Suite struct QueueCountTests {
    @Test func `what waits and what is in flight is summed, and nothing stays when sessions end`() throws {
        let bench = try BrokerBench(shards: 2)
        let devices = try (0..<2).map { number in
            let device = try bench.connected(
                "dev-\(number)",
                properties: [.sessionExpiryInterval(60), .receiveMaximum(2)],
                cameInOn: number
            )
            try device.subscribe("t", qos: .exactlyOnce)
            return device
        }
        let publisher = try bench.connected("publisher")
        for _ in 0..<5 { try publisher.publish("t", [1, 2, 3], qos: .atLeastOnce) }
        bench.run()
        var statistics = bench.broker.statistics
        #expect(statistics.inFlightMessages == 4)
        #expect(statistics.queuedMessages == 6)
        #expect(statistics.queuedBytes == 10 * 4)
        #expect(statistics.sentPayloadBytes == 4 * 3)
        #expect(statistics.receivedPayloadBytes == 5 * 3)
        for device in devices { device.vanish() }
        bench.run()
        #expect(bench.broker.statistics.queuedBytes == 10 * 4)
        bench.advance(by: .seconds(61))
        statistics = bench.broker.statistics
        #expect(statistics.inFlightMessages == 0)
        #expect(statistics.queuedMessages == 0)
        #expect(statistics.queuedBytes == 0)
        #expect(statistics.expiredSessions == 2)
    }

    @Test func `messages of a client that are not released are counted until they are, or the session ends`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("dev")
        for number in 1...3 as ClosedRange<UInt16> {
            try device.send(
                PublishPacket(topic: "t", payload: [], qos: .exactlyOnce, packetIdentifier: number)
            )
        }
        bench.run()
        #expect(bench.broker.statistics.openInboundMessages == 3)
        try device.send(AcknowledgementPacket(.pubrel, packetIdentifier: 2))
        bench.run()
        #expect(bench.broker.statistics.openInboundMessages == 2)
        device.vanish()
        bench.run()
        #expect(bench.broker.statistics.openInboundMessages == 0)
    }

    @Test func `a message is held once, whoever it waits for`() {
        let held = HeldMessages()
        let messages = (1...3).map { message(payload: $0) }
        for message in messages { held.enter(message) }
        #expect(held.total == (3, 3 + 1 + 2 + 3))
        held.leave(messages[1])
        #expect(held.total == (2, 2 + 1 + 3))
    }

    private func message(payload count: Int) -> Message {
        [UInt8](repeating: 7, count: count).withUnsafeBytes { payload in
            [UInt8(ascii: "t")].withUnsafeBytes { topic in
                Message.make(
                    PublishSource(
                        topic: topic,
                        properties: UnsafeRawBufferPointer(start: nil, count: 0),
                        payload: payload,
                        qos: .atLeastOnce,
                        retain: false
                    ),
                    arrival: .distantFuture
                )
            }
        }
    }
}
