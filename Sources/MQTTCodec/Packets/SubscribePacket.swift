/// SUBSCRIBE: a client asks for topics. MQTT 5.0 § 3.8
package struct SubscribePacket: Sendable, Hashable {
    package var packetIdentifier: UInt16
    /// At least one, in the order of the reason codes in SUBACK. [MQTT-3.8.3-2]
    package var subscriptions: [Subscription]
    package var properties: Properties

    package init(packetIdentifier: UInt16, _ subscriptions: [Subscription], properties: Properties = Properties()) {
        self.packetIdentifier = packetIdentifier
        self.subscriptions = subscriptions
        self.properties = properties
    }
}

extension SubscribePacket {
    init(from cursor: inout ByteCursor, _ version: ProtocolVersion) throws(CodecError) {
        let packetIdentifier = try cursor.packetIdentifier(of: .subscribe)
        let properties = try Properties(from: &cursor, .subscribe, version)
        var subscriptions: [Subscription] = []
        while !cursor.isAtEnd {
            // [MQTT-3.8.3-1]
            let filter = try cursor.topicFilter()
            let byte = try cursor.byte(.subscriptionOptions)
            let options = try SubscriptionOptions(byte, isShared: filter.isShared, version)
            subscriptions.append(Subscription(filter, options: options))
        }
        // [MQTT-3.8.3-2]
        guard !subscriptions.isEmpty else { throw .noTopicFilters(.subscribe) }
        self.init(packetIdentifier: packetIdentifier, subscriptions, properties: properties)
    }
}

extension SubscribePacket: PacketBody {
    package var packetType: PacketType { .subscribe }

    func writeBody(to sink: inout some ByteSink, _ version: ProtocolVersion, _: PacketOrigin) throws(CodecError) {
        guard packetIdentifier != 0 else { throw .packetIdentifierZero(.subscribe) }
        guard !subscriptions.isEmpty else { throw .noTopicFilters(.subscribe) }
        sink.append(packetIdentifier)
        try properties.write(to: &sink, .subscribe, version)
        for subscription in subscriptions {
            let byte = subscription.options.byte(version)
            _ = try SubscriptionOptions(byte, isShared: subscription.filter.isShared, version)
            try sink.append(prefixed: subscription.filter.bytes, .topicFilter)
            sink.append(byte)
        }
    }
}
