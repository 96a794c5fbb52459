import MQTTCodec
import Reactors

/// A place in the tree of retained messages: the topic that the levels from the root to here spell.
struct RetainedNode: BitwiseCopyable {
    var parent: UInt32
    var level: UInt32
    var firstChild: UInt32 = 0
    var nextSibling: UInt32 = 0
    var previousSibling: UInt32 = 0
    /// Owned: released when replaced or removed.
    var message: Unmanaged<Message>?
}

/// The retained message of each topic; found by topic at the cost of its depth, by filter at that of what it matches.
///
/// Not synchronised; `RetainedStore` shares one between shards.
struct RetainedTree: ~Copyable {
    private let hash: KeyedHash
    private var levels: LevelTable
    private var nodes = SlotArena<RetainedNode>()
    private var edges = ProbeTable()
    private let root: UInt32
    private var sweepCursor: UInt32 = 1
    /// Messages held.
    private(set) var count = 0
    /// Bytes of the messages held and of the places that lead to them, about: a deep topic costs more than its message.
    private(set) var byteCount = 0
    /// Messages held that have an expiry interval.
    private(set) var expiringCount = 0

    init(hash: KeyedHash) {
        self.hash = hash
        levels = LevelTable(hash: hash)
        root = nodes.insert(RetainedNode(parent: 0, level: 0))
    }

    deinit {
        for number in 1..<nodes.end { nodes[number].pointee.message?.release() }
    }

    /// Whether nothing is left but the root.
    var isEmpty: Bool { nodes.count == 1 && edges.count == 0 && levels.count == 0 }

    /// The message retained for a topic.
    func message(for topic: UnsafeRawBufferPointer) -> Message? {
        let node = find(topic)
        return node == 0 ? nil : nodes[node].pointee.message?.takeUnretainedValue()
    }

    /// Retains `message` for its topic in place of what was there. [MQTT-3.3.1-5]
    mutating func set(_ message: Message) {
        let node = message.withTopic { makePath($0) }
        dropMessage(of: node)
        nodes[node].pointee.message = Unmanaged.passRetained(message)
        count += 1
        byteCount += message.count
        if message.expires { expiringCount += 1 }
    }

    /// Removes what is retained for a topic. [MQTT-3.3.1-6]
    mutating func remove(_ topic: UnsafeRawBufferPointer) {
        let node = find(topic)
        guard node != 0, nodes[node].pointee.message != nil else { return }
        dropMessage(of: node)
        prune(node)
    }

    /// Calls `visit` with every message whose topic matches `filter` and that has not expired.
    func match(_ filter: UnsafeRawBufferPointer, at now: MonotonicTime, _ visit: (Message) -> Void) {
        var parts = ContiguousArray<FilterLevel>()
        for level in TopicLevels(filter) { parts.append(FilterLevel(level, in: levels)) }
        parts.withUnsafeBufferPointer { walk(root, $0[...], now, visit) }
    }

    /// Looks at the next `slots` places for messages that have expired and removes them.
    ///
    /// Matching passes expired messages by, so this only gives memory back, a little at a time.
    mutating func sweep(slots: Int, at now: MonotonicTime, _ removing: (Message) -> Void = { _ in }) {
        guard expiringCount > 0 else { return }
        for _ in 0..<min(slots, Int(nodes.end)) {
            sweepCursor = sweepCursor + 1 < nodes.end ? sweepCursor + 1 : 1
            guard let message = nodes[sweepCursor].pointee.message?.takeUnretainedValue() else { continue }
            if message.isExpired(at: now) {
                removing(message)
                dropMessage(of: sweepCursor)
                prune(sweepCursor)
            }
        }
    }

    /// Removes what publishers with one of these marks have retained, looking at `slots` places from `place` on.
    ///
    /// - Returns: where to go on; nil at the end.
    mutating func remove(
        publishedBy publishers: Set<UInt64>,
        from place: UInt32,
        slots: Int,
        _ removing: (Message) -> Void = { _ in }
    ) -> UInt32? {
        let end = min(nodes.end, place + UInt32(slots))
        for number in place..<max(place, end) {
            guard let message = nodes[number].pointee.message?.takeUnretainedValue() else { continue }
            if publishers.contains(message.publisher) {
                removing(message)
                dropMessage(of: number)
                prune(number)
            }
        }
        return end < nodes.end ? end : nil
    }

    // MARK: Matching

    private enum FilterLevel {
        case named(UInt32)
        case plus, hash

        init(_ bytes: UnsafeRawBufferPointer, in levels: borrowing LevelTable) {
            switch (bytes.count, bytes.first) {
            case (1, UInt8(ascii: "+")): self = .plus
            case (1, UInt8(ascii: "#")): self = .hash
            default: self = .named(levels.find(bytes))
            }
        }
    }

    private func walk(
        _ number: UInt32,
        _ parts: Slice<UnsafeBufferPointer<FilterLevel>>,
        _ now: MonotonicTime,
        _ visit: (Message) -> Void
    ) {
        guard let part = parts.first else {
            visitMessage(of: number, now, visit)
            return
        }
        switch part {
        case .named(let level):
            let child = level == 0 ? 0 : child(of: number, level)
            if child != 0 { walk(child, parts.dropFirst(), now, visit) }
        case .plus:
            forEachChild(of: number) { walk($0, parts.dropFirst(), now, visit) }
        case .hash:
            visitAll(below: number, now, visit)
        }
    }

    private func visitAll(below number: UInt32, _ now: MonotonicTime, _ visit: (Message) -> Void) {
        visitMessage(of: number, now, visit)
        forEachChild(of: number) { visitAll(below: $0, now, visit) }
    }

    private func visitMessage(of number: UInt32, _ now: MonotonicTime, _ visit: (Message) -> Void) {
        guard let message = nodes[number].pointee.message?.takeUnretainedValue() else { return }
        if !message.isExpired(at: now) { visit(message) }
    }

    /// The children a wildcard stands for; at the root not those that begin with `$`. [MQTT-4.7.2-1]
    private func forEachChild(of number: UInt32, _ body: (UInt32) -> Void) {
        var child = nodes[number].pointee.firstChild
        while child != 0 {
            let node = nodes[child].pointee
            let hidden = number == root && levels.withBytes(of: node.level) { $0.first == UInt8(ascii: "$") }
            if !hidden { body(child) }
            child = node.nextSibling
        }
    }

    // MARK: Nodes

    private func find(_ topic: UnsafeRawBufferPointer) -> UInt32 {
        var node = root
        for level in TopicLevels(topic) where node != 0 {
            let number = levels.find(level)
            node = number == 0 ? 0 : child(of: node, number)
        }
        return node
    }

    private func child(of parent: UInt32, _ level: UInt32) -> UInt32 {
        edges.find(tag: hash(parent, level)) { number in
            let node = nodes[number]
            return node.pointee.parent == parent && node.pointee.level == level
        }
    }

    private mutating func makePath(_ topic: UnsafeRawBufferPointer) -> UInt32 {
        var node = root
        for level in TopicLevels(topic) {
            let known = levels.find(level)
            let child = known == 0 ? 0 : child(of: node, known)
            node = child != 0 ? child : makeChild(of: node, level)
        }
        return node
    }

    private mutating func makeChild(of parent: UInt32, _ level: UnsafeRawBufferPointer) -> UInt32 {
        let levelNumber = levels.retain(level)
        let sibling = nodes[parent].pointee.firstChild
        let number = nodes.insert(RetainedNode(parent: parent, level: levelNumber, nextSibling: sibling))
        if sibling != 0 { nodes[sibling].pointee.previousSibling = number }
        nodes[parent].pointee.firstChild = number
        edges.insert(tag: hash(parent, levelNumber), number: number)
        byteCount += Self.cost(ofLevel: level.count)
        return number
    }

    /// Bytes of a place, and of its level as if it had no other place with that name.
    private static func cost(ofLevel count: Int) -> Int {
        MemoryLayout<RetainedNode>.stride + MemoryLayout<Level>.stride + tableCost + count
    }

    /// Two entries of tables that are half full.
    private static var tableCost: Int { 32 }

    private mutating func dropMessage(of number: UInt32) {
        guard let held = nodes[number].pointee.message else { return }
        nodes[number].pointee.message = nil
        let message = held.takeRetainedValue()
        count -= 1
        byteCount -= message.count
        if message.expires { expiringCount -= 1 }
    }

    /// Removes a node that holds nothing, and its parents likewise.
    private mutating func prune(_ number: UInt32) {
        var number = number
        while number != root {
            let node = nodes[number].pointee
            guard node.message == nil, node.firstChild == 0 else { return }
            if node.previousSibling == 0 {
                nodes[node.parent].pointee.firstChild = node.nextSibling
            } else {
                nodes[node.previousSibling].pointee.nextSibling = node.nextSibling
            }
            if node.nextSibling != 0 { nodes[node.nextSibling].pointee.previousSibling = node.previousSibling }
            edges.remove(tag: hash(node.parent, node.level), number: number)
            byteCount -= Self.cost(ofLevel: levels.withBytes(of: node.level) { $0.count })
            levels.release(node.level)
            nodes.remove(number)
            number = node.parent
        }
    }
}
