/// The standard's integer of one to four bytes, seven bits each, low ones first. MQTT 5.0 § 1.5.5
@usableFromInline package enum VariableByteInteger {
    /// The largest value: 268,435,455.
    package static let maximum = 0x0FFF_FFFF

    /// What stands at a place in the input.
    enum Reading {
        case value(UInt32, length: Int)
        case incomplete
        /// The fourth byte says that a fifth follows.
        case tooLong
    }

    /// Reads at `start`, looking at no byte at or after `end`.
    @inline(__always)
    static func read(_ bytes: UnsafeRawBufferPointer, at start: Int, end: Int) -> Reading {
        var value: UInt32 = 0
        var position = start
        var shift: UInt32 = 0
        while position < end {
            let byte = bytes[position]
            position &+= 1
            value |= UInt32(byte & 0x7F) &<< shift
            if byte < 0x80 { return .value(value, length: position &- start) }
            if shift == 21 { return .tooLong }
            shift &+= 7
        }
        return .incomplete
    }

    /// How many bytes `value` takes: 1 to 4.
    @inlinable
    package static func size(of value: some FixedWidthInteger) -> Int {
        if value < 128 { return 1 }
        if value < 16_384 { return 2 }
        if value < 2_097_152 { return 3 }
        return 4
    }
}
