extension PublishView {
    /// Reads a PUBLISH whose bytes are all there. MQTT 5.0 § 3.3
    init(
        from cursor: inout ByteCursor,
        header: UInt8,
        _ version: ProtocolVersion,
        _ origin: PacketOrigin,
        topicAliasMaximum: UInt16
    ) throws(CodecError) {
        let topic = try cursor.binary(.topicName)
        // [MQTT-3.3.2-1]
        let levels = topic.isEmpty ? 0 : try TopicRules.checkName(cursor.slice(topic), .topicName)
        // [MQTT-2.2.1-2]
        let identifier = header & 0b0110 == 0 ? 0 : try cursor.packetIdentifier(of: .publish)
        var quick = QuickProperties(at: cursor.offset)
        if version.hasProperties { try quick.read(&cursor, origin, topicAliasMaximum: topicAliasMaximum) }
        // MQTT 5.0 § 3.3.2.1; 3.x has no alias. [MQTT-4.7.3-1]
        guard levels > 0 || quick.alias != 0 else { throw .emptyTopicName(.topicName) }
        // The packet size was checked to be within 28 bits and a topic has at most 65,535 bytes, thus 65,536 levels;
        // the counter stops one short of that.
        self.init(
            header: header,
            alias: quick.alias,
            facts: quick.facts,
            packetIdentifier: identifier,
            topicLevelCount: UInt16(clamping: levels),
            topicStart: UInt32(truncatingIfNeeded: topic.lowerBound),
            topicEnd: UInt32(truncatingIfNeeded: topic.upperBound),
            propertiesStart: UInt32(truncatingIfNeeded: quick.range.lowerBound),
            propertiesEnd: UInt32(truncatingIfNeeded: quick.range.upperBound),
            end: UInt32(truncatingIfNeeded: cursor.end),
            expiryStart: quick.expiryStart,
            expiry: quick.expiry,
            aliasStart: quick.aliasStart
        )
    }
}

/// What a broker needs of a PUBLISH's properties at once; the rest it sends on as bytes.
private struct QuickProperties {
    var range: Range<Int>
    var alias: UInt16 = 0
    var aliasStart: UInt32 = 0
    var expiry: UInt32 = 0
    var expiryStart: UInt32 = 0
    var facts: PublishView.Facts = []

    init(at offset: Int) { range = offset..<offset }

    mutating func read(
        _ cursor: inout ByteCursor,
        _ origin: PacketOrigin,
        topicAliasMaximum: UInt16
    ) throws(CodecError) {
        var reader = try PropertyReader(&cursor, .publish(from: origin))
        range = reader.range
        while let property = try reader.next() {
            let start = UInt32(truncatingIfNeeded: property.start)
            switch property.identifier {
            case .topicAlias:
                alias = UInt16(truncatingIfNeeded: property.number)
                aliasStart = start
                // [MQTT-3.3.2-9] [MQTT-3.3.2-11] [MQTT-3.3.2-12]
                guard alias <= topicAliasMaximum else {
                    throw .topicAliasOutOfRange(found: alias, limit: topicAliasMaximum)
                }
            case .messageExpiryInterval:
                expiry = property.number
                expiryStart = start
                facts.insert(.messageExpiry)
            case .payloadFormatIndicator:
                if property.number == 1 { facts.insert(.payloadIsText) }
            case .subscriptionIdentifier:
                facts.insert(.subscriptionIdentifier)
            default: break
            }
        }
    }
}
