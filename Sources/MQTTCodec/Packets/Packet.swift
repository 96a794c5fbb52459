/// Any packet but PUBLISH, which a decoder gives as a `PublishView`.
package enum Packet: Sendable, Hashable {
    indirect case connect(ConnectPacket)
    case connack(ConnackPacket)
    /// PUBACK, PUBREC, PUBREL or PUBCOMP.
    case acknowledgement(AcknowledgementPacket)
    case subscribe(SubscribePacket)
    case suback(SubackPacket)
    case unsubscribe(UnsubscribePacket)
    case unsuback(UnsubackPacket)
    case ping(PingPacket)
    case disconnect(DisconnectPacket)
    case auth(AuthPacket)
}

extension Packet: EncodablePacket {
    private var content: any EncodablePacket {
        switch self {
        case .connect(let packet): packet
        case .connack(let packet): packet
        case .acknowledgement(let packet): packet
        case .subscribe(let packet): packet
        case .suback(let packet): packet
        case .unsubscribe(let packet): packet
        case .unsuback(let packet): packet
        case .ping(let packet): packet
        case .disconnect(let packet): packet
        case .auth(let packet): packet
        }
    }

    package var packetType: PacketType { content.packetType }

    package func encodedSize(for version: ProtocolVersion, from origin: PacketOrigin) throws(CodecError) -> Int {
        try content.encodedSize(for: version, from: origin)
    }

    package func encode(
        into buffer: UnsafeMutableRawBufferPointer,
        for version: ProtocolVersion,
        from origin: PacketOrigin
    ) throws(CodecError) -> Int {
        try content.encode(into: buffer, for: version, from: origin)
    }
}
