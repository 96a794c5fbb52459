/// A PUBLISH as places in the bytes it stands in: decoded and checked, nothing copied, nothing allocated.
///
/// All offsets count from the packet's first byte. The view holds no reference; whoever uses it keeps the bytes.
@usableFromInline package struct PublishView: Sendable, BitwiseCopyable, Hashable {
    /// The first byte of the packet.
    @usableFromInline let header: UInt8
    /// The topic alias; 0 where there is none.
    @usableFromInline let alias: UInt16
    @usableFromInline let facts: Facts

    /// 0 at QoS 0, otherwise never 0. [MQTT-2.2.1-2] [MQTT-2.2.1-3]
    @usableFromInline package let packetIdentifier: UInt16
    /// Levels of the topic; 0 where an alias stands in its place.
    @usableFromInline package let topicLevelCount: UInt16

    @usableFromInline let topicStart: UInt32
    @usableFromInline let topicEnd: UInt32
    @usableFromInline let propertiesStart: UInt32
    @usableFromInline let propertiesEnd: UInt32
    @usableFromInline let end: UInt32
    /// Where the message expiry interval property starts, and its value; only with `hasMessageExpiry`.
    @usableFromInline let expiryStart: UInt32
    @usableFromInline let expiry: UInt32
    /// Where the topic alias property starts; only with an alias.
    @usableFromInline let aliasStart: UInt32

    @usableFromInline struct Facts: OptionSet, Sendable, BitwiseCopyable, Hashable {
        @usableFromInline let rawValue: UInt8
        @usableFromInline init(rawValue: UInt8) { self.rawValue = rawValue }

        @usableFromInline static let messageExpiry = Facts(rawValue: 1)
        @usableFromInline static let payloadIsText = Facts(rawValue: 2)
        @usableFromInline static let subscriptionIdentifier = Facts(rawValue: 4)
    }
}

extension PublishView {
    /// Bytes of the whole packet.
    @inlinable package var packetSize: Int { Int(end) }

    @inlinable package var qos: QoS {
        switch header & 0b0110 {
        case 0b0000: .atMostOnce
        case 0b0010: .atLeastOnce
        default: .exactlyOnce
        }
    }

    @inlinable package var retain: Bool { header & 0b0001 != 0 }

    @inlinable package var isDuplicate: Bool { header & 0b1000 != 0 }

    /// The topic name's bytes; empty where a topic alias stands in its place.
    @inlinable package var topic: Range<Int> { range(topicStart, topicEnd) }

    /// The properties without their length; empty before MQTT 5.0.
    @inlinable package var properties: Range<Int> { range(propertiesStart, propertiesEnd) }

    @inlinable package var payload: Range<Int> { range(propertiesEnd, end) }

    /// 1…65,535, within the limit that the decoder was given; nil where the packet has none.
    @inlinable package var topicAlias: UInt16? { alias == 0 ? nil : alias }

    /// Seconds; nil where the packet has none.
    @inlinable package var messageExpiryInterval: UInt32? { facts.contains(.messageExpiry) ? expiry : nil }

    /// Whether the sender says that the payload is UTF-8 text; whether it is, `TextRules.isWellFormedUTF8` tells.
    @inlinable package var payloadIsText: Bool { facts.contains(.payloadIsText) }

    /// The topic name's bytes in the packet that this view is of.
    @inlinable package func topicBytes(in packet: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: packet[topic])
    }

    /// The payload's bytes in the packet that this view is of.
    @inlinable package func payloadBytes(in packet: UnsafeRawBufferPointer) -> UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(rebasing: packet[payload])
    }

    @inlinable func range(_ start: UInt32, _ end: UInt32) -> Range<Int> {
        // Invariant: the decoder builds views whose offsets ascend.
        Range(uncheckedBounds: (Int(start), Int(end)))
    }
}
