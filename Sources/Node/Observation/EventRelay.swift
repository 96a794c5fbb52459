import CoreMetrics
import Foundation
import MQTTBroker
import MQTTCodec
import Registry
import ServiceLifecycle

/// Publishes every event as an MQTT message on `$events/…`, at the pace that the broker takes them.
struct EventRelay: Service {
    let events: EventHub
    let broker: Broker
    let instruments: NodeInstruments

    /// How long to wait for room in the broker.
    private static let pause = Duration.milliseconds(10)

    func run() async throws {
        for await delivery in events.subscribe().cancelOnGracefulShutdown() {
            switch delivery {
            case .missed(let count): instruments.eventsDropped.increment(by: Int(clamping: count ?? 1))
            case .event(let event): await publish(event)
            }
        }
    }

    private func publish(_ event: ClusterEvent) async {
        guard let topic = try? TopicName(Array(event.kind.topic.utf8)) else { return }
        let payload = Array(event.json.utf8)
        while !broker.publish(topic, payload: payload) {
            // The hub keeps the newest meanwhile, and says how many it could not.
            guard (try? await Task.sleep(for: Self.pause)) != nil else { return }
        }
    }
}
