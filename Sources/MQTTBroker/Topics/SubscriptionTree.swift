/// All subscriptions of a broker by the levels of their filters: about 160 bytes each, matched in the topic's depth.
///
/// Not synchronised; `SubscriptionIndex` shares one between shards.
struct SubscriptionTree: ~Copyable {
    let hash: KeyedHash
    var levels: LevelTable
    var nodes = SlotArena<SubscriptionNode>()
    var edges = ProbeTable()
    var subscriptions = SlotArena<SubscriptionEntry>()
    var groups = SlotArena<SharedGroup>()
    private var nextGroupGeneration: UInt32 = 1
    /// Those of the subscriptions that are members of a shared one.
    private(set) var sharedCount = 0
    let root: UInt32

    init(hash: KeyedHash) {
        self.hash = hash
        levels = LevelTable(hash: hash)
        root = nodes.insert(SubscriptionNode(parent: 0, level: 0, references: 1))
    }

    /// Subscriptions held.
    var count: Int { subscriptions.count }

    /// Adds a subscription, or replaces the session's own on the same filter. [MQTT-3.8.4-3]
    ///
    /// - Returns: whether it is new.
    mutating func subscribe(
        filter: UnsafeRawBufferPointer,
        group name: UnsafeRawBufferPointer? = nil,
        session: SessionHandle,
        options: DeliveryOptions,
        identifier: UInt32,
        in list: inout SubscriptionList
    ) -> Bool {
        let node = makePath(filter)
        var options = options
        options.shared = name != nil
        let owner: UInt32
        let known: UInt32
        if let name {
            owner = makeGroup(name, on: node)
            known = find(session, owner: owner, from: groups[owner].pointee.firstMember, in: list)
        } else {
            owner = node
            known = find(session, owner: owner, from: nodes[owner].pointee.firstSubscription, in: list)
        }
        if known != 0 {
            subscriptions[known].pointee.options = options
            subscriptions[known].pointee.identifier = identifier
            return false
        }
        let entry = SubscriptionEntry(session: session, options: options, identifier: identifier, owner: owner)
        let number = subscriptions.insert(entry)
        if name == nil {
            let head = nodes[node].pointee.firstSubscription
            link(number, before: head)
            nodes[node].pointee.firstSubscription = number
            nodes[node].pointee.subscriptionCount += 1
            nodes[node].pointee.references += 1
        } else {
            let head = groups[owner].pointee.firstMember
            link(number, before: head)
            groups[owner].pointee.firstMember = number
            groups[owner].pointee.memberCount += 1
            sharedCount += 1
        }
        list.link(number, in: subscriptions)
        return true
    }

    /// Removes a session's subscription to exactly this filter. [MQTT-3.10.4-1]
    ///
    /// - Returns: whether there was one.
    mutating func unsubscribe(
        filter: UnsafeRawBufferPointer,
        group name: UnsafeRawBufferPointer? = nil,
        session: SessionHandle,
        in list: inout SubscriptionList
    ) -> Bool {
        let known = find(filter, name, session, in: list)
        guard known != 0 else { return false }
        remove(known, from: &list)
        return true
    }

    /// Whether a session has a subscription to exactly this filter.
    func has(
        filter: UnsafeRawBufferPointer,
        group name: UnsafeRawBufferPointer? = nil,
        session: SessionHandle,
        in list: SubscriptionList
    ) -> Bool {
        find(filter, name, session, in: list) != 0
    }

    /// Removes all subscriptions of a session.
    mutating func removeAll(of list: inout SubscriptionList) {
        while list.first != 0 { remove(list.first, from: &list) }
    }

    /// Marks a session's memberships of shared subscriptions as connected or not.
    mutating func setOnline(_ online: Bool, of list: SubscriptionList) {
        var number = list.first
        while number != 0 {
            let entry = subscriptions[number]
            if entry.pointee.options.shared { entry.pointee.options.online = online }
            number = entry.pointee.nextOfSession
        }
    }

    /// Marks a session's subscriptions as those of one that is not stored any more.
    mutating func forgetKept(of list: SubscriptionList) {
        var number = list.first
        while number != 0 {
            let entry = subscriptions[number]
            entry.pointee.options.kept = false
            number = entry.pointee.nextOfSession
        }
    }

    /// The filter of a shared subscription as clients write it; nil when its last member has gone.
    func filter(of group: SharedGroupID) -> [UInt8]? {
        guard group.number != 0, group.number < groups.end else { return nil }
        guard groups[group.number].pointee.generation == group.generation else { return nil }
        return filter(ofGroup: group.number)
    }

    /// The shared subscription that a filter names; `none` when nobody is a member.
    func group(_ name: UnsafeRawBufferPointer, _ filter: UnsafeRawBufferPointer) -> SharedGroupID {
        let node = findPath(filter)
        let number = node == 0 ? 0 : findGroup(levels.find(name), on: node)
        guard number != 0 else { return .none }
        return SharedGroupID(number: number, generation: groups[number].pointee.generation)
    }

    private func filter(ofGroup number: UInt32) -> [UInt8] {
        let group = groups[number].pointee
        var filter = Array("$share/".utf8)
        levels.withBytes(of: group.name) { filter += $0 }
        filter.append(UInt8(ascii: "/"))
        return filter + self.filter(ofNode: group.node)
    }

    private func filter(ofNode number: UInt32) -> [UInt8] {
        var path: [UInt32] = []
        var number = number
        while number != root {
            path.append(nodes[number].pointee.level)
            number = nodes[number].pointee.parent
        }
        var filter: [UInt8] = []
        for (index, level) in path.reversed().enumerated() {
            if index > 0 { filter.append(UInt8(ascii: "/")) }
            levels.withBytes(of: level) { filter += $0 }
        }
        return filter
    }

    // MARK: Subscriptions

    private func find(
        _ filter: UnsafeRawBufferPointer,
        _ name: UnsafeRawBufferPointer?,
        _ session: SessionHandle,
        in list: SubscriptionList
    ) -> UInt32 {
        let node = findPath(filter)
        guard node != 0 else { return 0 }
        guard let name else {
            return find(session, owner: node, from: nodes[node].pointee.firstSubscription, in: list)
        }
        let group = findGroup(levels.find(name), on: node)
        return group == 0 ? 0 : find(session, owner: group, from: groups[group].pointee.firstMember, in: list)
    }

    /// The session's subscription with this owner, sought in the shorter of the two lists it would be in.
    private func find(_ session: SessionHandle, owner: UInt32, from head: UInt32, in list: SubscriptionList) -> UInt32 {
        var ofOwner = head
        var ofSession = list.first
        while ofOwner != 0, ofSession != 0 {
            let one = subscriptions[ofOwner]
            let other = subscriptions[ofSession]
            if one.pointee.session == session { return ofOwner }
            if other.pointee.owner == owner, other.pointee.options.shared == one.pointee.options.shared {
                return ofSession
            }
            ofOwner = one.pointee.next
            ofSession = other.pointee.nextOfSession
        }
        return 0
    }

    private func link(_ number: UInt32, before head: UInt32) {
        subscriptions[number].pointee.next = head
        subscriptions[number].pointee.previous = 0
        if head != 0 { subscriptions[head].pointee.previous = number }
    }

    private mutating func remove(_ number: UInt32, from list: inout SubscriptionList) {
        list.unlink(number, in: subscriptions)
        let entry = subscriptions[number].pointee
        if entry.next != 0 { subscriptions[entry.next].pointee.previous = entry.previous }
        if entry.previous != 0 { subscriptions[entry.previous].pointee.next = entry.next }
        // Whoever has kept the number must not take what comes there for a session's.
        subscriptions[number].pointee.session = .none
        subscriptions.remove(number)
        if entry.options.shared {
            let group = groups[entry.owner]
            if entry.previous == 0 { group.pointee.firstMember = entry.next }
            group.pointee.memberCount -= 1
            sharedCount -= 1
            if group.pointee.memberCount == 0 { removeGroup(entry.owner) }
        } else {
            let node = nodes[entry.owner]
            if entry.previous == 0 { node.pointee.firstSubscription = entry.next }
            node.pointee.subscriptionCount -= 1
            release(entry.owner)
        }
    }

    // MARK: Groups

    private mutating func makeGroup(_ name: UnsafeRawBufferPointer, on node: UInt32) -> UInt32 {
        let known = findGroup(levels.find(name), on: node)
        if known != 0 { return known }
        let group = SharedGroup(
            node: node,
            name: levels.retain(name),
            generation: nextGroupGeneration,
            nextOfNode: nodes[node].pointee.firstGroup
        )
        nextGroupGeneration &+= 1
        let number = groups.insert(group)
        nodes[node].pointee.firstGroup = number
        nodes[node].pointee.references += 1
        return number
    }

    private func findGroup(_ name: UInt32, on node: UInt32) -> UInt32 {
        guard name != 0 else { return 0 }
        var number = nodes[node].pointee.firstGroup
        while number != 0, groups[number].pointee.name != name { number = groups[number].pointee.nextOfNode }
        return number
    }

    private mutating func removeGroup(_ number: UInt32) {
        let group = groups[number].pointee
        var link = nodes[group.node].pointee.firstGroup
        if link == number {
            nodes[group.node].pointee.firstGroup = group.nextOfNode
        } else {
            while groups[link].pointee.nextOfNode != number { link = groups[link].pointee.nextOfNode }
            groups[link].pointee.nextOfNode = group.nextOfNode
        }
        groups[number].pointee.generation = 0
        groups.remove(number)
        levels.release(group.name)
        release(group.node)
    }
}
