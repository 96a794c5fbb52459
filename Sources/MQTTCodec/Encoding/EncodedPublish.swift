/// A whole PUBLISH in bytes, encoded once for all receivers of one version and QoS that get the same properties.
///
/// Each receiver gets a copy with its packet identifier, DUP and RETAIN patched in. Receivers with a topic alias or
/// subscription identifiers of their own need `PublishEncoder`.
@usableFromInline package struct EncodedPublish: Sendable {
    /// The packet with identifier 0, without DUP and RETAIN.
    @usableFromInline package let bytes: [UInt8]
    @usableFromInline package let version: ProtocolVersion
    @usableFromInline package let qos: QoS
    /// Where the packet identifier stands; 0 at QoS 0.
    @usableFromInline let identifierOffset: Int

    /// Encodes the message; throws where it is longer than a packet may be.
    package init(_ encoder: PublishEncoder, qos: QoS, messageExpiryInterval: UInt32? = nil) throws(CodecError) {
        let delivery = PublishDelivery(qos: qos, messageExpiryInterval: messageExpiryInterval)
        let layout = encoder.layout(delivery, [])
        guard layout.remaining <= VariableByteInteger.maximum else {
            throw .packetTooLarge(size: layout.remaining, limit: VariableByteInteger.maximum)
        }
        bytes = [UInt8](unsafeUninitializedCapacity: layout.total) { buffer, count in
            count = encoder.write(delivery, into: UnsafeMutableRawBufferPointer(buffer))
        }
        version = encoder.version
        self.qos = qos
        identifierOffset = qos == .atMostOnce ? 0 : layout.total - layout.remaining + 2 + encoder.topic.count
    }

    /// Bytes of every copy.
    @inlinable package var size: Int { bytes.count }

    /// Writes one receiver's copy to the start of `buffer`, which has at least `size` bytes, and gives the bytes
    /// written.
    @inlinable
    @discardableResult
    package func write(
        packetIdentifier: UInt16 = 0,
        retain: Bool = false,
        isDuplicate: Bool = false,
        into buffer: UnsafeMutableRawBufferPointer
    ) -> Int {
        bytes.withUnsafeBytes { source in
            UnsafeMutableRawBufferPointer(rebasing: buffer[..<source.count]).copyMemory(from: source)
            buffer[0] = PublishHeader.byte(qos: qos, retain: retain, isDuplicate: isDuplicate)
            if identifierOffset != 0 {
                buffer[identifierOffset] = UInt8(truncatingIfNeeded: packetIdentifier &>> 8)
                buffer[identifierOffset &+ 1] = UInt8(truncatingIfNeeded: packetIdentifier)
            }
            return source.count
        }
    }
}
