/// Free memory blocks of one reactor, by size, so that a burst of traffic costs no malloc.
///
/// Blocks may be taken from one reactor's pool and given back to another's: they are plain heap memory.
struct BlockPool: ~Copyable {
    /// A piece of heap memory with its size.
    struct Block {
        let base: UnsafeMutableRawPointer
        let capacity: Int
    }

    /// The smallest block: the answer to most packets fits.
    static let smallest = 512
    /// The largest block kept; anything above goes back to the heap at once.
    static let largest = 64 << 10
    /// The most free memory one pool keeps, in bytes.
    static let retentionLimit = 4 << 20

    private static let classes = (largest / smallest).trailingZeroBitCount + 1

    private let heads: UnsafeMutablePointer<UnsafeMutableRawPointer?>
    private(set) var retained = 0

    init() {
        heads = .allocate(capacity: Self.classes)
        heads.initialize(repeating: nil, count: Self.classes)
    }

    deinit {
        for index in 0..<Self.classes {
            while let block = heads[index] {
                heads[index] = block.load(as: UnsafeMutableRawPointer?.self)
                block.deallocate()
            }
        }
        heads.deallocate()
    }

    /// A block of at least `count` bytes, its capacity a power of two.
    mutating func take(atLeast count: Int) -> Block {
        let index = Self.sizeClass(of: count)
        let capacity = Self.smallest << index
        guard index < Self.classes, let base = heads[index] else { return Self.allocate(capacity) }
        heads[index] = base.load(as: UnsafeMutableRawPointer?.self)
        retained -= capacity
        return Block(base: base, capacity: capacity)
    }

    /// Takes a block back, or frees it when the pool has enough.
    mutating func giveBack(_ block: Block) {
        guard block.capacity <= Self.largest, retained + block.capacity <= Self.retentionLimit else {
            block.base.deallocate()
            return
        }
        let index = Self.sizeClass(of: block.capacity)
        // A free block's first bytes hold the link to the next one.
        block.base.storeBytes(of: heads[index], as: UnsafeMutableRawPointer?.self)
        heads[index] = block.base
        retained += block.capacity
    }

    private static func allocate(_ capacity: Int) -> Block {
        Block(base: .allocate(byteCount: capacity, alignment: 16), capacity: capacity)
    }

    private static func sizeClass(of count: Int) -> Int {
        count <= smallest ? 0 : Int.bitWidth - ((count - 1) / smallest).leadingZeroBitCount
    }
}
