/// Takes the mask off what a client sent (RFC 6455 § 5.3), 32 bytes at a step.
enum Masking {
    /// Moves `count` bytes from `source` down to `target`, which may lie before it in the same buffer, and unmasks them on
    /// the way: one pass over memory does both.
    ///
    /// - Returns: The mask as it stands for the byte behind the last one.
    static func unmask(
        _ source: UnsafeRawPointer,
        to target: UnsafeMutableRawPointer,
        count: Int,
        mask: UInt32
    ) -> UInt32 {
        let word = UInt64(mask) << 32 | UInt64(mask)
        let wide = SIMD4<UInt64>(repeating: word.littleEndian)
        var done = 0
        // Every load comes before the store that may overwrite its bytes, and no store reaches the next load's.
        while count - done >= 32 {
            let block = source.loadUnaligned(fromByteOffset: done, as: SIMD4<UInt64>.self)
            target.storeBytes(of: block ^ wide, toByteOffset: done, as: SIMD4<UInt64>.self)
            done += 32
        }
        while count - done >= 8 {
            let block = source.loadUnaligned(fromByteOffset: done, as: UInt64.self)
            target.storeBytes(of: block ^ word.littleEndian, toByteOffset: done, as: UInt64.self)
            done += 8
        }
        var rest = mask
        while done < count {
            let byte = source.load(fromByteOffset: done, as: UInt8.self)
            target.storeBytes(of: byte ^ UInt8(truncatingIfNeeded: rest), toByteOffset: done, as: UInt8.self)
            rest = rotated(rest, by: 1)
            done += 1
        }
        return rest
    }

    /// The mask `bytes` bytes further on.
    private static func rotated(_ mask: UInt32, by bytes: UInt32) -> UInt32 {
        mask >> (8 * bytes) | mask << (32 - 8 * bytes)
    }
}
