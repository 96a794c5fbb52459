/// Collects one topic's receivers for one shard; its room is used again for each match.
struct MatchBuilder: ~Copyable {
    private(set) var receivers: ContiguousArray<Receiver> = []
    private(set) var otherShards: UInt64 = 0
    private(set) var storesMessages = false
    private(set) var groups: ContiguousArray<SharedMatch> = []
    private(set) var identifierLists: ContiguousArray<ContiguousArray<UInt32>> = []
    private var levelNumbers: ContiguousArray<UInt32> = []
    private var marks: ContiguousArray<Mark> = []
    private var round: UInt32 = 0
    private let shard: UInt16

    /// Where a session's entry among `receivers` is, if it has been met in this round.
    private struct Mark: BitwiseCopyable {
        var round: UInt32
        var index: UInt32
    }

    init(shard: UInt16) {
        self.shard = shard
    }

    /// Matches `topic` and collects whom it goes to.
    ///
    /// - Parameter session: if given, only this session counts, and only by subscriptions without No Local: the
    ///   exact answer for a publisher some of whose own overlapping subscriptions have it.
    /// - Returns: the generation of the tree that answered.
    mutating func match(
        _ topic: UnsafeRawBufferPointer,
        in index: SubscriptionIndex,
        onlyPublisher session: SessionHandle? = nil
    ) -> UInt64 {
        receivers.removeAll(keepingCapacity: true)
        groups.removeAll(keepingCapacity: true)
        identifierLists.removeAll(keepingCapacity: true)
        otherShards = 0
        storesMessages = false
        round &+= 1
        var levels = ContiguousArray<UInt32>()
        swap(&levels, &levelNumbers)
        defer { swap(&levels, &levelNumbers) }
        return index.read { tree, generation in
            tree.match(topic, levelNumbers: &levels) { node in
                var number = node.pointee.firstSubscription
                while number != 0 {
                    let entry = tree.subscriptions[number]
                    number = entry.pointee.next
                    if let session {
                        guard entry.pointee.session == session, !entry.pointee.options.noLocal else { continue }
                    }
                    self.add(entry)
                }
                guard session == nil else { return }
                var group = node.pointee.firstGroup
                while group != 0 {
                    let match = tree.sharedMatch(group)
                    if match.members.contains(where: { $0.options.storesMessages }) { self.storesMessages = true }
                    self.groups.append(match)
                    group = tree.groups[group].pointee.nextOfNode
                }
            }
            return generation
        }
    }

    /// Leaves out some of the receivers that were found.
    mutating func removeReceivers(where isOut: (Receiver) -> Bool) {
        receivers.removeAll(where: isOut)
    }

    private mutating func add(_ entry: UnsafeMutablePointer<SubscriptionEntry>) {
        let session = entry.pointee.session
        if entry.pointee.options.storesMessages { storesMessages = true }
        guard session.shard == shard else {
            otherShards |= 1 << UInt64(session.shard)
            return
        }
        let slot = Int(session.slot)
        if slot >= marks.count {
            let growth = max(slot + 1, marks.count * 2) - marks.count
            marks.append(contentsOf: repeatElement(Mark(round: 0, index: 0), count: growth))
        }
        if marks[slot].round == round {
            merge(entry, into: Int(marks[slot].index))
            return
        }
        marks[slot] = Mark(round: round, index: UInt32(receivers.count))
        receivers.append(
            Receiver(
                slot: session.slot,
                generation: session.generation,
                identifiers: IdentifierReference(single: entry.pointee.identifier),
                options: entry.pointee.options
            )
        )
    }

    /// One delivery with the highest QoS and every identifier. [MQTT-3.3.4-2] [MQTT-3.3.4-3] [MQTT-3.3.4-4]
    private mutating func merge(_ entry: UnsafeMutablePointer<SubscriptionEntry>, into index: Int) {
        receivers[index].options = receivers[index].options.merged(with: entry.pointee.options)
        guard entry.pointee.identifier != 0 else { return }
        let known = receivers[index].identifiers
        if known.isEmpty {
            receivers[index].identifiers = IdentifierReference(single: entry.pointee.identifier)
        } else if let list = known.list {
            identifierLists[list].append(entry.pointee.identifier)
        } else {
            receivers[index].identifiers = IdentifierReference(list: identifierLists.count)
            identifierLists.append([known.value, entry.pointee.identifier])
        }
    }
}

extension SubscriptionTree {
    /// A group with its members, connected ones first.
    func sharedMatch(_ number: UInt32) -> SharedMatch {
        let group = groups[number]
        var members = ContiguousArray<SharedMember>()
        members.reserveCapacity(Int(group.pointee.memberCount))
        var onlineCount = 0
        for online in [true, false] {
            var member = group.pointee.firstMember
            while member != 0 {
                let entry = subscriptions[member]
                member = entry.pointee.next
                guard entry.pointee.options.online == online else { continue }
                members.append(
                    SharedMember(
                        session: entry.pointee.session,
                        options: entry.pointee.options,
                        identifier: entry.pointee.identifier
                    )
                )
                if online { onlineCount += 1 }
            }
        }
        let id = SharedGroupID(number: number, generation: group.pointee.generation)
        return SharedMatch(group: id, members: members, onlineCount: onlineCount)
    }

    /// The group of an id, unless it has gone.
    func sharedMatch(_ id: SharedGroupID) -> SharedMatch? {
        guard id.number != 0, id.number < groups.end else { return nil }
        guard groups[id.number].pointee.generation == id.generation else { return nil }
        return sharedMatch(id.number)
    }
}
