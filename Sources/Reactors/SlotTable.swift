/// Names one watched descriptor of a reactor, for ever: an event or an errand for a slot given up since finds nothing.
struct Watch: Hashable {
    let slot: UInt32
    let generation: UInt32

    /// A watch that never was.
    static let none = Watch(slot: .max, generation: 0)
    /// The reactor's own eventfd, which has no slot.
    static let wakeUp = Watch(slot: .max, generation: .max)

    init(slot: UInt32, generation: UInt32) {
        self.slot = slot
        self.generation = generation
    }

    init(token: UInt64) {
        self.init(slot: UInt32(truncatingIfNeeded: token), generation: UInt32(truncatingIfNeeded: token >> 32))
    }

    /// The 64 bits epoll carries for us.
    var token: UInt64 { UInt64(generation) << 32 | UInt64(slot) }
}

/// Who is told about which descriptor. Keeps the handlers alive while they are watched.
struct SlotTable: ~Copyable {
    private struct Slot {
        var handler: (any DescriptorHandler)?
        var generation: UInt32 = 1
        var nextFree: UInt32
    }

    private var slots: UnsafeMutablePointer<Slot>
    private var capacity: Int
    private var firstFree = UInt32.max
    private(set) var count = 0

    init() {
        capacity = 64
        slots = .allocate(capacity: capacity)
        addFreeSlots(from: 0)
    }

    deinit {
        slots.deinitialize(count: capacity)
        slots.deallocate()
    }

    mutating func insert(_ handler: any DescriptorHandler) -> Watch {
        if firstFree == .max { grow() }
        let index = firstFree
        let slot = slots + Int(index)
        firstFree = slot.pointee.nextFree
        slot.pointee.handler = handler
        count += 1
        return Watch(slot: index, generation: slot.pointee.generation)
    }

    /// Empties a slot and hands out its handler, to be released when the table is at rest again.
    mutating func remove(_ watch: Watch) -> (any DescriptorHandler)? {
        guard let handler = self[watch] else { return nil }
        let slot = slots + Int(watch.slot)
        slot.pointee.handler = nil
        slot.pointee.generation &+= 1
        slot.pointee.nextFree = firstFree
        firstFree = watch.slot
        count -= 1
        return handler
    }

    /// The handler of a watch, or nil when it has been given up.
    subscript(watch: Watch) -> (any DescriptorHandler)? {
        guard watch.slot < capacity else { return nil }
        let slot = slots + Int(watch.slot)
        return slot.pointee.generation == watch.generation ? slot.pointee.handler : nil
    }

    /// Every handler there is, for the rare errands to all of them.
    var handlers: [any DescriptorHandler] {
        (0..<capacity).compactMap { slots[$0].handler }
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Slot>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: slots, count: capacity)
        slots.deallocate()
        slots = larger
        let start = capacity
        capacity *= 2
        addFreeSlots(from: start)
    }

    private mutating func addFreeSlots(from start: Int) {
        for index in (start..<capacity).reversed() {
            (slots + index).initialize(to: Slot(nextFree: firstFree))
            firstFree = UInt32(index)
        }
    }
}
