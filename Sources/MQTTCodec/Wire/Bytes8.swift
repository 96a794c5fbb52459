/// Eight bytes of text, looked at together: a topic of ordinary length is judged in a few steps.
///
/// The first byte stands in the lowest eight bits, on every machine.
@usableFromInline struct Bytes8 {
    @usableFromInline let word: UInt64

    /// The eight bytes at `offset`; nil where fewer are left.
    @inlinable @inline(__always)
    init?(_ bytes: UnsafeRawBufferPointer, at offset: Int) {
        guard bytes.count &- offset >= 8 else { return nil }
        word = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
    }

    /// The fewer than eight bytes from `offset` to the end, filled up with U+0001; nil where the whole has fewer than
    /// eight bytes or nothing is left.
    @inline(__always)
    init?(lastOf bytes: UnsafeRawBufferPointer, from offset: Int) {
        let rest = bytes.count &- offset
        guard bytes.count >= 8, rest > 0, rest < 8 else { return nil }
        let last = UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: bytes.count &- 8, as: UInt64.self))
        let bits = UInt64(rest) &<< 3
        word = last &>> (64 &- bits) | Self.ones &<< bits
    }

    @inlinable var isASCII: Bool { word & Self.high == 0 }

    /// Whether all are ASCII and none is U+0000.
    @inline(__always) var isPlainText: Bool { (Self.zeros(word) | word) & Self.high == 0 }

    /// Whether all are ASCII and none is U+0000, `+` or `#`.
    ///
    /// The two wildcards differ in one bit, so one comparison finds both.
    @inline(__always) var isPlainTopic: Bool {
        let wildcards = (word | 0x0808_0808_0808_0808) ^ 0x2B2B_2B2B_2B2B_2B2B
        return (Self.zeros(word) | Self.zeros(wildcards) | word) & Self.high == 0
    }

    /// How many of the bytes are `byte`.
    @inline(__always)
    func count(of byte: UInt8) -> Int {
        Int(truncatingIfNeeded: ((mask(of: byte) &>> 7) &* Self.ones) &>> 56)
    }

    /// The top bit of each byte that equals `byte`; exact for every byte, not only for the first.
    @inlinable @inline(__always)
    func mask(of byte: UInt8) -> UInt64 {
        let difference = word ^ (UInt64(byte) &* Self.ones)
        let carry = (difference & ~Self.high) &+ ~Self.high
        return ~(carry | difference) & Self.high
    }

    /// Not 0 in the top bits if one of the bytes is 0; which one, it does not tell.
    @inline(__always)
    private static func zeros(_ word: UInt64) -> UInt64 { (word &- ones) & ~word & high }

    @usableFromInline static var high: UInt64 {
        @inlinable @inline(__always) get { 0x8080_8080_8080_8080 }
    }

    @usableFromInline static var ones: UInt64 {
        @inlinable @inline(__always) get { 0x0101_0101_0101_0101 }
    }
}
