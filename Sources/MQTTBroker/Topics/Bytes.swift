import Glibc

extension UnsafeRawBufferPointer {
    /// Whether both hold the same bytes; both are of the same length.
    @inline(__always)
    func elementsAreEqual(to other: UnsafeRawBufferPointer) -> Bool {
        guard let left = baseAddress, let right = other.baseAddress else { return true }
        return memcmp(left, right, count) == 0
    }

    /// Whether both hold the same bytes.
    @inline(__always)
    func equals(_ other: UnsafeRawBufferPointer) -> Bool {
        count == other.count && elementsAreEqual(to: other)
    }

    /// Whether these bytes come before others in the order of dictionaries.
    func precedes(_ other: UnsafeRawBufferPointer) -> Bool {
        let common = Swift.min(count, other.count)
        guard common > 0, let left = baseAddress, let right = other.baseAddress else { return count < other.count }
        let order = memcmp(left, right, common)
        return order == 0 ? count < other.count : order < 0
    }
}
