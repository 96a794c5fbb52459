/// A fast hash of bytes from the network, keyed so that nobody outside can choose colliding topics or client ids.
///
/// Folded 64 × 64 → 128 bit multiplication over eight bytes at a time, as wyhash does it.
struct KeyedHash: Sendable {
    private let key: UInt64

    init(key: UInt64 = .random(in: 1 ... .max)) {
        self.key = key
    }

    /// The hash of `bytes`.
    @inline(__always)
    func callAsFunction(_ bytes: UnsafeRawBufferPointer) -> UInt64 {
        var state = key ^ (UInt64(truncatingIfNeeded: bytes.count) &* 0x9E37_79B9_7F4A_7C15)
        guard let start = bytes.baseAddress, !bytes.isEmpty else { return Self.fold(state, 0xE703_7ED1_A0B4_28DB) }
        let count = bytes.count
        var offset = 0
        while offset + 8 <= count {
            let word = start.loadUnaligned(fromByteOffset: offset, as: UInt64.self)
            state = Self.fold(state ^ word, 0xA076_1D64_78BD_642F)
            offset += 8
        }
        if offset < count {
            state = Self.fold(state ^ Self.tail(start + offset, count - offset), 0xE703_7ED1_A0B4_28DB)
        }
        return Self.fold(state, key | 1)
    }

    /// The hash of an edge of a tree, from a numbered node by a numbered level: numbers that clients can guess.
    @inline(__always)
    func callAsFunction(_ parent: UInt32, _ level: UInt32) -> UInt32 {
        let word = UInt64(parent) << 32 | UInt64(level)
        return UInt32(truncatingIfNeeded: Self.fold(Self.fold(word ^ key, 0xA076_1D64_78BD_642F), key | 1))
    }

    /// One to seven bytes as a word.
    @inline(__always)
    private static func tail(_ start: UnsafeRawPointer, _ count: Int) -> UInt64 {
        if count >= 4 {
            let low = UInt64(start.loadUnaligned(as: UInt32.self))
            let high = UInt64(start.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
            return high << 32 | low
        }
        let first = UInt64(start.load(as: UInt8.self))
        let middle = UInt64(start.load(fromByteOffset: count / 2, as: UInt8.self))
        let last = UInt64(start.load(fromByteOffset: count - 1, as: UInt8.self))
        return first << 16 | middle << 8 | last
    }

    @inline(__always)
    private static func fold(_ left: UInt64, _ right: UInt64) -> UInt64 {
        let product = left.multipliedFullWidth(by: right)
        return product.high ^ product.low
    }
}
