import MQTTCodec
import Reactors

extension Broker {
    /// Publishes what the broker says of itself, and retains it for those who subscribe later.
    ///
    /// Callable from any thread; does not block. With QoS 0: figures of a moment that has passed are not worth a place in
    /// the queue, or on the disk, of a session that waits. They count in no bound on retained messages.
    package func publish(_ messages: [SystemTopics.Message]) {
        guard !messages.isEmpty, let shard = shards.first else { return }
        shard.reactor.post {
            for message in messages { shard.publish(message) }
        }
    }
}

extension BrokerShard {
    fileprivate func publish(_ message: SystemTopics.Message) {
        let (topic, payload) = (Array(message.topic.utf8), Array(message.text.utf8))
        topic.withUnsafeBytes { topic in
            payload.withUnsafeBytes { payload in
                let source = PublishSource(
                    topic: topic,
                    properties: UnsafeRawBufferPointer(start: nil, count: 0),
                    expiryInterval: nil,
                    payload: payload,
                    qos: .atMostOnce,
                    retain: true
                )
                _ = retained.system?.set(Message.make(source, arrival: reactor.now))
                publish(source, from: .none)
            }
        }
    }
}

extension UnsafeRawBufferPointer {
    /// Whether a topic lies, or all that a filter can match lie, below `$SYS`.
    var isUnderSystem: Bool {
        let level: StaticString = "$SYS/"
        guard count >= level.utf8CodeUnitCount else { return false }
        let wanted = UnsafeRawBufferPointer(start: level.utf8Start, count: level.utf8CodeUnitCount)
        return UnsafeRawBufferPointer(rebasing: self[..<wanted.count]).elementsAreEqual(to: wanted)
    }
}
