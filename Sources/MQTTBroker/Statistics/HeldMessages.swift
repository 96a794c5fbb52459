import Synchronization

/// How many messages there are in memory, and their bytes, each counted once however many sessions it waits for.
///
/// Messages come and go on every event loop, so the count is spread over cells that lie a cache line apart; a message finds
/// its own by its address. One addition each way.
final class HeldMessages: Sendable {
    /// Those of the whole process, as its heap is.
    static let ofProcess = HeldMessages()

    // Sendable: the memory lives as long as self, and all of it is atomics.
    private nonisolated(unsafe) let cells: UnsafeMutablePointer<Atomic<UInt64>>

    private static let cellCount = 16
    /// Words of a cache line.
    private static let stride = 8
    /// A cell counts messages above this bit and bytes below: 16 million messages, a terabyte.
    private static let countShift: UInt64 = 40

    init() {
        cells = .allocate(capacity: Self.cellCount * Self.stride)
        for index in 0..<Self.cellCount * Self.stride { (cells + index).initialize(to: Atomic(0)) }
    }

    deinit {
        cells.deinitialize(count: Self.cellCount * Self.stride)
        cells.deallocate()
    }

    /// Counts a message in.
    func enter(_ message: Message) { add(Self.weight(message.count), at: Self.place(of: message)) }

    /// Counts it out; called once, at its end.
    func leave(_ message: Message) { add(0 &- Self.weight(message.count), at: Self.place(of: message)) }

    /// Messages held and their bytes.
    var total: (count: Int, bytes: Int) {
        var (count, bytes) = (0, 0)
        for cell in 0..<Self.cellCount {
            let value = cells[cell * Self.stride].load(ordering: .relaxed)
            count += Int(value >> Self.countShift)
            bytes += Int(value & (1 << Self.countShift - 1))
        }
        return (count, bytes)
    }

    private func add(_ weight: UInt64, at place: Int) {
        cells[place].wrappingAdd(weight, ordering: .relaxed)
    }

    private static func weight(_ bytes: Int) -> UInt64 { 1 << countShift | UInt64(bytes) }

    /// Blocks of memory begin at multiples of 16; the next bits are as good as random.
    private static func place(of message: Message) -> Int {
        let address = UInt(bitPattern: Unmanaged.passUnretained(message).toOpaque())
        return Int((address >> 4 ^ address >> 12) % UInt(cellCount)) * stride
    }
}
