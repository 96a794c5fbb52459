import MQTTCodec
import TestDevice
import Testing

@testable import MQTTBroker

/// Clients on several threads that do whatever a seed says, with few client ids, so that they take each other over.
@Suite struct StressTests {
    @Test(arguments: 1...3 as ClosedRange<UInt64>)
    func `random sessions leave nothing behind`(seed: UInt64) async throws {
        let running = try RunningBroker(Self.configuration, shards: 3)
        try await withThrowingTaskGroup { group in
            for thread in 0..<6 as Range<UInt64> {
                group.addTask {
                    try await offPool {
                        var random = SeededGenerator(seed: seed &* 1000 &+ thread)
                        for _ in 0..<50 { Self.oneLife(of: &random, running) }
                    }
                }
            }
            try await group.waitForAll()
        }
        // Whoever is left is made to go, and then all must be gone.
        try await offPool {
            for name in Self.names {
                let device = try running.device()
                try device.connect(as: Text(name))
                try device.disconnect()
                _ = try? device.receiveUntilClosed()
            }
        }
        #expect(await running.reaches { $0.connected == 0 && $0.sessions == 0 && $0.subscriptions == 0 })
        #expect(running.broker.shards[0].subscriptions.count == 0)
        let statistics = running.broker.statistics
        #expect(statistics.queuedMessages == 0 && statistics.queuedBytes == 0)
        #expect(statistics.inFlightMessages == 0 && statistics.openInboundMessages == 0)
        #expect((statistics.received[.publish] ?? 0) > 200)
        #expect((statistics.sent[.publish] ?? 0) > 200)
        #expect((statistics.received[.connect] ?? 0) > 100)
    }

    private static let names = (0..<8).map { "client-\($0)" }

    private static var configuration: BrokerConfiguration {
        var configuration = BrokerConfiguration()
        configuration.maximumQueuedMessages = 50
        configuration.crossShardHighWaterMark = 4 << 10
        configuration.writeHighWaterMark = 8 << 10
        configuration.maximumSubscriptionsPerClient = 5
        return configuration
    }

    /// Connects, does this and that, and goes in one way or another. Errors are part of it: the id may be taken over.
    private static func oneLife(of random: inout SeededGenerator, _ running: RunningBroker) {
        guard let version = ProtocolVersion.allCases.randomElement(using: &random),
            let name = names.randomElement(using: &random),
            let device = try? running.device(version)
        else { return }
        device.patience = .seconds(20)
        do {
            try device.connect(
                as: Text(name),
                cleanStart: Bool.random(using: &random),
                will: Bool.random(using: &random) ? Will(topic: "a/b", payload: [1], qos: .atLeastOnce) : nil,
                properties: version.hasProperties
                    ? [.sessionExpiryInterval(60), .receiveMaximum(5), .topicAliasMaximum(2)] : []
            )
            for _ in 0..<Int.random(in: 1...20, using: &random) { try step(device, &random) }
            Bool.random(using: &random) ? try device.disconnect() : device.vanish()
        } catch {
            device.vanish()
        }
    }

    private static func step(_ device: TestDevice, _ random: inout SeededGenerator) throws {
        switch Int.random(in: 0..<8, using: &random) {
        case 0:
            let filter = try TopicFilter(random.filter())
            try device.subscribe(filter, qos: QoS.allCases.randomElement(using: &random) ?? .atMostOnce)
        case 1:
            try device.subscribe(try TopicFilter("$share/g/" + random.filter()), qos: .exactlyOnce)
        case 2:
            try device.unsubscribe([try TopicFilter(random.filter())])
        case 3:
            for publish in try device.receiveAllPublished() {
                guard publish.qos > .atMostOnce else { continue }
                let kind: AcknowledgementPacket.Kind = publish.qos == .atLeastOnce ? .puback : .pubrec
                try device.send(AcknowledgementPacket(kind, packetIdentifier: publish.packetIdentifier))
            }
        default:
            try device.publish(
                try TopicName(random.topic()),
                [UInt8](repeating: 0, count: Int.random(in: 0...2000, using: &random)),
                qos: QoS.allCases.randomElement(using: &random) ?? .atMostOnce,
                retain: Int.random(in: 0..<4, using: &random) == 0
            )
        }
    }
}
