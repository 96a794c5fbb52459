import Reactors

/// A will whose time has come.
struct DueWill {
    let message: WillMessage
    /// Whose it was; nobody's handle any more where the session has ended.
    let client: SessionHandle
    /// By what its publisher is known, see `RetainedStore.mark`.
    let publisher: UInt64
    let access: SessionAccess?
}

/// The wills of one shard that wait for their turn, since a great many were due at once: a network that failed, a proxy
/// that was restarted. In the order in which they were due, at most one for each client. No clock, no I/O.
struct WillQueue: ~Copyable {
    private let pace: TokenBucket.Pace?
    private var bucket = TokenBucket()
    private var waiting: [ClientID: DueWill] = [:]
    private var order = RingBuffer<ClientID>()

    init(_ pace: TokenBucket.Pace?) {
        self.pace = pace
    }

    /// Wills that wait.
    var count: Int { waiting.count }

    /// Takes a will that is due: gives it back to be published now, or keeps it.
    mutating func add(_ will: DueWill, of clientID: ClientID, at now: MonotonicTime) -> DueWill? {
        guard let pace, !waiting.isEmpty || !bucket.take(at: now, pace) else { return will }
        order.append(clientID)
        let earlier = waiting.updateValue(will, forKey: clientID)
        // Memory goes before pace.
        return earlier ?? (waiting.count > Self.capacity ? removeFirst() : nil)
    }

    /// The will of a client that comes again: to be published before anything that the client says now.
    mutating func remove(of clientID: ClientID) -> DueWill? {
        guard !waiting.isEmpty else { return nil }
        defer { if waiting.isEmpty { order = RingBuffer() } }
        return waiting.removeValue(forKey: clientID)
    }

    /// The next will whose turn it is.
    mutating func next(at now: MonotonicTime) -> DueWill? {
        guard let pace, !waiting.isEmpty, bucket.take(at: now, pace) else { return nil }
        return removeFirst()
    }

    private mutating func removeFirst() -> DueWill? {
        while let clientID = order.popFirst() {
            if let will = waiting.removeValue(forKey: clientID) { return will }
        }
        return nil
    }

    /// Wills that may wait; their clients' sessions held them before.
    private static let capacity = 100_000
}
