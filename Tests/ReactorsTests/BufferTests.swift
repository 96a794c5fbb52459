import Testing

@testable import Reactors

@Suite struct BufferTests {
    @Test func `a queue gives back what was put in, whatever the pieces`() {
        var pool = BlockPool()
        var queue = WriteQueue()
        let bytes = pattern(200_000)
        var (put, taken, result) = (0, 0, [UInt8]())
        var random = SystemRandomNumberGenerator()
        while taken < bytes.count {
            let piece = min(Int.random(in: 0..<5000, using: &random), bytes.count - put)
            bytes[put..<put + piece].withUnsafeBytes { queue.append($0, from: &pool) }
            put += piece
            let count = min(Int.random(in: 0..<5000, using: &random), queue.count)
            result += queue.bytes.prefix(count)
            queue.consume(count)
            taken += count
        }
        #expect(result == bytes)
        queue.release(to: &pool)
    }

    @Test func `a released queue holds no memory and the pool has it`() {
        var pool = BlockPool()
        var queue = WriteQueue()
        pattern(1000).withUnsafeBytes { queue.append($0, from: &pool) }
        #expect(pool.retained == 0)
        queue.consume(1000)
        queue.release(to: &pool)
        #expect(pool.retained == 1024)
        pattern(1000).withUnsafeBytes { queue.append($0, from: &pool) }
        #expect(pool.retained == 0)
        queue.free()
    }

    @Test(arguments: [(1, 512), (512, 512), (513, 1024), (65_536, 65_536), (65_537, 131_072), (1_000_000, 1 << 20)])
    func `a block is the next power of two`(count: Int, capacity: Int) {
        var pool = BlockPool()
        let block = pool.take(atLeast: count)
        #expect(block.capacity == capacity)
        pool.giveBack(block)
        #expect(pool.retained == (capacity <= BlockPool.largest ? capacity : 0))
    }

    @Test func `a pool keeps only so much free memory`() {
        var pool = BlockPool()
        let blocks = (0..<200).map { _ in pool.take(atLeast: BlockPool.largest) }
        for block in blocks { pool.giveBack(block) }
        #expect(pool.retained == BlockPool.retentionLimit)
    }
}
