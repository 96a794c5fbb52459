import COpenSSL

/// One part of the session cache: sessions by id, the oldest first to go. No lock of its own.
struct SessionShard: ~Copyable {
    private struct Slot {
        let session: SessionReference
        let entry: SessionEntry
        let position: Int
    }

    private let capacity: Int
    private var slots: [SessionID: Slot] = [:]
    /// Ids in order of arrival, a ring once it has grown to the capacity. A place whose session is gone stays until
    /// it is overtaken.
    private var arrivals: [SessionID] = []
    /// Where the next one is written: the oldest place of a full ring.
    private var next = 0

    init(capacity: Int) {
        self.capacity = capacity
    }

    deinit {
        for slot in slots.values { SSL_SESSION_free(slot.session.pointer) }
    }

    var count: Int { slots.count }

    /// Owns the session from now on.
    mutating func insert(_ session: SessionReference, _ entry: SessionEntry, _ id: SessionID) {
        remove(id)
        if arrivals.count < capacity {
            next = arrivals.count
            arrivals.append(id)
        } else {
            next = next + 1 < capacity ? next + 1 : 0
            removeIfArrived(at: next)
            arrivals[next] = id
        }
        slots[id] = Slot(session: session, entry: entry, position: next)
    }

    /// The session, borrowed; one that has expired is dropped instead.
    mutating func find(_ id: SessionID, now: Int64) -> (SessionReference, SessionEntry)? {
        guard let slot = slots[id] else { return nil }
        guard now < slot.entry.expiry else {
            remove(id)
            return nil
        }
        return (slot.session, slot.entry)
    }

    mutating func remove(_ id: SessionID) {
        guard let slot = slots.removeValue(forKey: id) else { return }
        SSL_SESSION_free(slot.session.pointer)
    }

    mutating func removeAll() {
        for slot in slots.values { SSL_SESSION_free(slot.session.pointer) }
        slots = [:]
        arrivals = []
        next = 0
    }

    private mutating func removeIfArrived(at position: Int) {
        let id = arrivals[position]
        if slots[id]?.position == position { remove(id) }
    }
}

/// What is known of a session besides its keys.
struct SessionEntry: Sendable {
    /// Where it may be resumed.
    let binding: SessionBinding
    /// From this second on it is not resumed.
    let expiry: Int64
    /// From this second on no session that descends from it is resumed: its certificate's end, or its greatest age.
    let lineageExpiry: Int64
    /// The chain that the client proved in the full handshake.
    let verifiedChain: VerifiedChain?
}

/// A session as the cache holds it.
// OpenSSL shares sessions between threads by design.
// Sendable: a session is not changed once it is in a cache, and its reference count is atomic.
struct SessionReference: @unchecked Sendable {
    let pointer: OpaquePointer
}

/// A session that may be resumed, with a reference of its own.
struct FoundSession: ~Copyable {
    let session: SSLSessionHandle
    let entry: SessionEntry

    consuming func release() -> OpaquePointer {
        session.release()
    }
}

/// A session id or stateful ticket: 32 random bytes of ours.
struct SessionID: Hashable, Sendable {
    let words: (UInt64, UInt64, UInt64, UInt64)

    /// Nil for any other length: such an id was not made here.
    init?(_ bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 32 else { return nil }
        words = (
            bytes.loadUnaligned(fromByteOffset: 0, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 16, as: UInt64.self),
            bytes.loadUnaligned(fromByteOffset: 24, as: UInt64.self)
        )
    }

    static func == (left: SessionID, right: SessionID) -> Bool {
        left.words == right.words
    }

    func hash(into hasher: inout Hasher) {
        // All of it: ids from the network are chosen by whoever sends them.
        hasher.combine(words.0)
        hasher.combine(words.1)
        hasher.combine(words.2)
        hasher.combine(words.3)
    }
}
