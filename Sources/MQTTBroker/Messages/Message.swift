import MQTTCodec
import Reactors

/// What a stored message knows beside its bytes.
struct MessageHeader {
    var topicCount: UInt32
    var propertiesCount: UInt32
    var payloadCount: UInt32
    var qos: QoS
    var retain: Bool
    /// When it is no longer to be delivered; `distantFuture` if never.
    var expiry: MonotonicTime
    /// By what its publisher is known, where it is kept for its topic; see `RetainedStore.mark`.
    var publisher: UInt64
    /// Its number in the store; 0 in a broker without one.
    var id: UInt64
    /// Told when the message goes, once the store has it. Set by the writer's thread alone.
    var graveyard: Graveyard?
}

/// A message that outlives the packet it came in: queued, in flight, retained, or on its way to another shard.
///
/// One block, shared by all that hold it: topic, properties and payload follow the header. Nothing changes it after
/// `make`, so shards share it too.
final class Message: ManagedBuffer<MessageHeader, UInt8> {
    /// Copies the parts of `source`.
    static func make(
        _ source: PublishSource,
        id: UInt64 = 0,
        arrival: MonotonicTime,
        publisher: UInt64 = 0
    ) -> Message {
        let count = source.topic.count + source.properties.count + source.payload.count
        let buffer = Message.create(minimumCapacity: count) { _ in
            // A packet has at most 256 MiB. MQTT 5.0 § 1.5.5
            MessageHeader(
                topicCount: UInt32(source.topic.count),
                propertiesCount: UInt32(source.properties.count),
                payloadCount: UInt32(source.payload.count),
                qos: source.qos,
                retain: source.retain,
                expiry: source.expiry(arrival: arrival),
                publisher: publisher,
                id: id
            )
        }
        buffer.withUnsafeMutablePointerToElements { start in
            var room = UnsafeMutableRawBufferPointer(start: start, count: count)
            func append(_ part: UnsafeRawBufferPointer) {
                room.copyMemory(from: part)
                room = UnsafeMutableRawBufferPointer(rebasing: room[part.count...])
            }
            append(source.topic)
            append(source.properties)
            append(source.payload)
        }
        // Invariant: `create` of a final class makes that class.
        let message = unsafeDowncast(buffer, to: Message.self)
        HeldMessages.ofProcess.enter(message)
        return message
    }

    /// A message read from the store.
    static func make(_ stored: StoredMessage, expiry: MonotonicTime) -> Message {
        stored.withContent { content in
            let topicEnd = Int(stored.topicCount)
            let propertiesEnd = topicEnd + Int(stored.propertiesCount)
            let source = PublishSource(
                topic: UnsafeRawBufferPointer(rebasing: content[..<topicEnd]),
                properties: UnsafeRawBufferPointer(rebasing: content[topicEnd..<propertiesEnd]),
                payload: UnsafeRawBufferPointer(rebasing: content[propertiesEnd...]),
                qos: stored.qos,
                retain: stored.retain
            )
            let message = make(source, id: stored.id, arrival: MonotonicTime(nanoseconds: 0))
            message.header.expiry = expiry
            return message
        }
    }

    deinit {
        HeldMessages.ofProcess.leave(self)
        // Whoever needed the message in the store had a reference to it.
        if let graveyard = header.graveyard { graveyard.bury(header.id) }
    }

    /// Bytes held, the header's not counted.
    var count: Int { Int(header.topicCount) + Int(header.propertiesCount) + Int(header.payloadCount) }

    /// Bytes of the payload.
    var payloadCount: Int { Int(header.payloadCount) }

    /// The QoS it was published with.
    var qos: QoS { header.qos }

    /// By what its publisher is known; 0 for one that proved nothing.
    var publisher: UInt64 { header.publisher }

    /// Its number in the store; 0 in a broker without one.
    var id: UInt64 { header.id }

    /// Whether the store has its body. For the writer's thread.
    var isStored: Bool { header.graveyard != nil }

    /// The store has its body, and is to be told when the message goes. For the writer's thread.
    func wasStored(_ graveyard: Graveyard) { header.graveyard = graveyard }

    /// Whether it has a message expiry interval.
    var expires: Bool { header.expiry != .distantFuture }

    /// Whether it must not be delivered any more. [MQTT-3.3.2-5]
    func isExpired(at now: MonotonicTime) -> Bool { header.expiry <= now }

    /// Calls `body` with the topic.
    func withTopic<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeMutablePointers { header, start in
            body(UnsafeRawBufferPointer(start: start, count: Int(header.pointee.topicCount)))
        }
    }

    /// Calls `body` with topic, properties and payload, one behind the other.
    func withContent<Result>(_ body: (UnsafeRawBufferPointer) throws -> Result) rethrows -> Result {
        let count = count
        return try withUnsafeMutablePointerToElements { start in
            try body(UnsafeRawBufferPointer(start: start, count: count))
        }
    }

    /// Calls `body` with the parts, the expiry interval less the time it has waited. [MQTT-3.3.2-6]
    func withSource<Result>(at now: MonotonicTime, _ body: (PublishSource) -> Result) -> Result {
        withUnsafeMutablePointers { header, start in
            let header = header.pointee
            let start = UnsafeRawPointer(start)
            let properties = start + Int(header.topicCount)
            let payload = properties + Int(header.propertiesCount)
            return body(
                PublishSource(
                    topic: UnsafeRawBufferPointer(start: start, count: Int(header.topicCount)),
                    properties: UnsafeRawBufferPointer(start: properties, count: Int(header.propertiesCount)),
                    expiryInterval: header.remainingExpiry(at: now),
                    payload: UnsafeRawBufferPointer(start: payload, count: Int(header.payloadCount)),
                    qos: header.qos,
                    retain: header.retain
                )
            )
        }
    }
}

extension MessageHeader {
    /// Whole seconds left, at least one: a message that ran out in flight is still completed.
    fileprivate func remainingExpiry(at now: MonotonicTime) -> UInt32? {
        guard expiry != .distantFuture else { return nil }
        let left = expiry > now ? expiry.nanoseconds - now.nanoseconds : 0
        return UInt32(clamping: max(1, (left + Self.nanosecondsPerSecond - 1) / Self.nanosecondsPerSecond))
    }

    private static let nanosecondsPerSecond: UInt64 = 1_000_000_000
}
