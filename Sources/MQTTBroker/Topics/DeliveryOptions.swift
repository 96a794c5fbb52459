import MQTTCodec

/// What a subscription asks of each delivery, in a byte.
struct DeliveryOptions: BitwiseCopyable, Hashable, Sendable {
    private(set) var bits: UInt8

    init(qos: QoS, noLocal: Bool = false, retainAsPublished: Bool = false) {
        bits = qos.rawValue | (noLocal ? Self.noLocalBit : 0) | (retainAsPublished ? Self.retainBit : 0)
    }

    /// The highest QoS of a delivery.
    @inline(__always)
    var qos: QoS { QoS(rawValue: bits & 3) ?? .atMostOnce }

    /// Whether the session's own messages stay away. [MQTT-3.8.3-3]
    @inline(__always)
    var noLocal: Bool { bits & Self.noLocalBit != 0 }

    /// Whether the RETAIN flag is forwarded as it was published. [MQTT-3.3.1-12] [MQTT-3.3.1-13]
    @inline(__always)
    var retainAsPublished: Bool { bits & Self.retainBit != 0 }

    /// Whether the session is connected; kept up to date for members of shared subscriptions alone.
    var online: Bool {
        get { bits & Self.offlineBit == 0 }
        set { bits = newValue ? bits & ~Self.offlineBit : bits | Self.offlineBit }
    }

    /// Whether the subscription is a member of a shared one.
    var shared: Bool {
        get { bits & Self.sharedBit != 0 }
        set { bits = newValue ? bits | Self.sharedBit : bits & ~Self.sharedBit }
    }

    /// Whether the session is stored, so that a message to it has to be.
    var kept: Bool {
        get { bits & Self.keptBit != 0 }
        set { bits = newValue ? bits | Self.keptBit : bits & ~Self.keptBit }
    }

    /// Whether a QoS 1 or 2 message by this subscription has to be stored.
    @inline(__always)
    var storesMessages: Bool { bits & Self.keptBit != 0 && bits & 3 != 0 }

    /// The options of one delivery that stands for two overlapping subscriptions. [MQTT-3.3.4-2]
    func merged(with other: DeliveryOptions) -> DeliveryOptions {
        var merged = self
        merged.bits |= other.bits & (Self.noLocalBit | Self.retainBit)
        merged.bits = merged.bits & ~3 | max(bits & 3, other.bits & 3)
        return merged
    }

    private static let noLocalBit: UInt8 = 0x04
    private static let retainBit: UInt8 = 0x08
    private static let offlineBit: UInt8 = 0x10
    private static let sharedBit: UInt8 = 0x20
    private static let keptBit: UInt8 = 0x40
}
