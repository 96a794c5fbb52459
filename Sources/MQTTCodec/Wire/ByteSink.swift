/// Where an encoder puts bytes; the same code first counts them and then writes them.
protocol ByteSink {
    mutating func append(_ byte: UInt8)
    mutating func append(_ bytes: UnsafeRawBufferPointer)
}

extension ByteSink {
    mutating func append(_ number: UInt16) {
        append(UInt8(truncatingIfNeeded: number >> 8))
        append(UInt8(truncatingIfNeeded: number))
    }

    mutating func append(_ number: UInt32) {
        append(UInt16(truncatingIfNeeded: number >> 16))
        append(UInt16(truncatingIfNeeded: number))
    }

    mutating func append(_ bytes: [UInt8]) { bytes.withUnsafeBytes { append($0) } }

    mutating func append(_ text: StaticString) {
        append(UnsafeRawBufferPointer(start: text.utf8Start, count: text.utf8CodeUnitCount))
    }

    /// A length of two bytes, then the bytes. MQTT 5.0 § 1.5.4, § 1.5.6
    mutating func append(prefixed bytes: [UInt8], _ field: PacketField) throws(CodecError) {
        guard let length = UInt16(exactly: bytes.count) else {
            throw .fieldTooLong(field, found: bytes.count, limit: Text.maximumLength)
        }
        append(length)
        append(bytes)
    }

    /// The shortest form of a number up to 268,435,455. [MQTT-1.5.5-1]
    mutating func appendVariableByteInteger(_ number: Int) {
        var rest = number
        while rest >= 0x80 {
            append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        append(UInt8(truncatingIfNeeded: rest))
    }
}

/// Counts bytes and keeps none.
struct ByteCounter: ByteSink {
    private(set) var count = 0

    mutating func append(_ byte: UInt8) { count += 1 }
    mutating func append(_ bytes: UnsafeRawBufferPointer) { count += bytes.count }
}

/// Collects bytes in an array.
struct ByteBuilder: ByteSink {
    private(set) var bytes: [UInt8] = []

    init(capacity: Int) { bytes.reserveCapacity(capacity) }

    mutating func append(_ byte: UInt8) { bytes.append(byte) }
    mutating func append(_ more: UnsafeRawBufferPointer) { bytes.append(contentsOf: more) }
}

/// Writes into memory of the caller, whose size was counted before.
struct BufferWriter: ByteSink {
    private let buffer: UnsafeMutableRawBufferPointer
    private(set) var count = 0

    init(_ buffer: UnsafeMutableRawBufferPointer) { self.buffer = buffer }

    mutating func append(_ byte: UInt8) {
        buffer[count] = byte
        count += 1
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer) {
        guard !bytes.isEmpty else { return }
        UnsafeMutableRawBufferPointer(rebasing: buffer[count..<(count + bytes.count)]).copyMemory(from: bytes)
        count += bytes.count
    }
}
