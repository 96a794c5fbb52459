/// A topic filter with what the client wants of it. MQTT 5.0 § 3.8.3
package struct Subscription: Sendable, Hashable {
    package var filter: TopicFilter
    package var options: SubscriptionOptions

    package init(_ filter: TopicFilter, options: SubscriptionOptions = SubscriptionOptions()) {
        self.filter = filter
        self.options = options
    }
}

/// The byte after each topic filter of a SUBSCRIBE; 3.x has the QoS alone. MQTT 5.0 § 3.8.3.1
package struct SubscriptionOptions: Sendable, Hashable {
    /// Highest QoS at which the server may send.
    package var maximumQoS: QoS
    /// Whether the client's own messages stay away. [MQTT-3.8.3-3]
    package var noLocal: Bool
    /// Whether RETAIN is sent on as it was published. [MQTT-3.3.1-12] [MQTT-3.3.1-13]
    package var retainAsPublished: Bool
    package var retainHandling: RetainHandling

    package init(
        maximumQoS: QoS = .atMostOnce,
        noLocal: Bool = false,
        retainAsPublished: Bool = false,
        retainHandling: RetainHandling = .send
    ) {
        self.maximumQoS = maximumQoS
        self.noLocal = noLocal
        self.retainAsPublished = retainAsPublished
        self.retainHandling = retainHandling
    }
}

/// When a SUBSCRIBE brings retained messages. MQTT 5.0 § 3.3.1.3
package enum RetainHandling: UInt8, Sendable, Hashable, CaseIterable {
    /// At every SUBSCRIBE; also what 3.x does. [MQTT-3.3.1-9]
    case send = 0
    /// Only where the subscription is new. [MQTT-3.3.1-10]
    case sendIfNew = 1
    /// Never. [MQTT-3.3.1-11]
    case doNotSend = 2
}

extension SubscriptionOptions {
    private static let qosBits: UInt8 = 0b0000_0011
    private static let noLocalBit: UInt8 = 0b0000_0100
    private static let retainAsPublishedBit: UInt8 = 0b0000_1000
    private static let retainHandlingBits: UInt8 = 0b0011_0000
    private static let retainHandlingShift: UInt8 = 4

    init(_ byte: UInt8, isShared: Bool, _ version: ProtocolVersion) throws(CodecError) {
        let reserved: UInt8 =
            switch version {
            // MQTT 3.1 § 3.8: the upper six bits are not used.
            case .v3_1: 0
            // MQTT 3.1.1 [MQTT-3.8.3-4]
            case .v3_1_1: 0b1111_1100
            // [MQTT-3.8.3-5]
            case .v5: 0b1100_0000
            }
        guard byte & reserved == 0 else { throw .subscriptionOptions(found: byte, .reservedBits) }
        guard let qos = QoS(rawValue: byte & Self.qosBits) else { throw .subscriptionOptions(found: byte, .qos) }
        self.init(maximumQoS: qos)
        guard version.hasProperties else { return }
        guard let handling = RetainHandling(rawValue: (byte & Self.retainHandlingBits) >> Self.retainHandlingShift)
        else { throw .subscriptionOptions(found: byte, .retainHandling) }
        retainHandling = handling
        noLocal = byte & Self.noLocalBit != 0
        retainAsPublished = byte & Self.retainAsPublishedBit != 0
        // [MQTT-3.8.3-4]
        guard !noLocal || !isShared else { throw .subscriptionOptions(found: byte, .noLocalOnShare) }
    }

    func byte(_ version: ProtocolVersion) -> UInt8 {
        guard version.hasProperties else { return maximumQoS.rawValue }
        return maximumQoS.rawValue
            | (noLocal ? Self.noLocalBit : 0)
            | (retainAsPublished ? Self.retainAsPublishedBit : 0)
            | retainHandling.rawValue << Self.retainHandlingShift
    }
}
