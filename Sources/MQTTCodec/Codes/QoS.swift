/// The quality of service of a delivery. MQTT 5.0 § 4.3
@usableFromInline package enum QoS: UInt8, Sendable, BitwiseCopyable, Hashable, Comparable, CaseIterable {
    /// QoS 0: nothing is acknowledged.
    case atMostOnce = 0
    /// QoS 1: acknowledged by PUBACK, may arrive twice.
    case atLeastOnce = 1
    /// QoS 2: the four-packet exchange.
    case exactlyOnce = 2

    @inlinable package static func < (left: QoS, right: QoS) -> Bool { left.rawValue < right.rawValue }
}
