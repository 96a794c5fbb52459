import Synchronization

/// The subscription tree of all shards behind its lock, with a generation that tells caches when it changed.
final class SubscriptionIndex: Sendable {
    private let lock = ReadersWriterLock()
    // Sendable: only touched inside `lock`.
    private nonisolated(unsafe) let tree: UnsafeMutablePointer<SubscriptionTree>
    private let changes = Atomic<UInt64>(1)

    init(hash: KeyedHash = KeyedHash()) {
        tree = .allocate(capacity: 1)
        tree.initialize(to: SubscriptionTree(hash: hash))
    }

    deinit {
        tree.deinitialize(count: 1)
        tree.deallocate()
    }

    /// Grows with every change; what was matched under an older generation is matched again.
    @inline(__always)
    var generation: UInt64 { changes.load(ordering: .acquiring) }

    /// Subscriptions held.
    var count: Int { lock.read { tree.pointee.count } }

    /// Those of them that are members of a shared subscription.
    var sharedCount: Int { lock.read { tree.pointee.sharedCount } }

    /// What became of a subscription.
    enum Outcome {
        case new, replaced
        /// The session has as many as it may, and not this one.
        case overQuota
    }

    /// Adds or replaces a subscription, if the session has it already or fewer than `limit`.
    func subscribe(
        filter: UnsafeRawBufferPointer,
        group: UnsafeRawBufferPointer?,
        session: SessionHandle,
        options: DeliveryOptions,
        identifier: UInt32,
        limit: Int,
        in list: inout SubscriptionList
    ) -> Outcome {
        change {
            if list.count >= limit, !tree.pointee.has(filter: filter, group: group, session: session, in: list) {
                return .overQuota
            }
            let isNew = tree.pointee.subscribe(
                filter: filter,
                group: group,
                session: session,
                options: options,
                identifier: identifier,
                in: &list
            )
            return isNew ? .new : .replaced
        }
    }

    /// Removes a subscription; tells whether there was one.
    func unsubscribe(
        filter: UnsafeRawBufferPointer,
        group: UnsafeRawBufferPointer?,
        session: SessionHandle,
        in list: inout SubscriptionList
    ) -> Bool {
        change { tree.pointee.unsubscribe(filter: filter, group: group, session: session, in: &list) }
    }

    /// Removes all subscriptions of a session.
    func removeAll(of list: inout SubscriptionList) {
        guard list.count > 0 else { return }
        change { tree.pointee.removeAll(of: &list) }
    }

    /// Tells the groups that a member came or went; nothing happens for a session without shared subscriptions.
    func setOnline(_ online: Bool, of list: SubscriptionList) {
        guard list.sharedCount > 0 else { return }
        change { tree.pointee.setOnline(online, of: list) }
    }

    /// Tells the tree that a session is not stored any more.
    func forgetKept(of list: SubscriptionList) {
        guard list.count > 0 else { return }
        change { tree.pointee.forgetKept(of: list) }
    }

    /// Calls `body` with the tree and its generation, under the read lock.
    @inline(__always)
    func read<Result>(_ body: (borrowing SubscriptionTree, _ generation: UInt64) -> Result) -> Result {
        lock.read { body(tree.pointee, changes.load(ordering: .relaxed)) }
    }

    private func change<Result>(_ body: () -> Result) -> Result {
        lock.write {
            defer { changes.add(1, ordering: .releasing) }
            return body()
        }
    }
}
