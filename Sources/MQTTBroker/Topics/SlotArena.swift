/// Numbered slots of plain values: chunks that never move, numbers that are used again.
///
/// Number 0 is never given out and means "none". Growing adds a chunk and copies nothing, so that a tree of a million
/// nodes never stalls its readers to grow.
struct SlotArena<Element: BitwiseCopyable>: ~Copyable {
    private var chunks: UnsafeMutablePointer<UnsafeMutablePointer<Element>>
    private var chunkCount = 0
    private var chunkCapacity = 16
    private var unused: UInt32 = 1
    private var free: ContiguousArray<UInt32> = []

    private static var chunkBits: UInt32 { 10 }
    private static var chunkSize: Int { 1 << Int(chunkBits) }
    private static var chunkMask: UInt32 { (1 << chunkBits) - 1 }

    init() {
        chunks = .allocate(capacity: chunkCapacity)
    }

    deinit {
        for index in 0..<chunkCount { chunks[index].deallocate() }
        chunks.deallocate()
    }

    /// Slots in use.
    var count: Int { Int(unused) - 1 - free.count }

    /// One more than the highest number ever given out.
    var end: UInt32 { unused }

    /// The slot of a number that `insert` gave out.
    @inline(__always)
    subscript(_ number: UInt32) -> UnsafeMutablePointer<Element> {
        chunks[Int(number >> Self.chunkBits)] + Int(number & Self.chunkMask)
    }

    /// Puts `element` into a slot and gives its number.
    mutating func insert(_ element: Element) -> UInt32 {
        if let number = free.popLast() {
            self[number].initialize(to: element)
            return number
        }
        let number = unused
        if Int(number >> Self.chunkBits) == chunkCount { addChunk() }
        unused += 1
        self[number].initialize(to: element)
        return number
    }

    /// Gives a slot's number back.
    mutating func remove(_ number: UInt32) {
        free.append(number)
    }

    private mutating func addChunk() {
        if chunkCount == chunkCapacity {
            let larger = UnsafeMutablePointer<UnsafeMutablePointer<Element>>.allocate(capacity: chunkCapacity * 2)
            larger.moveInitialize(from: chunks, count: chunkCount)
            chunks.deallocate()
            chunks = larger
            chunkCapacity *= 2
        }
        (chunks + chunkCount).initialize(to: .allocate(capacity: Self.chunkSize))
        chunkCount += 1
    }
}
