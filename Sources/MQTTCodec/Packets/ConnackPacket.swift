/// CONNACK: the server's answer to CONNECT. MQTT 5.0 § 3.2
package struct ConnackPacket: Sendable, Hashable {
    /// Whether the server had a session for the client. Not sent in 3.1.
    package var sessionPresent: Bool
    /// In 3.x sent as its return code; a reason without one is refused by the encoder.
    package var reasonCode: ReasonCode
    package var properties: Properties

    package init(sessionPresent: Bool = false, reasonCode: ReasonCode, properties: Properties = Properties()) {
        self.sessionPresent = sessionPresent
        self.reasonCode = reasonCode
        self.properties = properties
    }
}

extension ConnackPacket {
    init(from cursor: inout ByteCursor, _ version: ProtocolVersion) throws(CodecError) {
        let flags = try cursor.byte(.connackFlags)
        // [MQTT-3.2.2-1]; 3.1 keeps the whole byte for later use.
        if version > .v3_1, flags & 0b1111_1110 != 0 { throw .connackFlags(found: flags) }
        let code = try Self.code(&cursor, version)
        let sessionPresent = version > .v3_1 && flags & 1 != 0
        // [MQTT-3.2.2-6]
        guard !sessionPresent || code == .success else { throw .sessionPresentOnRefusal(code) }
        let properties = try Properties(from: &cursor, .connack, version)
        try cursor.finish(.connack)
        self.init(sessionPresent: sessionPresent, reasonCode: code, properties: properties)
    }

    private static func code(_ cursor: inout ByteCursor, _ version: ProtocolVersion) throws(CodecError) -> ReasonCode {
        guard !version.hasProperties else { return try cursor.reasonCode(.connack, .server) }
        let byte = try cursor.byte(.reasonCode)
        guard let code = ConnectReturnCode(rawValue: byte) else { throw .unknownReasonCode(.connack, found: byte) }
        return ReasonCode(code)
    }
}

extension ConnackPacket: PacketBody {
    package var packetType: PacketType { .connack }

    func writeBody(
        to sink: inout some ByteSink,
        _ version: ProtocolVersion,
        _ origin: PacketOrigin
    ) throws(CodecError) {
        // [MQTT-3.2.2-6]
        guard !sessionPresent || reasonCode == .success else { throw .sessionPresentOnRefusal(reasonCode) }
        sink.append(sessionPresent && version > .v3_1 ? UInt8(1) : UInt8(0))
        if version.hasProperties {
            try sink.append(reasonCode, in: .connack, from: origin)
        } else {
            guard let code = reasonCode.connectReturnCode else { throw .noReturnCode(reasonCode) }
            sink.append(code.rawValue)
        }
        try properties.write(to: &sink, .connack, version)
    }
}
