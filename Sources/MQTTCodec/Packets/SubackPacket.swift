/// SUBACK: the server's answer to SUBSCRIBE. MQTT 5.0 § 3.9
package struct SubackPacket: Sendable, Hashable {
    /// That of the SUBSCRIBE. [MQTT-2.2.1-6]
    package var packetIdentifier: UInt16
    /// One for each filter, in its order. [MQTT-3.9.3-1] In 3.x every failure is sent as 0x80.
    package var reasonCodes: [ReasonCode]
    package var properties: Properties

    package init(packetIdentifier: UInt16, _ reasonCodes: [ReasonCode], properties: Properties = Properties()) {
        self.packetIdentifier = packetIdentifier
        self.reasonCodes = reasonCodes
        self.properties = properties
    }
}

extension SubackPacket {
    init(from cursor: inout ByteCursor, _ version: ProtocolVersion) throws(CodecError) {
        let packetIdentifier = try cursor.packetIdentifier(of: .suback)
        let properties = try Properties(from: &cursor, .suback, version)
        var codes: [ReasonCode] = []
        while !cursor.isAtEnd {
            let code = try cursor.reasonCode(.suback, .server)
            // MQTT 3.1.1 [MQTT-3.9.3-2]: 0x00, 0x01, 0x02 and 0x80 alone.
            guard version.hasProperties || !code.isFailure || code == .unspecifiedError else {
                throw .unknownReasonCode(.suback, found: code.rawValue)
            }
            codes.append(code)
        }
        guard !codes.isEmpty else { throw .noReasonCodes(.suback) }
        self.init(packetIdentifier: packetIdentifier, codes, properties: properties)
    }
}

extension SubackPacket: PacketBody {
    package var packetType: PacketType { .suback }

    func writeBody(
        to sink: inout some ByteSink,
        _ version: ProtocolVersion,
        _ origin: PacketOrigin
    ) throws(CodecError) {
        guard packetIdentifier != 0 else { throw .packetIdentifierZero(.suback) }
        guard !reasonCodes.isEmpty else { throw .noReasonCodes(.suback) }
        sink.append(packetIdentifier)
        try properties.write(to: &sink, .suback, version)
        for code in reasonCodes {
            // MQTT 3.1.1 [MQTT-3.9.3-2]
            let sent = version.hasProperties || !code.isFailure ? code : .unspecifiedError
            try sink.append(sent, in: .suback, from: origin)
        }
    }
}
