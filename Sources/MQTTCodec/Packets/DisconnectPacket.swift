/// DISCONNECT: the last packet of a connection; before 5.0 only from clients. MQTT 5.0 § 3.14
package struct DisconnectPacket: Sendable, Hashable {
    /// Always normal disconnection in 3.x.
    package var reasonCode: ReasonCode
    package var properties: Properties

    package init(reasonCode: ReasonCode = .normalDisconnection, properties: Properties = Properties()) {
        self.reasonCode = reasonCode
        self.properties = properties
    }
}

extension DisconnectPacket {
    init(from cursor: inout ByteCursor, _ version: ProtocolVersion, _ origin: PacketOrigin) throws(CodecError) {
        self.init()
        if version.hasProperties, !cursor.isAtEnd {
            // MQTT 5.0 § 3.14.2: a remaining length of 0 means normal, below 2 no properties.
            reasonCode = try cursor.reasonCode(.disconnect, origin)
            if !cursor.isAtEnd { properties = try Properties(from: &cursor, .disconnect(from: origin), version) }
        }
        try cursor.finish(.disconnect)
    }
}

extension DisconnectPacket: PacketBody {
    package var packetType: PacketType { .disconnect }

    func writeBody(
        to sink: inout some ByteSink,
        _ version: ProtocolVersion,
        _ origin: PacketOrigin
    ) throws(CodecError) {
        guard version.hasProperties || origin == .client else { throw .packetNotInVersion(.disconnect, version) }
        guard version.hasProperties, reasonCode != .normalDisconnection || !properties.isEmpty else { return }
        try sink.append(reasonCode, in: .disconnect, from: origin)
        if !properties.isEmpty { try properties.write(to: &sink, .disconnect(from: origin), version) }
    }
}
