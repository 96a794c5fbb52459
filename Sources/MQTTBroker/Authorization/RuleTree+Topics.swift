import MQTTCodec

/// A topic as rules see it: its first levels, with their numbers among the levels of the rules.
struct TopicPath {
    struct Step: BitwiseCopyable {
        /// 0 for a level that no rule has as text.
        var number: UInt32
        var bytes: UnsafeRawBufferPointer
    }

    let steps: UnsafeMutableBufferPointer<Step>
    /// Whether the topic has more levels than any rule.
    let goesOn: Bool
    /// Whether wildcards at the start pass it by. [MQTT-4.7.2-1]
    let startsWithDollar: Bool
}

extension RuleTree {
    /// Calls `body` with the path of a topic, good until it returns.
    @inline(__always)
    borrowing func withPath<Result>(of topic: UnsafeRawBufferPointer, _ body: (TopicPath) -> Result) -> Result {
        withUnsafeTemporaryAllocation(of: TopicPath.Step.self, capacity: max(depth, 1)) { room in
            var names = TopicLevels(topic)
            var count = 0
            var goesOn = false
            while let name = names.next() {
                if count == depth {
                    goesOn = true
                    break
                }
                room.initializeElement(at: count, to: TopicPath.Step(number: levels.find(name), bytes: name))
                count += 1
            }
            return body(
                TopicPath(
                    steps: UnsafeMutableBufferPointer(rebasing: room[..<count]),
                    goesOn: goesOn,
                    startsWithDollar: topic.first == UInt8(ascii: "$")
                )
            )
        }
    }

    /// What the rules of a block say of a topic to a client.
    @inline(__always)
    borrowing func lines(for path: TopicPath, of client: AccessClient, from root: UInt32) -> RuleLines {
        var found = RuleLines()
        collect(path, client, at: root, depth: 0, onlyDeny: false, into: &found)
        return found
    }

    private borrowing func collect(
        _ path: TopicPath,
        _ client: AccessClient,
        at number: UInt32,
        depth: Int,
        onlyDeny: Bool,
        into found: inout RuleLines
    ) {
        let node = self[number]
        let isBarred = depth == 0 && path.startsWithDollar
        // `a/#` is for `a` too. [MQTT-4.7.1-2]
        if !isBarred { found.add(node.pointee.below, onlyDeny: onlyDeny) }
        guard depth < path.steps.count else {
            if !path.goesOn { found.add(node.pointee.here, onlyDeny: onlyDeny) }
            return
        }
        let step = path.steps[depth]
        let named = child(of: number, named: step.number)
        if named != 0 { collect(path, client, at: named, depth: depth + 1, onlyDeny: onlyDeny, into: &found) }
        if node.pointee.any != 0, !isBarred {
            collect(path, client, at: node.pointee.any, depth: depth + 1, onlyDeny: onlyDeny, into: &found)
        }
        var next = node.pointee.firstTemplate
        while next != 0 {
            let child = self[next]
            defer { next = child.pointee.next }
            guard case .template(let index) = child.pointee.kind else { continue }
            switch templates[index].fit(step.bytes, client) {
            case .no: continue
            // No client names itself `$SYS`, and reads what the broker says.
            case .yes:
                collect(path, client, at: next, depth: depth + 1, onlyDeny: onlyDeny || isBarred, into: &found)
            case .onlyToDeny: collect(path, client, at: next, depth: depth + 1, onlyDeny: true, into: &found)
            }
        }
    }
}
