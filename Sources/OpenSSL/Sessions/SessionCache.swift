import COpenSSL
import Synchronization

/// The TLS sessions that devices may resume, shared by all reactors.
///
/// Stateful on purpose: a ticket is 32 random bytes, and what it stands for stays here, so that it can be bounded,
/// expires with the certificate, and needs no re-parsing of the certificate on resumption.
package final class SessionCache: Sendable {
    /// Sessions kept at most; the oldest make room.
    package let capacity: Int

    /// How long a ticket may be used after it was issued.
    package let ticketLifetime: Duration

    /// How long after a full handshake a device may go on resuming from ticket to ticket.
    package let maximumAge: Duration

    private let shards: [Shard]
    // A session's certificate belongs to the library context of the reactor that it was made on.
    private let libraries = Mutex<[LibraryContext]>([])

    /// Enough that two reactors seldom wait for each other.
    private static let shardCount = 16
    /// Default capacity. Sessions of connected devices cost little more than their entry, as the connection holds
    /// the same object; of devices that are gone about 10 KB each.
    package static let defaultCapacity = 20_480
    /// Default ticket lifetime: two hours.
    package static let defaultTicketLifetime = Duration.seconds(2 * 60 * 60)
    /// Default age: a day.
    package static let defaultMaximumAge = Duration.seconds(24 * 60 * 60)

    package init(
        capacity: Int = SessionCache.defaultCapacity,
        ticketLifetime: Duration = SessionCache.defaultTicketLifetime,
        maximumAge: Duration = SessionCache.defaultMaximumAge
    ) {
        self.capacity = capacity
        self.ticketLifetime = ticketLifetime
        self.maximumAge = maximumAge
        let perShard = max(1, capacity / SessionCache.shardCount)
        shards = (0..<SessionCache.shardCount).map { _ in Shard(capacity: perShard) }
    }

    deinit {
        // Before the library contexts go, which the sessions' certificates point into.
        removeAll()
    }

    /// Sessions held now.
    package var count: Int {
        shards.reduce(0) { $0 + $1.state.withLock { $0.count } }
    }

    /// Forgets every session: all devices need a full handshake next.
    package func removeAll() {
        for shard in shards { shard.state.withLock { $0.removeAll() } }
    }

    /// Keeps a library context alive as long as the cache may hold sessions made in it.
    func retain(_ library: LibraryContext) {
        libraries.withLock { known in
            if !known.contains(where: { $0 === library }) { known.append(library) }
        }
    }

    /// Takes over the caller's reference to a session.
    func store(_ session: consuming SSLSessionHandle, as entry: SessionEntry, id: SessionID) {
        let reference = SessionReference(pointer: session.release())
        shard(of: id).state.withLock { $0.insert(reference, entry, id) }
    }

    /// The session with a reference of its own, when there is one of the same binding that has not expired.
    func find(_ id: SessionID, binding: SessionBinding, now: Int64) -> FoundSession? {
        shard(of: id).state.withLock { state in
            guard let (session, entry) = state.find(id, now: now), entry.binding == binding,
                SSL_SESSION_up_ref(session.pointer) == 1
            else { return nil }
            return FoundSession(session: SSLSessionHandle(adopting: session.pointer), entry: entry)
        }
    }

    /// Forgets one session.
    func remove(_ id: SessionID) {
        shard(of: id).state.withLock { $0.remove(id) }
    }

    private func shard(of id: SessionID) -> Shard {
        // The id is random: any of its bits do.
        shards[Int(truncatingIfNeeded: id.words.0 % UInt64(shards.count))]
    }

    private final class Shard: Sendable {
        let state: Mutex<SessionShard>

        init(capacity: Int) {
            state = Mutex(SessionShard(capacity: capacity))
        }
    }
}
