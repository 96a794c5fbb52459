/// The levels of a topic name or filter, one after the other, without allocation.
///
/// `a//b` has three levels, the second of them empty. The bytes must outlive the sequence and what it gives.
@usableFromInline package struct TopicLevels: Sequence, IteratorProtocol {
    @usableFromInline var rest: UnsafeRawBufferPointer
    @usableFromInline var isFinished: Bool

    /// The levels of `topic`; an empty topic has none.
    @inlinable
    package init(_ topic: UnsafeRawBufferPointer) {
        rest = topic
        isFinished = topic.isEmpty
    }

    @inlinable
    package mutating func next() -> UnsafeRawBufferPointer? {
        guard !isFinished else { return nil }
        var end = 0
        while let word = Bytes8(rest, at: end) {
            let mask = word.mask(of: UInt8(ascii: "/"))
            if mask != 0 {
                return cut(at: end &+ (mask.trailingZeroBitCount &>> 3))
            }
            end &+= 8
        }
        while end < rest.count {
            if rest[end] == UInt8(ascii: "/") { return cut(at: end) }
            end &+= 1
        }
        isFinished = true
        return rest
    }

    @inlinable @inline(__always)
    mutating func cut(at separator: Int) -> UnsafeRawBufferPointer {
        let level = UnsafeRawBufferPointer(rebasing: rest[..<separator])
        rest = UnsafeRawBufferPointer(rebasing: rest[(separator &+ 1)...])
        return level
    }
}
