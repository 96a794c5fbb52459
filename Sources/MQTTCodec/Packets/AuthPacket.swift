/// AUTH: a step of an extended authentication; MQTT 5.0 only. MQTT 5.0 § 3.15
package struct AuthPacket: Sendable, Hashable {
    package var reasonCode: ReasonCode
    package var properties: Properties

    package init(reasonCode: ReasonCode, properties: Properties = Properties()) {
        self.reasonCode = reasonCode
        self.properties = properties
    }
}

extension AuthPacket {
    init(from cursor: inout ByteCursor, _ version: ProtocolVersion, _ origin: PacketOrigin) throws(CodecError) {
        self.init(reasonCode: .success)
        // MQTT 5.0 § 3.15.2.1: a remaining length of 0 means success, which only a server may say.
        guard !cursor.isAtEnd else {
            guard origin == .server else { throw .reasonCodeNotAllowed(.success, in: .auth, from: origin) }
            return
        }
        // [MQTT-3.15.2-1]
        reasonCode = try cursor.reasonCode(.auth, origin)
        properties = try Properties(from: &cursor, .auth, version)
        try cursor.finish(.auth)
    }
}

extension AuthPacket: PacketBody {
    package var packetType: PacketType { .auth }

    func writeBody(
        to sink: inout some ByteSink,
        _ version: ProtocolVersion,
        _ origin: PacketOrigin
    ) throws(CodecError) {
        if reasonCode == .success, properties.isEmpty, origin == .server { return }
        try sink.append(reasonCode, in: .auth, from: origin)
        try properties.write(to: &sink, .auth, version)
    }
}
