/// A packet that can be turned into bytes of any version it exists in.
///
/// What a version does not have (properties, reason codes before 5.0) is left out, so a broker builds one packet for
/// all its clients.
package protocol EncodablePacket: Sendable {
    /// The type that the first byte says.
    var packetType: PacketType { get }

    /// Bytes of the whole packet, fixed header included.
    func encodedSize(for version: ProtocolVersion, from origin: PacketOrigin) throws(CodecError) -> Int

    /// Writes the whole packet at the start of `buffer` and gives the bytes written.
    ///
    /// The buffer has at least `encodedSize(for:from:)` bytes.
    func encode(
        into buffer: UnsafeMutableRawBufferPointer,
        for version: ProtocolVersion,
        from origin: PacketOrigin
    ) throws(CodecError) -> Int
}

/// What the packets themselves say about their bytes.
protocol PacketBody: EncodablePacket {
    /// Writes all that follows the fixed header.
    func writeBody(to sink: inout some ByteSink, _ version: ProtocolVersion, _ origin: PacketOrigin) throws(CodecError)

    /// The first byte's lower four bits.
    var headerFlags: UInt8 { get }
}

extension PacketBody {
    package var headerFlags: UInt8 { packetType.fixedFlags ?? 0 }

    private func bodySize(_ version: ProtocolVersion, _ origin: PacketOrigin) throws(CodecError) -> Int {
        if packetType == .auth, version < .v5 { throw .packetNotInVersion(.auth, version) }
        var counter = ByteCounter()
        try writeBody(to: &counter, version, origin)
        guard counter.count <= VariableByteInteger.maximum else {
            throw .packetTooLarge(size: counter.count, limit: VariableByteInteger.maximum)
        }
        return counter.count
    }

    package func encodedSize(for version: ProtocolVersion, from origin: PacketOrigin) throws(CodecError) -> Int {
        let size = try bodySize(version, origin)
        return 1 + VariableByteInteger.size(of: size) + size
    }

    package func encode(
        into buffer: UnsafeMutableRawBufferPointer,
        for version: ProtocolVersion,
        from origin: PacketOrigin
    ) throws(CodecError) -> Int {
        var sink = BufferWriter(buffer)
        try write(to: &sink, version, origin)
        return sink.count
    }

    func write(to sink: inout some ByteSink, _ version: ProtocolVersion, _ origin: PacketOrigin) throws(CodecError) {
        let size = try bodySize(version, origin)
        sink.append(packetType.rawValue << 4 | headerFlags)
        sink.appendVariableByteInteger(size)
        try writeBody(to: &sink, version, origin)
    }
}

extension EncodablePacket {
    /// The whole packet as bytes.
    package func encoded(for version: ProtocolVersion, from origin: PacketOrigin) throws(CodecError) -> [UInt8] {
        let size = try encodedSize(for: version, from: origin)
        var failure: CodecError?
        let bytes = [UInt8](unsafeUninitializedCapacity: size) { buffer, count in
            do throws(CodecError) {
                count = try encode(into: UnsafeMutableRawBufferPointer(buffer), for: version, from: origin)
            } catch {
                failure = error
            }
        }
        if let failure { throw failure }
        return bytes
    }
}
