import Foundation
import MQTTCodec
import TestDevice
import Testing

/// `kill -9` in the middle of load, again and again, with a ledger of every acknowledgement.
@Suite(.serialized) struct DurabilityKillTests {
    private static let publishers: [(name: String, qos: QoS)] = [
        ("p1", .atLeastOnce), ("p2", .atLeastOnce), ("p3", .exactlyOnce), ("p4", .exactlyOnce),
    ]
    /// The last of them is away until the end.
    private static let subscribers: [(name: String, qos: QoS)] = [
        ("s1", .atLeastOnce), ("s2", .exactlyOnce), ("away", .exactlyOnce),
    ]

    @Test func `nothing acknowledged is lost, and nothing of QoS 2 comes twice`() async throws {
        var gateway = try await DurableGateway.start("maxQueuedMessages: 1000000, maxQueuedBytes: 1GiB")
        let fleet = KilledFleet()
        let subscribers = Self.subscribers.map { FleetSubscriber($0.name, $0.qos, fleet) }
        for subscriber in subscribers { try subscriber.subscribe(gateway.port) }
        for (subscriber, facts) in zip(subscribers, Self.subscribers).dropLast() {
            fleet.run(facts.name) { try subscriber.live($0) }
        }
        for (name, qos) in Self.publishers {
            let publisher = FleetPublisher(name, qos, fleet)
            fleet.run(name) { try publisher.live($0) }
        }
        fleet.gatewayIs(at: gateway.port)
        var moments = SystemRandomNumberGenerator()
        for _ in 0..<Rounds.count(usually: 6) {
            try await Task.sleep(for: .milliseconds(Int.random(in: 100...700, using: &moments)))
            fleet.gatewayGoes()
            try await gateway.killAndStart()
            fleet.gatewayIs(at: gateway.port)
        }
        fleet.stopPublishing()
        if let last = subscribers.last {
            fleet.run("away") { try last.live($0) }
            fleet.finish()
        }
        _ = try await eventually("all is delivered", within: 60) { fleet.isDone ? true : nil }
        #expect(fleet.problems == [])
        for (publisher, qos) in Self.publishers {
            let count = fleet.acknowledged(publisher)
            #expect(count > 100, "\(publisher) was held up: \(count)")
            for subscriber in Self.subscribers { check(fleet, subscriber, publisher, qos, count) }
        }
        try retained(gateway, fleet)
        #expect(try await gateway.running.stop(SIGTERM) == 0)
    }

    private func check(
        _ fleet: KilledFleet,
        _ subscriber: (name: String, qos: QoS),
        _ publisher: String,
        _ qos: QoS,
        _ count: Int
    ) {
        let numbers = fleet.received(subscriber.name).filter { $0.publisher == publisher }.map(\.number)
        let lost = Set(0..<count).subtracting(numbers)
        #expect(lost.isEmpty, "\(subscriber.name) has not got \(lost.sorted().prefix(20)) of \(publisher)")
        if qos == .exactlyOnce, subscriber.qos == .exactlyOnce {
            #expect(numbers.count == Set(numbers).count, "\(subscriber.name) got some of \(publisher) twice")
            // The order of one publisher and topic stands over every kill. [MQTT-4.6.0-6]
            #expect(numbers == numbers.sorted(), "\(subscriber.name) got \(publisher) out of order")
        } else {
            let firsts = numbers.reduce(into: (seen: Set<Int>(), order: [Int]())) { state, number in
                if state.seen.insert(number).inserted { state.order.append(number) }
            }
            #expect(firsts.order == firsts.order.sorted(), "\(subscriber.name) got \(publisher) out of order")
        }
    }

    /// Each topic retains the last message that was to be retained.
    private func retained(_ gateway: DurableGateway, _ fleet: KilledFleet) throws {
        let device = try gateway.device()
        try device.connect(as: "reader")
        try device.subscribe("fleet/#", qos: .atLeastOnce)
        let kept = try device.receiveAllPublished().compactMap { KilledFleet.Item($0.payload) }
        let expected = Self.publishers.map { publisher in
            KilledFleet.Item(
                publisher: publisher.name,
                number: (fleet.acknowledged(publisher.name) - 1) / 10 * 10
            )
        }
        #expect(Set(kept) == Set(expected))
    }
}
