import Reactors

/// What a stored message knows beside its bytes.
struct MessageHeader {
    var topicCount: Int
    var propertiesCount: Int
    var payloadCount: Int
    var expiryOffset: Int
    var expiry: MonotonicTime
    var qos: UInt8
    var retain: Bool
}

/// A message that outlives the packet it came in: queued, in flight, retained, or on its way to another shard.
///
/// One block, shared by all that hold it: topic, properties and payload follow the header.
// Sendable: nothing changes it after `make`.
final class Message: ManagedBuffer<MessageHeader, UInt8>, @unchecked Sendable {
    /// Copies the parts of `source`.
    static func make(_ source: PublishSource, arrival: MonotonicTime) -> Message {
        let count = source.topic.count + source.properties.count + source.payload.count
        let buffer = Message.create(minimumCapacity: count) { _ in
            MessageHeader(
                topicCount: source.topic.count,
                propertiesCount: source.properties.count,
                payloadCount: source.payload.count,
                expiryOffset: source.expiryOffset,
                expiry: source.expiry(arrival: arrival),
                qos: source.qos,
                retain: source.retain
            )
        }
        buffer.withUnsafeMutablePointerToElements { start in
            var room = UnsafeMutableRawBufferPointer(start: start, count: count)
            for part in [source.topic, source.properties, source.payload] {
                room.copyMemory(from: part)
                room = UnsafeMutableRawBufferPointer(rebasing: room[part.count...])
            }
        }
        // Invariant: `create` of a final class makes that class.
        return unsafeDowncast(buffer, to: Message.self)
    }

    /// Bytes held, the header's not counted.
    var count: Int { header.topicCount + header.propertiesCount + header.payloadCount }

    /// When the message is no longer to be delivered.
    var expiry: MonotonicTime { header.expiry }

    /// The QoS it was published with.
    var qos: UInt8 { header.qos }

    /// Whether it has a message expiry interval.
    var expires: Bool { header.expiryOffset >= 0 }

    /// Whether it must not be delivered any more. [MQTT-3.3.2-5]
    func isExpired(at now: MonotonicTime) -> Bool { header.expiry <= now }

    /// Calls `body` with the topic.
    func withTopic<Result>(_ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        withUnsafeMutablePointers { header, start in
            body(UnsafeRawBufferPointer(start: start, count: header.pointee.topicCount))
        }
    }

    /// Calls `body` with the parts, the expiry interval less the time it has waited. [MQTT-3.3.2-6]
    func withSource<Result>(at now: MonotonicTime, _ body: (PublishSource) -> Result) -> Result {
        withUnsafeMutablePointers { header, start in
            let header = header.pointee
            let start = UnsafeRawPointer(start)
            let properties = start + header.topicCount
            return body(
                PublishSource(
                    topic: UnsafeRawBufferPointer(start: start, count: header.topicCount),
                    properties: UnsafeRawBufferPointer(start: properties, count: header.propertiesCount),
                    expiryOffset: header.expiryOffset,
                    remainingExpiry: header.remainingExpiry(at: now),
                    payload: UnsafeRawBufferPointer(
                        start: properties + header.propertiesCount,
                        count: header.payloadCount
                    ),
                    qos: header.qos,
                    retain: header.retain
                )
            )
        }
    }
}

extension MessageHeader {
    /// Whole seconds left, at least one: a resent message that ran out on its way is still completed.
    fileprivate func remainingExpiry(at now: MonotonicTime) -> UInt32 {
        guard expiryOffset >= 0 else { return 0 }
        let left = expiry > now ? expiry.nanoseconds - now.nanoseconds : 0
        return UInt32(clamping: max(1, (left + 999_999_999) / 1_000_000_000))
    }
}
