/// Reads the packets that one side of a connection sends, one after the other.
///
/// It keeps no bytes: it looks at what the caller has, from the start of a packet, and says how far the packet goes.
/// Nothing is allocated by a length that a packet claims; a packet over the limit is refused as soon as its first two
/// to five bytes are there.
///
/// After it has thrown, the connection cannot be read any further.
package struct PacketDecoder: Sendable {
    /// What stands at the start of the input.
    package enum Step: Sendable {
        /// The packet is not all there; at least so many more bytes are needed.
        case needMore(atLeast: Int)
        /// A PUBLISH; its size is in the view.
        case publish(PublishView)
        /// Any other packet and its size in bytes.
        case packet(Packet, size: Int)
    }

    /// Who sends the packets.
    package let origin: PacketOrigin
    /// The version of the connection; nil until a CONNECT has said it. Stays known where the rest of that CONNECT was
    /// malformed, so that it can be answered in its own form.
    package private(set) var version: ProtocolVersion?
    /// Bytes of the biggest packet taken, fixed header included.
    package var maximumPacketSize: Int
    /// Highest topic alias taken; 0: none. [MQTT-3.3.2-9]
    package var topicAliasMaximum: UInt16

    /// A decoder for the first bytes of a client, which must be a CONNECT.
    package init(maximumPacketSize: Int) {
        self.init(origin: .client, optionalVersion: nil, maximumPacketSize: maximumPacketSize, topicAliasMaximum: 0)
    }

    /// A decoder for what follows a CONNECT.
    ///
    /// - Parameter origin: `.client` for a broker's input, `.server` for a device's.
    package init(
        origin: PacketOrigin,
        version: ProtocolVersion,
        maximumPacketSize: Int,
        topicAliasMaximum: UInt16 = 0
    ) {
        self.init(
            origin: origin,
            optionalVersion: version,
            maximumPacketSize: maximumPacketSize,
            topicAliasMaximum: topicAliasMaximum
        )
    }

    private init(
        origin: PacketOrigin,
        optionalVersion: ProtocolVersion?,
        maximumPacketSize: Int,
        topicAliasMaximum: UInt16
    ) {
        self.origin = origin
        self.version = optionalVersion
        self.maximumPacketSize = maximumPacketSize
        self.topicAliasMaximum = topicAliasMaximum
    }

    /// Decodes the packet at the start of `bytes`.
    ///
    /// Gives the same whether the bytes came at once or one by one; what the fixed header alone shows to be wrong is
    /// thrown without waiting for the rest.
    package mutating func next(in bytes: UnsafeRawBufferPointer) throws(CodecError) -> Step {
        let found = try FixedHeader.read(bytes, version, origin, maximumPacketSize: maximumPacketSize)
        guard let header = found else { return .needMore(atLeast: bytes.isEmpty ? 2 : 1) }
        guard header.packetSize <= bytes.count else { return .needMore(atLeast: header.packetSize &- bytes.count) }
        var cursor = ByteCursor(bytes, range: header.bodyOffset..<header.packetSize)
        guard let version else { return .packet(try firstPacket(header, &cursor), size: header.packetSize) }
        if header.type == .publish {
            return .publish(
                try PublishView(
                    from: &cursor,
                    header: header.byte,
                    version,
                    origin,
                    topicAliasMaximum: topicAliasMaximum
                )
            )
        }
        return .packet(try packet(header.type, &cursor, version), size: header.packetSize)
    }

    private mutating func firstPacket(
        _ header: FixedHeader,
        _ cursor: inout ByteCursor
    ) throws(CodecError) -> Packet {
        let version = try ConnectPacket.version(from: &cursor)
        self.version = version
        // [MQTT-1.5.5-1]; only now is it known that the packet is of 5.0.
        if version == .v5, !header.isMinimal { throw .variableByteIntegerNotMinimal(.remainingLength) }
        return .connect(try ConnectPacket(from: &cursor, version))
    }

    private func packet(
        _ type: PacketType,
        _ cursor: inout ByteCursor,
        _ version: ProtocolVersion
    ) throws(CodecError) -> Packet {
        switch type {
        case .puback: .acknowledgement(try AcknowledgementPacket(.puback, from: &cursor, version, origin))
        case .pubrec: .acknowledgement(try AcknowledgementPacket(.pubrec, from: &cursor, version, origin))
        case .pubrel: .acknowledgement(try AcknowledgementPacket(.pubrel, from: &cursor, version, origin))
        case .pubcomp: .acknowledgement(try AcknowledgementPacket(.pubcomp, from: &cursor, version, origin))
        case .connack: .connack(try ConnackPacket(from: &cursor, version))
        case .subscribe: .subscribe(try SubscribePacket(from: &cursor, version))
        case .suback: .suback(try SubackPacket(from: &cursor, version))
        case .unsubscribe: .unsubscribe(try UnsubscribePacket(from: &cursor, version))
        case .unsuback: .unsuback(try UnsubackPacket(from: &cursor, version))
        case .disconnect: .disconnect(try DisconnectPacket(from: &cursor, version, origin))
        case .auth: .auth(try AuthPacket(from: &cursor, version, origin))
        case .pingreq: .ping(try ping(.request, &cursor))
        case .pingresp: .ping(try ping(.response, &cursor))
        // The header's check has turned CONNECT away, and a PUBLISH became a view.
        case .connect, .publish: throw .secondConnect
        }
    }

    private func ping(_ packet: PingPacket, _ cursor: inout ByteCursor) throws(CodecError) -> PingPacket {
        try cursor.finish(packet.packetType)
        return packet
    }
}
