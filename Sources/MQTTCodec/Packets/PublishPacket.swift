/// PUBLISH with copies of all it has; a broker's hot path uses `PublishView`. MQTT 5.0 § 3.3
package struct PublishPacket: Sendable, Hashable {
    /// Nil where a topic alias stands in its place.
    package var topic: TopicName?
    package var payload: [UInt8]
    package var qos: QoS
    package var retain: Bool
    /// DUP: this may have been sent before. [MQTT-3.3.1-1]
    package var isDuplicate: Bool
    /// 0 at QoS 0, otherwise never 0.
    package var packetIdentifier: UInt16
    package var properties: Properties

    package init(
        topic: TopicName?,
        payload: [UInt8],
        qos: QoS = .atMostOnce,
        retain: Bool = false,
        isDuplicate: Bool = false,
        packetIdentifier: UInt16 = 0,
        properties: Properties = Properties()
    ) {
        self.topic = topic
        self.payload = payload
        self.qos = qos
        self.retain = retain
        self.isDuplicate = isDuplicate
        self.packetIdentifier = packetIdentifier
        self.properties = properties
    }

    /// Copies what a view shows.
    package init(_ view: PublishView, in packet: UnsafeRawBufferPointer) {
        self.init(
            topic: TopicName(view, in: packet),
            payload: Array(packet[view.payload]),
            qos: view.qos,
            retain: view.retain,
            isDuplicate: view.isDuplicate,
            packetIdentifier: view.packetIdentifier,
            properties: Properties(of: view, in: packet)
        )
    }
}

extension Properties {
    /// The properties of a PUBLISH that a decoder has accepted.
    package init(of view: PublishView, in packet: UnsafeRawBufferPointer) {
        self.init()
        guard !view.properties.isEmpty else { return }
        // Both contexts' properties are allowed here: the decoder has judged them by the one that holds.
        var reader = PropertyReader(accepted: packet, view.properties, .publishFromServer)
        while let raw = try? reader.next() { append(Property(raw, in: packet)) }
    }
}

extension PublishPacket: PacketBody {
    package var packetType: PacketType { .publish }

    package var headerFlags: UInt8 {
        PublishHeader.flags(qos: qos, retain: retain, isDuplicate: isDuplicate)
    }

    func writeBody(
        to sink: inout some ByteSink,
        _ version: ProtocolVersion,
        _ origin: PacketOrigin
    ) throws(CodecError) {
        // MQTT 5.0 § 3.3.2.1: the alias may stand for the topic.
        guard topic != nil || (version.hasProperties && properties.topicAlias != nil) else {
            throw .emptyTopicName(.topicName)
        }
        // [MQTT-3.3.1-2]
        guard qos > .atMostOnce || !isDuplicate else { throw .duplicateFlagAtQoS0 }
        try sink.append(prefixed: topic?.bytes ?? [], .topicName)
        // [MQTT-2.2.1-2]
        if qos > .atMostOnce {
            guard packetIdentifier != 0 else { throw .packetIdentifierZero(.publish) }
            sink.append(packetIdentifier)
        }
        try properties.write(to: &sink, .publish(from: origin), version)
        sink.append(payload)
    }
}

/// The first byte of a PUBLISH. MQTT 5.0 § 3.3.1 [MQTT-4.3.1-1]
@usableFromInline package enum PublishHeader {
    /// The lower four bits.
    @inlinable package static func flags(qos: QoS, retain: Bool, isDuplicate: Bool) -> UInt8 {
        (isDuplicate ? 0b1000 : 0) | qos.rawValue &<< 1 | (retain ? 0b0001 : 0)
    }

    /// Type and flags.
    @inlinable package static func byte(qos: QoS, retain: Bool, isDuplicate: Bool) -> UInt8 {
        0x30 | flags(qos: qos, retain: retain, isDuplicate: isDuplicate)
    }
}
