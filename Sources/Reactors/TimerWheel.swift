/// Told when a timer it scheduled is due.
package protocol TimerHandler: AnyObject {
    /// Called on the reactor, once per scheduled timer, never before its time; up to a millisecond and a turn after it.
    func timerExpired(_ token: TimerToken)
}

/// Names one scheduled timer, for ever: after it fired or was cancelled the token means nothing, and using it is harmless.
package struct TimerToken: Hashable, Sendable {
    let slot: UInt32
    let generation: UInt32

    /// A token that never named a timer.
    package static let none = TimerToken(slot: .max, generation: 0)
}

/// A hierarchical timing wheel: scheduling and cancelling cost the same with ten timers and with ten million.
///
/// Six levels of 64 lists; a tick is whatever unit the caller counts in. A timer sits on the level of the highest bit in
/// which its tick differs from the present one, and moves down as that time comes near. Without clock and without I/O.
struct TimerWheel: ~Copyable {
    private static let levelBits: UInt64 = 6
    private static let levels = 6
    private static let listsPerLevel = 64
    /// How far ahead a tick can be placed exactly; a timer beyond it waits on the top level and is placed again.
    private static let span: UInt64 = 1 << (levelBits * UInt64(levels))
    private static let dueList = UInt16(levels * listsPerLevel)
    private static let nothing = UInt32.max

    private struct Node {
        var tick: UInt64 = 0
        var handler: (any TimerHandler)?
        var generation: UInt32 = 1
        var next: UInt32
        var previous = TimerWheel.nothing
        var list: UInt16 = 0
    }

    private struct List {
        var first = TimerWheel.nothing
        var last = TimerWheel.nothing
    }

    private var nodes: UnsafeMutablePointer<Node>
    private var capacity: Int
    private var firstFree = TimerWheel.nothing
    private let lists: UnsafeMutablePointer<List>
    private let occupied: UnsafeMutablePointer<UInt64>
    private var present: UInt64
    /// Timers scheduled and not yet fired or cancelled.
    private(set) var count = 0

    init(startingAt tick: UInt64) {
        present = tick
        capacity = 64
        nodes = .allocate(capacity: capacity)
        lists = .allocate(capacity: Int(Self.dueList) + 1)
        lists.initialize(repeating: List(), count: Int(Self.dueList) + 1)
        occupied = .allocate(capacity: Self.levels)
        occupied.initialize(repeating: 0, count: Self.levels)
        addFreeNodes(from: 0)
    }

    deinit {
        nodes.deinitialize(count: capacity)
        nodes.deallocate()
        lists.deallocate()
        occupied.deallocate()
    }

    /// Holds `handler` until its tick has come or the token is cancelled. A tick in the past is due at the next `advance`.
    mutating func schedule(_ handler: any TimerHandler, at tick: UInt64) -> TimerToken {
        if firstFree == Self.nothing { grow() }
        let slot = firstFree
        let node = nodes + Int(slot)
        firstFree = node.pointee.next
        node.pointee.tick = tick
        node.pointee.handler = handler
        place(slot)
        count += 1
        return TimerToken(slot: slot, generation: node.pointee.generation)
    }

    /// Forgets a timer and hands out its handler, or nil when the token no longer names one. The caller lets go of the
    /// handler: were it released in here, its deinit could come back to a wheel in the middle of a change.
    mutating func cancel(_ token: TimerToken) -> (any TimerHandler)? {
        guard token.slot < capacity else { return nil }
        let node = nodes + Int(token.slot)
        guard node.pointee.generation == token.generation, let handler = node.pointee.handler else { return nil }
        unlink(token.slot)
        recycle(token.slot)
        return handler
    }

    /// Moves the present to `tick` and gathers what is due by then, for `popDue`.
    mutating func advance(to tick: UInt64) {
        while let (level, index, start) = nextOccupied(), start <= tick {
            present = max(present, start)
            let list = level * Self.listsPerLevel + index
            while lists[list].first != Self.nothing {
                let slot = lists[list].first
                unlink(slot)
                if nodes[Int(slot)].tick <= present {
                    append(slot, to: Self.dueList)
                } else {
                    place(slot)
                }
            }
        }
        present = max(present, tick)
    }

    /// Takes the next due timer: earlier ticks first. What is scheduled meanwhile waits for the next `advance`.
    mutating func popDue() -> (handler: any TimerHandler, token: TimerToken)? {
        let slot = lists[Int(Self.dueList)].first
        guard slot != Self.nothing, let handler = nodes[Int(slot)].handler else { return nil }
        let token = TimerToken(slot: slot, generation: nodes[Int(slot)].generation)
        unlink(slot)
        recycle(slot)
        return (handler, token)
    }

    /// A tick by which `advance` should be called again; may be earlier than the first timer, never later.
    var nextTick: UInt64? {
        lists[Int(Self.dueList)].first != Self.nothing ? present : nextOccupied()?.start
    }

    // MARK: Placing

    private mutating func place(_ slot: UInt32) {
        let tick = min(max(nodes[Int(slot)].tick, present), present &+ (Self.span - 1))
        let difference = min((present ^ tick) | 63, Self.span - 1)
        let level = UInt64(63 - difference.leadingZeroBitCount) / Self.levelBits
        let index = (tick >> (level * Self.levelBits)) & 63
        append(slot, to: UInt16(level) * UInt16(Self.listsPerLevel) + UInt16(index))
        occupied[Int(level)] |= 1 << index
    }

    /// The first list in time that holds timers, and the tick at which it begins.
    private func nextOccupied() -> (level: Int, index: Int, start: UInt64)? {
        for level in 0..<Self.levels where occupied[level] != 0 {
            let shift = UInt64(level) * Self.levelBits
            let here = (present >> shift) & 63
            let bits = occupied[level]
            let rotated = here == 0 ? bits : (bits >> here) | (bits << (64 - here))
            let index = (UInt64(rotated.trailingZeroBitCount) + here) & 63
            var start = ((present >> (shift + Self.levelBits)) << (shift + Self.levelBits)) + (index << shift)
            // Only the top level wraps: its list behind the present one is a whole span ahead.
            if start < present { start += 1 << (shift + Self.levelBits) }
            return (level, Int(index), start)
        }
        return nil
    }

    // MARK: Lists and nodes

    private mutating func append(_ slot: UInt32, to list: UInt16) {
        let last = lists[Int(list)].last
        let node = nodes + Int(slot)
        node.pointee.list = list
        node.pointee.next = Self.nothing
        node.pointee.previous = last
        lists[Int(list)].last = slot
        if last == Self.nothing { lists[Int(list)].first = slot } else { nodes[Int(last)].next = slot }
    }

    private mutating func unlink(_ slot: UInt32) {
        let (next, previous, list) = (nodes[Int(slot)].next, nodes[Int(slot)].previous, nodes[Int(slot)].list)
        if previous == Self.nothing { lists[Int(list)].first = next } else { nodes[Int(previous)].next = next }
        if next == Self.nothing { lists[Int(list)].last = previous } else { nodes[Int(next)].previous = previous }
        if list != Self.dueList && lists[Int(list)].first == Self.nothing {
            occupied[Int(list) / Self.listsPerLevel] &= ~(1 << (UInt64(list) & 63))
        }
    }

    private mutating func recycle(_ slot: UInt32) {
        let node = nodes + Int(slot)
        node.pointee.handler = nil
        node.pointee.generation &+= 1
        node.pointee.next = firstFree
        firstFree = slot
        count -= 1
    }

    private mutating func grow() {
        let larger = UnsafeMutablePointer<Node>.allocate(capacity: capacity * 2)
        larger.moveInitialize(from: nodes, count: capacity)
        nodes.deallocate()
        nodes = larger
        let start = capacity
        capacity *= 2
        addFreeNodes(from: start)
    }

    private mutating func addFreeNodes(from start: Int) {
        for slot in (start..<capacity).reversed() {
            (nodes + slot).initialize(to: Node(next: firstFree))
            firstFree = UInt32(slot)
        }
    }
}
