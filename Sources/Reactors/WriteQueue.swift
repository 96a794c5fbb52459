/// Bytes waiting in order, always contiguous, in one block that is given back as soon as it is empty.
///
/// A stream has two: what it still has to write, and what its handler has not consumed yet. A trivial value without a
/// destructor: its owner calls `release` or `free`.
struct WriteQueue {
    private var base: UnsafeMutableRawPointer?
    private var capacity = 0
    private var head = 0
    private var tail = 0

    var count: Int { tail - head }
    var isEmpty: Bool { tail == head }

    /// All waiting bytes; valid until the queue changes.
    var bytes: UnsafeRawBufferPointer {
        UnsafeRawBufferPointer(start: base.map { UnsafeRawPointer($0 + head) }, count: count)
    }

    mutating func append(_ bytes: UnsafeRawBufferPointer, from pool: inout BlockPool) {
        reserve(bytes.count, from: &pool).copyMemory(from: bytes)
        tail += bytes.count
    }

    /// At least `count` bytes of room behind the last byte; `commit` says how many were filled.
    mutating func reserve(_ count: Int, from pool: inout BlockPool) -> UnsafeMutableRawBufferPointer {
        if capacity - tail < count { makeRoom(for: count, from: &pool) }
        return UnsafeMutableRawBufferPointer(start: base.map { $0 + tail }, count: capacity - tail)
    }

    mutating func commit(_ count: Int) {
        precondition(count >= 0 && count <= capacity - tail, "More bytes committed than there was room for.")
        tail += count
    }

    /// Drops the first `count` bytes.
    mutating func consume(_ count: Int) {
        precondition(count >= 0 && count <= tail - head, "More bytes consumed than there were.")
        head += count
    }

    /// Drops every byte but keeps the block for what comes next.
    mutating func removeAll() {
        head = 0
        tail = 0
    }

    /// Drops every byte and gives the memory back.
    mutating func release(to pool: inout BlockPool) {
        if let base { pool.giveBack(BlockPool.Block(base: base, capacity: capacity)) }
        self = WriteQueue()
    }

    /// Drops every byte and frees the memory; for where no pool is at hand.
    mutating func free() {
        base?.deallocate()
        self = WriteQueue()
    }

    private mutating func makeRoom(for extra: Int, from pool: inout BlockPool) {
        let waiting = count
        // Moving down costs a copy of what waits; worth it only when at least as much room is won.
        if let base, head >= waiting, capacity - waiting >= extra {
            base.copyMemory(from: base + head, byteCount: waiting)
        } else {
            let block = pool.take(atLeast: max(waiting + extra, 2 * waiting))
            if let base {
                block.base.copyMemory(from: base + head, byteCount: waiting)
                pool.giveBack(BlockPool.Block(base: base, capacity: capacity))
            }
            base = block.base
            capacity = block.capacity
        }
        head = 0
        tail = waiting
    }
}
