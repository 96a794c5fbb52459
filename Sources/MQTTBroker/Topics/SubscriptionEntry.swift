/// One session's subscription to one filter: an entry of two lists, its node's or group's and its session's.
struct SubscriptionEntry: BitwiseCopyable {
    var session: SessionHandle
    var options: DeliveryOptions
    /// The subscription identifier, 0 for none. MQTT 5.0 § 3.8.2.1.2
    var identifier: UInt32
    /// The node, or for a shared subscription the group, that the entry belongs to.
    var owner: UInt32
    var next: UInt32 = 0
    var previous: UInt32 = 0
    var nextOfSession: UInt32 = 0
    var previousOfSession: UInt32 = 0
}

/// A session's subscriptions: the head of its list through the tree.
struct SubscriptionList: BitwiseCopyable, Sendable {
    fileprivate(set) var first: UInt32 = 0
    /// All of them, which a quota bounds.
    fileprivate(set) var count = 0
    /// Those that are members of a shared subscription.
    fileprivate(set) var sharedCount = 0

    init() {}
}

/// A place in the tree: the filter that the levels from the root to here spell.
struct SubscriptionNode: BitwiseCopyable {
    var parent: UInt32
    var level: UInt32
    var plusChild: UInt32 = 0
    var hashChild: UInt32 = 0
    /// Children, subscriptions and groups; a node without any is removed.
    var references: UInt32 = 0
    var firstSubscription: UInt32 = 0
    var subscriptionCount: UInt32 = 0
    var firstGroup: UInt32 = 0
}

/// The name of a shared subscription that outlives it: stale once the last member has gone.
struct SharedGroupID: Hashable, BitwiseCopyable, Sendable {
    var number: UInt32
    var generation: UInt32

    /// No group.
    static let none = SharedGroupID(number: 0, generation: 0)
}

/// The sessions that share one filter under one name. MQTT 5.0 § 4.8.2
struct SharedGroup: BitwiseCopyable {
    var node: UInt32
    var name: UInt32
    var generation: UInt32
    var nextOfNode: UInt32
    var firstMember: UInt32 = 0
    var memberCount: UInt32 = 0
}

extension SubscriptionList {
    /// Puts `number` at the head of the list.
    mutating func link(_ number: UInt32, in subscriptions: borrowing SlotArena<SubscriptionEntry>) {
        let entry = subscriptions[number]
        entry.pointee.previousOfSession = 0
        entry.pointee.nextOfSession = first
        if first != 0 { subscriptions[first].pointee.previousOfSession = number }
        first = number
        count += 1
        if entry.pointee.options.shared { sharedCount += 1 }
    }

    /// Takes `number` out of the list.
    mutating func unlink(_ number: UInt32, in subscriptions: borrowing SlotArena<SubscriptionEntry>) {
        let entry = subscriptions[number].pointee
        if entry.previousOfSession == 0 {
            first = entry.nextOfSession
        } else {
            subscriptions[entry.previousOfSession].pointee.nextOfSession = entry.nextOfSession
        }
        if entry.nextOfSession != 0 {
            subscriptions[entry.nextOfSession].pointee.previousOfSession = entry.previousOfSession
        }
        count -= 1
        if entry.options.shared { sharedCount -= 1 }
    }
}
