/// PUBACK, PUBREC, PUBREL and PUBCOMP, which all have one form. MQTT 5.0 §§ 3.4–3.7
@usableFromInline package struct AcknowledgementPacket: Sendable, Hashable {
    /// Which of the four it is.
    @usableFromInline package enum Kind: UInt8, Sendable, Hashable, CaseIterable {
        case puback = 4
        case pubrec = 5
        case pubrel = 6
        case pubcomp = 7

        package var packetType: PacketType {
            switch self {
            case .puback: .puback
            case .pubrec: .pubrec
            case .pubrel: .pubrel
            case .pubcomp: .pubcomp
            }
        }
    }

    package var kind: Kind
    /// The identifier of the PUBLISH that is acknowledged. [MQTT-2.2.1-5]
    package var packetIdentifier: UInt16
    /// Always success in 3.x.
    package var reasonCode: ReasonCode
    package var properties: Properties

    package init(
        _ kind: Kind,
        packetIdentifier: UInt16,
        reasonCode: ReasonCode = .success,
        properties: Properties = Properties()
    ) {
        self.kind = kind
        self.packetIdentifier = packetIdentifier
        self.reasonCode = reasonCode
        self.properties = properties
    }
}

extension AcknowledgementPacket {
    /// Bytes of an acknowledgement that says nothing but success, in every version.
    package static let successSize = 4

    /// Writes an acknowledgement of success, which is the same in every version; the buffer has `successSize` bytes.
    @inlinable
    package static func writeSuccess(_ kind: Kind, packetIdentifier: UInt16, into buffer: UnsafeMutableRawBufferPointer)
    {
        buffer[0] = kind.rawValue &<< 4 | (kind == .pubrel ? 0b0010 : 0)
        buffer[1] = 2
        buffer[2] = UInt8(truncatingIfNeeded: packetIdentifier &>> 8)
        buffer[3] = UInt8(truncatingIfNeeded: packetIdentifier)
    }

    init(
        _ kind: Kind,
        from cursor: inout ByteCursor,
        _ version: ProtocolVersion,
        _ origin: PacketOrigin
    ) throws(CodecError) {
        self.init(kind, packetIdentifier: try cursor.packetIdentifier(of: kind.packetType))
        if version.hasProperties, !cursor.isAtEnd {
            // MQTT 5.0 § 3.4.2.1: a remaining length of 2 means success, below 4 no properties.
            reasonCode = try cursor.reasonCode(kind.packetType, origin)
            if !cursor.isAtEnd { properties = try Properties(from: &cursor, .acknowledgement, version) }
        }
        try cursor.finish(kind.packetType)
    }
}

extension AcknowledgementPacket: PacketBody {
    package var packetType: PacketType { kind.packetType }

    func writeBody(
        to sink: inout some ByteSink,
        _ version: ProtocolVersion,
        _ origin: PacketOrigin
    ) throws(CodecError) {
        guard packetIdentifier != 0 else { throw .packetIdentifierZero(packetType) }
        sink.append(packetIdentifier)
        guard version.hasProperties, reasonCode != .success || !properties.isEmpty else { return }
        try sink.append(reasonCode, in: packetType, from: origin)
        if !properties.isEmpty { try properties.write(to: &sink, .acknowledgement, version) }
    }
}
