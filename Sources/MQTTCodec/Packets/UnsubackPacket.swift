/// UNSUBACK: the server's answer to UNSUBSCRIBE. MQTT 5.0 § 3.11
package struct UnsubackPacket: Sendable, Hashable {
    /// That of the UNSUBSCRIBE. [MQTT-2.2.1-6]
    package var packetIdentifier: UInt16
    /// One for each filter, in its order. [MQTT-3.11.3-1] Empty in 3.x.
    package var reasonCodes: [ReasonCode]
    package var properties: Properties

    package init(packetIdentifier: UInt16, _ reasonCodes: [ReasonCode], properties: Properties = Properties()) {
        self.packetIdentifier = packetIdentifier
        self.reasonCodes = reasonCodes
        self.properties = properties
    }
}

extension UnsubackPacket {
    init(from cursor: inout ByteCursor, _ version: ProtocolVersion) throws(CodecError) {
        let packetIdentifier = try cursor.packetIdentifier(of: .unsuback)
        let properties = try Properties(from: &cursor, .unsuback, version)
        var codes: [ReasonCode] = []
        if version.hasProperties {
            while !cursor.isAtEnd { codes.append(try cursor.reasonCode(.unsuback, .server)) }
            guard !codes.isEmpty else { throw .noReasonCodes(.unsuback) }
        }
        try cursor.finish(.unsuback)
        self.init(packetIdentifier: packetIdentifier, codes, properties: properties)
    }
}

extension UnsubackPacket: PacketBody {
    package var packetType: PacketType { .unsuback }

    func writeBody(
        to sink: inout some ByteSink,
        _ version: ProtocolVersion,
        _ origin: PacketOrigin
    ) throws(CodecError) {
        guard packetIdentifier != 0 else { throw .packetIdentifierZero(.unsuback) }
        sink.append(packetIdentifier)
        guard version.hasProperties else { return }
        guard !reasonCodes.isEmpty else { throw .noReasonCodes(.unsuback) }
        try properties.write(to: &sink, .unsuback, version)
        for code in reasonCodes { try sink.append(code, in: .unsuback, from: origin) }
    }
}
