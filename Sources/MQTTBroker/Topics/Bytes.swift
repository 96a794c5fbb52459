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
}
