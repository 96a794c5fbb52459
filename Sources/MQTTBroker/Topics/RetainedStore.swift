import Reactors

/// The retained messages of all shards behind their lock, and the bounds on them.
final class RetainedStore: Sendable {
    private let lock = ReadersWriterLock()
    // Sendable: only touched inside `lock`.
    private nonisolated(unsafe) let tree: UnsafeMutablePointer<RetainedTree>
    private let maximumCount: Int
    private let maximumBytes: Int
    /// The key of `mark(of:)`; the same for as long as the store is.
    let publisherKey: UInt64
    private let marks: KeyedHash
    /// What the store has not been told yet.
    let journal: RetainedJournal
    /// What the broker says of itself under `$SYS`, apart from what clients retain: in no count and no bound.
    let system: RetainedStore?

    init(
        maximumCount: Int,
        maximumBytes: Int,
        hash: KeyedHash = KeyedHash(),
        publisherKey: UInt64 = .random(in: 1 ... .max),
        journal: RetainedJournal = RetainedJournal(isKept: false),
        system: RetainedStore? = nil
    ) {
        self.system = system
        self.publisherKey = publisherKey
        self.journal = journal
        marks = KeyedHash(key: publisherKey)
        self.maximumCount = maximumCount
        self.maximumBytes = maximumBytes
        tree = .allocate(capacity: 1)
        tree.initialize(to: RetainedTree(hash: hash))
    }

    deinit {
        tree.deinitialize(count: 1)
        tree.deallocate()
    }

    /// Whether a new subscription gets nothing from here, whatever it asks for.
    var isEmpty: Bool { count == 0 && system?.count ?? 0 == 0 }

    /// Messages held, expired ones that still wait for the sweep included.
    var count: Int { lock.read { tree.pointee.count } }

    /// Bytes of them and of the places that they lie in, about.
    var byteCount: Int { lock.read { tree.pointee.byteCount } }

    /// Retains a message for its topic; false when that would pass a bound, and the old message stays.
    func set(_ message: Message) -> Bool {
        lock.write {
            let replaced = message.withTopic { tree.pointee.message(for: $0) }
            let count = tree.pointee.count + (replaced == nil ? 1 : 0)
            let bytes = tree.pointee.byteCount + message.count - (replaced?.count ?? 0)
            guard count <= maximumCount, bytes <= maximumBytes else { return false }
            // Before the old message goes, so that its body is not removed before this is stored.
            journal.set(message)
            tree.pointee.set(message)
            return true
        }
    }

    /// Puts back what the store has; bounds were kept when it was retained.
    func restore(_ message: Message) {
        lock.write { tree.pointee.set(message) }
    }

    /// Whether a message of so many bytes could be retained for `topic`.
    func hasRoom(for byteCount: Int, on topic: UnsafeRawBufferPointer) -> Bool {
        lock.read {
            let replaced = tree.pointee.message(for: topic)
            let count = tree.pointee.count + (replaced == nil ? 1 : 0)
            let bytes = tree.pointee.byteCount + byteCount - (replaced?.count ?? 0)
            return count <= maximumCount && bytes <= maximumBytes
        }
    }

    /// Removes what is retained for a topic.
    func remove(_ topic: UnsafeRawBufferPointer) {
        lock.write {
            if let message = tree.pointee.message(for: topic) { journal.removed(message) }
            tree.pointee.remove(topic)
        }
    }

    /// By what the messages that a credential has retained are known: a number that nobody outside can aim at, never 0.
    func mark(of credential: Credential) -> UInt64 {
        credential.withBytes { marks($0) } | 1
    }

    /// Removes what publishers with one of these marks have retained, looking at `slots` places from `place` on.
    ///
    /// - Returns: where to go on; nil at the end.
    func remove(publishedBy publishers: Set<UInt64>, from place: UInt32, slots: Int) -> UInt32? {
        lock.write {
            tree.pointee.remove(publishedBy: publishers, from: place, slots: slots, journal.removed)
        }
    }

    /// Whether `message` is still what its topic retains.
    func isCurrent(_ message: Message) -> Bool {
        if let system, message.withTopic({ $0.isUnderSystem }) { return system.isCurrent(message) }
        return lock.read { message.withTopic { tree.pointee.message(for: $0) } === message }
    }

    /// The messages a new subscription gets; references, no copies.
    func messages(matching filter: UnsafeRawBufferPointer, at now: MonotonicTime) -> ContiguousArray<Message> {
        if let system, filter.isUnderSystem { return system.messages(matching: filter, at: now) }
        return lock.read {
            var found = ContiguousArray<Message>()
            tree.pointee.match(filter, at: now) { found.append($0) }
            return found
        }
    }

    /// Gives back memory of expired messages, looking at a bounded part of the tree.
    func sweep(slots: Int, at now: MonotonicTime) {
        guard lock.read({ tree.pointee.expiringCount > 0 }) else { return }
        lock.write { tree.pointee.sweep(slots: slots, at: now, journal.removed) }
    }
}
