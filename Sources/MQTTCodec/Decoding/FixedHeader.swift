/// The first two to five bytes of a packet. MQTT 5.0 § 2.1
struct FixedHeader {
    let type: PacketType
    /// The whole first byte.
    let byte: UInt8
    /// Where the rest of the packet starts.
    let bodyOffset: Int
    /// Bytes of the whole packet.
    let packetSize: Int
    /// Whether the remaining length has no more bytes than it needs. [MQTT-1.5.5-1]
    let isMinimal: Bool
}

extension FixedHeader {
    /// Reads the header at the start of `bytes`; nil where not all of it is there.
    ///
    /// Checks all that the header alone can tell, before a byte of the rest is awaited.
    static func read(
        _ bytes: UnsafeRawBufferPointer,
        _ version: ProtocolVersion?,
        _ origin: PacketOrigin,
        maximumPacketSize: Int
    ) throws(CodecError) -> FixedHeader? {
        guard let byte = bytes.first else { return nil }
        let type = try check(byte, version, origin)
        switch VariableByteInteger.read(bytes, at: 1, end: bytes.count) {
        case .incomplete: return nil
        case .tooLong: throw .variableByteIntegerTooLong(.remainingLength)
        case .value(let length, let lengthSize):
            let bodyOffset = 1 &+ lengthSize
            let size = bodyOffset &+ Int(length)
            guard size <= maximumPacketSize else { throw .packetTooLarge(size: size, limit: maximumPacketSize) }
            let isMinimal = lengthSize == VariableByteInteger.size(of: length)
            if !isMinimal, version == .v5 { throw .variableByteIntegerNotMinimal(.remainingLength) }
            return FixedHeader(
                type: type,
                byte: byte,
                bodyOffset: bodyOffset,
                packetSize: size,
                isMinimal: isMinimal
            )
        }
    }

    @inline(__always)
    private static func check(
        _ byte: UInt8,
        _ version: ProtocolVersion?,
        _ origin: PacketOrigin
    ) throws(CodecError) -> PacketType {
        if byte >> 4 == PacketType.publish.rawValue, let version {
            // [MQTT-3.3.1-4]
            guard byte & 0b0110 != 0b0110 else { throw .qosOutOfRange(.publishQoS) }
            // [MQTT-3.3.1-2]; MQTT 3.1 § 2.1 does not say so.
            guard byte & 0b1110 != 0b1000 || version == .v3_1 else { throw .duplicateFlagAtQoS0 }
            return .publish
        }
        return try checkOther(byte, version, origin)
    }

    private static func checkOther(
        _ byte: UInt8,
        _ version: ProtocolVersion?,
        _ origin: PacketOrigin
    ) throws(CodecError) -> PacketType {
        guard let type = PacketType(rawValue: byte >> 4), type != .auth || version == nil || version == .v5 else {
            throw .reservedPacketType(byte >> 4)
        }
        guard type.isSent(by: origin) else { throw .wrongDirection(type, from: origin) }
        // Only a client's first packet finds the version unknown.
        guard let version else {
            // [MQTT-3.1.0-1]
            guard type == .connect else { throw .connectExpected(found: type) }
            // [MQTT-2.1.3-1]; for 3.1 too, whose clients all send 0.
            guard byte & 0x0F == 0 else { throw .fixedHeaderFlags(type, found: byte & 0x0F, needed: 0) }
            return type
        }
        // [MQTT-3.1.0-2]
        guard type != .connect else { throw .secondConnect }
        // MQTT 3.1.1 § 3.14: a server sends none before 5.0.
        if type == .disconnect, origin == .server, version < .v5 { throw .wrongDirection(type, from: origin) }
        // MQTT 3.1 § 2.1 sends SUBSCRIBE, UNSUBSCRIBE and PUBREL with QoS 1 and maybe DUP, and binds no other flag.
        guard version > .v3_1, let needed = type.fixedFlags else { return type }
        // [MQTT-2.1.3-1] [MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1] [MQTT-3.14.1-1] [MQTT-3.15.1-1]
        guard byte & 0x0F == needed else { throw .fixedHeaderFlags(type, found: byte & 0x0F, needed: needed) }
        return type
    }
}
