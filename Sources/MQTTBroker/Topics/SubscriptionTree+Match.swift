import MQTTCodec

extension SubscriptionTree {
    /// Calls `visit` with every node whose filter matches `topic`, each once.
    ///
    /// A node is visited at most once, so the cost is bounded by the filters that share the topic's levels, and in
    /// practice by its depth. `levelNumbers` is room for the topic's levels, so that readers need no lock for it.
    func match(
        _ topic: UnsafeRawBufferPointer,
        levelNumbers: inout ContiguousArray<UInt32>,
        _ visit: (UnsafeMutablePointer<SubscriptionNode>) -> Void
    ) {
        levelNumbers.removeAll(keepingCapacity: true)
        for level in TopicLevels(topic) { levelNumbers.append(levels.find(level)) }
        // A filter that begins with a wildcard does not match a topic that begins with `$`. [MQTT-4.7.2-1]
        let hidden = topic.first == UInt8(ascii: "$")
        levelNumbers.withUnsafeBufferPointer { walk(root, $0, depth: 0, wildcards: !hidden, visit) }
    }

    private func walk(
        _ number: UInt32,
        _ levelNumbers: UnsafeBufferPointer<UInt32>,
        depth: Int,
        wildcards: Bool,
        _ visit: (UnsafeMutablePointer<SubscriptionNode>) -> Void
    ) {
        let node = nodes[number]
        // `a/#` matches `a` too: the hash stands for any number of levels, none included. [MQTT-4.7.1-2]
        if wildcards, node.pointee.hashChild != 0 { visit(nodes[node.pointee.hashChild]) }
        guard depth < levelNumbers.count else {
            visit(node)
            return
        }
        if levelNumbers[depth] != 0 {
            let child = child(of: number, levelNumber: levelNumbers[depth])
            if child != 0 { walk(child, levelNumbers, depth: depth + 1, wildcards: true, visit) }
        }
        if wildcards, node.pointee.plusChild != 0 {
            walk(node.pointee.plusChild, levelNumbers, depth: depth + 1, wildcards: true, visit)
        }
    }
}
