/// Reads the fields of one packet from left to right, and never past its end.
///
/// Offsets count from the start of the buffer, which must outlive the cursor.
@usableFromInline struct ByteCursor {
    @usableFromInline let bytes: UnsafeRawBufferPointer
    /// Where the next field starts.
    @usableFromInline private(set) var offset: Int
    /// Where the packet, or the part of it being read, ends.
    @usableFromInline let end: Int

    /// A cursor over `range`, which is cut to the buffer.
    init(_ bytes: UnsafeRawBufferPointer, range: Range<Int>) {
        self.bytes = bytes
        self.offset = min(max(range.lowerBound, 0), bytes.count)
        self.end = max(offset, min(range.upperBound, bytes.count))
    }

    var remaining: Int { end - offset }
    var isAtEnd: Bool { offset == end }

    /// Steps over `count` bytes and gives their range.
    @inline(__always)
    mutating func take(_ count: Int, of field: PacketField) throws(CodecError) -> Range<Int> {
        guard count >= 0, count <= end - offset else {
            throw .truncated(field, needed: count, found: end - offset)
        }
        let start = offset
        offset &+= count
        return start..<offset
    }

    /// Everything to the end.
    mutating func takeRest() -> Range<Int> {
        let start = offset
        offset = end
        return start..<end
    }

    @inline(__always)
    mutating func byte(_ field: PacketField) throws(CodecError) -> UInt8 {
        let range = try take(1, of: field)
        return bytes[range.lowerBound]
    }

    /// Two Byte Integer, big-endian. MQTT 5.0 § 1.5.2
    @inline(__always)
    mutating func uint16(_ field: PacketField) throws(CodecError) -> UInt16 {
        let range = try take(2, of: field)
        return UInt16(bigEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: UInt16.self))
    }

    /// Four Byte Integer, big-endian. MQTT 5.0 § 1.5.3
    mutating func uint32(_ field: PacketField) throws(CodecError) -> UInt32 {
        let range = try take(4, of: field)
        return UInt32(bigEndian: bytes.loadUnaligned(fromByteOffset: range.lowerBound, as: UInt32.self))
    }

    /// A packet identifier, which is never 0. [MQTT-2.2.1-3]
    @inline(__always)
    mutating func packetIdentifier(of packet: PacketType) throws(CodecError) -> UInt16 {
        let identifier = try uint16(.packetIdentifier)
        guard identifier != 0 else { throw .packetIdentifierZero(packet) }
        return identifier
    }

    /// Variable Byte Integer in its shortest form. [MQTT-1.5.5-1]
    @inline(__always)
    mutating func variableByteInteger(_ field: PacketField) throws(CodecError) -> UInt32 {
        switch VariableByteInteger.read(bytes, at: offset, end: end) {
        case .value(let value, let length):
            guard length == VariableByteInteger.size(of: value) else { throw .variableByteIntegerNotMinimal(field) }
            offset &+= length
            return value
        case .incomplete: throw .truncated(field, needed: end - offset + 1, found: end - offset)
        case .tooLong: throw .variableByteIntegerTooLong(field)
        }
    }

    /// Binary Data: two bytes of length, then as many bytes. MQTT 5.0 § 1.5.6
    @inline(__always)
    mutating func binary(_ field: PacketField) throws(CodecError) -> Range<Int> {
        let length = try uint16(field)
        return try take(Int(length), of: field)
    }

    /// UTF-8 Encoded String, checked. MQTT 5.0 § 1.5.4
    mutating func string(_ field: PacketField) throws(CodecError) -> Range<Int> {
        let range = try binary(field)
        try TextRules.check(slice(range), field)
        return range
    }

    /// The bytes of a range that this cursor gave.
    @inline(__always)
    func slice(_ range: Range<Int>) -> UnsafeRawBufferPointer { UnsafeRawBufferPointer(rebasing: bytes[range]) }

    /// Throws unless every byte was read.
    func finish(_ packet: PacketType) throws(CodecError) {
        guard offset == end else { throw .trailingBytes(packet, count: end - offset) }
    }
}

extension ByteCursor {
    /// A topic name of at least one byte, checked, with the number of its levels.
    mutating func topicName(_ field: PacketField) throws(CodecError) -> (range: Range<Int>, levels: Int) {
        let range = try binary(field)
        // [MQTT-4.7.3-1]
        guard !range.isEmpty else { throw .emptyTopicName(field) }
        return (range, try TopicRules.checkName(slice(range), field))
    }

    /// A topic filter, checked.
    mutating func topicFilter() throws(CodecError) -> TopicFilter {
        let range = try binary(.topicFilter)
        let matched = try TopicRules.checkFilter(slice(range))
        return TopicFilter(unchecked: Array(bytes[range]), matchedOffset: matched)
    }
}
