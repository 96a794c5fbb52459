/// One level of a topic or filter, kept once however many nodes are named by it.
struct Level: BitwiseCopyable {
    var hash: UInt32
    var references: UInt32
    var count: UInt32
    /// The bytes themselves up to `inlineCapacity`, else the address of a block that holds them.
    var words: (UInt64, UInt64)

    static var inlineCapacity: Int { 16 }
}

/// The distinct levels of a tree by number; 0 is no level of any topic.
struct LevelTable: ~Copyable {
    private let hash: KeyedHash
    private var levels = SlotArena<Level>()
    private var table = ProbeTable()

    init(hash: KeyedHash) {
        self.hash = hash
    }

    deinit {
        for number in 1..<max(levels.end, 1) where levels[number].pointee.references > 0 {
            Self.block(of: levels[number])?.deallocate()
        }
    }

    /// Distinct levels held.
    var count: Int { levels.count }

    /// The number of a level, or 0 when no node is named so.
    @inline(__always)
    func find(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        find(bytes, tag: UInt32(truncatingIfNeeded: hash(bytes)))
    }

    /// The number of a level, made if needed, with one more reference.
    mutating func retain(_ bytes: UnsafeRawBufferPointer) -> UInt32 {
        let tag = UInt32(truncatingIfNeeded: hash(bytes))
        let known = find(bytes, tag: tag)
        if known != 0 {
            levels[known].pointee.references += 1
            return known
        }
        var level = Level(hash: tag, references: 1, count: UInt32(bytes.count), words: (0, 0))
        if bytes.count <= Level.inlineCapacity {
            withUnsafeMutableBytes(of: &level.words) { $0.copyMemory(from: bytes) }
        } else {
            let block = UnsafeMutableRawBufferPointer.allocate(byteCount: bytes.count, alignment: 1)
            block.copyMemory(from: bytes)
            level.words.0 = UInt64(UInt(bitPattern: block.baseAddress))
        }
        let number = levels.insert(level)
        table.insert(tag: tag, number: number)
        return number
    }

    /// Gives one reference back; the last one frees the level.
    mutating func release(_ number: UInt32) {
        let level = levels[number]
        level.pointee.references -= 1
        guard level.pointee.references == 0 else { return }
        table.remove(tag: level.pointee.hash, number: number)
        Self.block(of: level)?.deallocate()
        levels.remove(number)
    }

    /// Calls `body` with the bytes of a level.
    @inline(__always)
    func withBytes<Result>(of number: UInt32, _ body: (UnsafeRawBufferPointer) -> Result) -> Result {
        body(Self.bytes(of: levels[number]))
    }

    @inline(__always)
    private func find(_ bytes: UnsafeRawBufferPointer, tag: UInt32) -> UInt32 {
        table.find(tag: tag) { number in
            let known = Self.bytes(of: levels[number])
            return known.count == bytes.count && known.elementsAreEqual(to: bytes)
        }
    }

    @inline(__always)
    private static func bytes(of level: UnsafeMutablePointer<Level>) -> UnsafeRawBufferPointer {
        let count = Int(level.pointee.count)
        guard count > Level.inlineCapacity else {
            let words = UnsafeRawPointer(level) + (MemoryLayout<Level>.offset(of: \.words) ?? 0)
            return UnsafeRawBufferPointer(start: words, count: count)
        }
        return UnsafeRawBufferPointer(start: UnsafeRawPointer(bitPattern: UInt(level.pointee.words.0)), count: count)
    }

    private static func block(of level: UnsafeMutablePointer<Level>) -> UnsafeMutableRawPointer? {
        guard Int(level.pointee.count) > Level.inlineCapacity else { return nil }
        return UnsafeMutableRawPointer(bitPattern: UInt(level.pointee.words.0))
    }
}
