/// UNSUBSCRIBE: a client gives topics up. MQTT 5.0 § 3.10
package struct UnsubscribePacket: Sendable, Hashable {
    package var packetIdentifier: UInt16
    /// At least one. [MQTT-3.10.3-2]
    package var filters: [TopicFilter]
    package var properties: Properties

    package init(packetIdentifier: UInt16, _ filters: [TopicFilter], properties: Properties = Properties()) {
        self.packetIdentifier = packetIdentifier
        self.filters = filters
        self.properties = properties
    }
}

extension UnsubscribePacket {
    init(from cursor: inout ByteCursor, _ version: ProtocolVersion) throws(CodecError) {
        let packetIdentifier = try cursor.packetIdentifier(of: .unsubscribe)
        let properties = try Properties(from: &cursor, .unsubscribe, version)
        var filters: [TopicFilter] = []
        // [MQTT-3.10.3-1]
        while !cursor.isAtEnd { filters.append(try cursor.topicFilter()) }
        // [MQTT-3.10.3-2]
        guard !filters.isEmpty else { throw .noTopicFilters(.unsubscribe) }
        self.init(packetIdentifier: packetIdentifier, filters, properties: properties)
    }
}

extension UnsubscribePacket: PacketBody {
    package var packetType: PacketType { .unsubscribe }

    func writeBody(to sink: inout some ByteSink, _ version: ProtocolVersion, _: PacketOrigin) throws(CodecError) {
        guard packetIdentifier != 0 else { throw .packetIdentifierZero(.unsubscribe) }
        guard !filters.isEmpty else { throw .noTopicFilters(.unsubscribe) }
        sink.append(packetIdentifier)
        try properties.write(to: &sink, .unsubscribe, version)
        for filter in filters { try sink.append(prefixed: filter.bytes, .topicFilter) }
    }
}
