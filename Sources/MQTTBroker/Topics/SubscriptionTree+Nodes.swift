import MQTTCodec

/// Paths of nodes: found, made and pruned.
extension SubscriptionTree {
    /// The node a filter ends at, made if needed.
    mutating func makePath(_ filter: UnsafeRawBufferPointer) -> UInt32 {
        var node = root
        for level in TopicLevels(filter) {
            let child = child(of: node, level)
            node = child != 0 ? child : makeChild(of: node, level)
        }
        return node
    }

    /// The node a filter ends at, or 0.
    func findPath(_ filter: UnsafeRawBufferPointer) -> UInt32 {
        var node = root
        for level in TopicLevels(filter) where node != 0 { node = child(of: node, level) }
        return node
    }

    /// The child that a topic level, known to the level table by number, leads to; 0 for none.
    @inline(__always)
    func child(of parent: UInt32, levelNumber level: UInt32) -> UInt32 {
        edges.find(tag: hash(parent, level)) { number in
            let node = nodes[number]
            return node.pointee.parent == parent && node.pointee.level == level
        }
    }

    /// Gives back one reference of a node; nodes that nothing refers to go, up to the root.
    mutating func release(_ number: UInt32) {
        var number = number
        while true {
            let node = nodes[number].pointee
            nodes[number].pointee.references = node.references - 1
            guard node.references == 1 else { return }
            let parent = nodes[node.parent]
            if parent.pointee.plusChild == number {
                parent.pointee.plusChild = 0
            } else if parent.pointee.hashChild == number {
                parent.pointee.hashChild = 0
            } else {
                edges.remove(tag: hash(node.parent, node.level), number: number)
            }
            levels.release(node.level)
            nodes.remove(number)
            number = node.parent
        }
    }

    private func child(of parent: UInt32, _ level: UnsafeRawBufferPointer) -> UInt32 {
        switch Self.wildcard(level) {
        case .plus: return nodes[parent].pointee.plusChild
        case .hash: return nodes[parent].pointee.hashChild
        case .none:
            let number = levels.find(level)
            return number == 0 ? 0 : child(of: parent, levelNumber: number)
        }
    }

    private mutating func makeChild(of parent: UInt32, _ level: UnsafeRawBufferPointer) -> UInt32 {
        let levelNumber = levels.retain(level)
        let number = nodes.insert(SubscriptionNode(parent: parent, level: levelNumber))
        nodes[parent].pointee.references += 1
        switch Self.wildcard(level) {
        case .plus: nodes[parent].pointee.plusChild = number
        case .hash: nodes[parent].pointee.hashChild = number
        case .none: edges.insert(tag: hash(parent, levelNumber), number: number)
        }
        return number
    }

    private enum Wildcard { case plus, hash, none }

    @inline(__always)
    private static func wildcard(_ level: UnsafeRawBufferPointer) -> Wildcard {
        guard level.count == 1 else { return .none }
        switch level[0] {
        case UInt8(ascii: "+"): return .plus
        case UInt8(ascii: "#"): return .hash
        default: return .none
        }
    }
}
