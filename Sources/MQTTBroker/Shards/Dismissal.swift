import MQTTCodec
import Reactors

/// The sessions of a selection that one shard ends, spread over a time and a few each turn, so that sending away the ten
/// thousand devices of a CA never holds up the messages of the others.
///
/// Keeps itself alive by what it has scheduled, until it is done. Belongs to its shard's reactor.
final class Dismissal: TimerHandler {
    private let shard: BrokerShard
    private let order: DismissalOrder
    private let whenFound: @Sendable (_ connected: Int) -> Void
    private let completion: @Sendable (DismissalOutcome) -> Void
    /// How far the search for sessions has come.
    private var cursor: UInt32 = 0
    private var found: ContiguousArray<SessionHandle> = []
    private var connected = 0
    private var next = 0
    private var span: UInt64 = 0
    private var start = MonotonicTime.distantFuture
    private var outcome = DismissalOutcome()

    /// Entries looked at in one turn: some ten microseconds.
    private static let lookedAtPerTurn: UInt32 = 4096
    /// Sessions ended in one turn: below a millisecond, subscriptions and queues included.
    private static let endedPerTurn = 32
    /// How often sessions are ended where there is time.
    private static let interval = Duration.milliseconds(10)

    init(
        shard: BrokerShard,
        order: DismissalOrder,
        found whenFound: @escaping @Sendable (_ connected: Int) -> Void,
        completion: @escaping @Sendable (DismissalOutcome) -> Void
    ) {
        self.shard = shard
        self.order = order
        self.whenFound = whenFound
        self.completion = completion
    }

    /// Begins to look for the sessions.
    func begin() {
        let end = searchEnd
        let limit = min(end, cursor + Self.lookedAtPerTurn)
        search(cursor..<limit)
        cursor = limit
        if cursor < end { return inNextTurn { $0.begin() } }
        whenFound(connected)
        start = shard.reactor.now
        span = order.span(for: found.count)
        goOn()
    }

    func timerExpired(_ token: TimerToken) { goOn() }

    // MARK: Finding

    private var searchEnd: UInt32 {
        switch order.selection {
        case .credentials: UInt32(clamping: order.credentials.count)
        case .clientIDs(let clientIDs): UInt32(clamping: clientIDs.count)
        case .issuer: shard.credentials.pointee.end
        case .connected: shard.slots.pointee.end
        }
    }

    private func search(_ range: Range<UInt32>) {
        switch order.selection {
        case .credentials:
            for index in range {
                shard.credentials.pointee.forEachSession(of: order.credentials[Int(index)]) { note($0) }
            }
        case .clientIDs(let clientIDs):
            for index in range {
                if let slot = shard.directory[clientIDs[Int(index)]] { note(slot) }
            }
        case .issuer(let issuer):
            shard.credentials.pointee.forEachSession(issuedBy: issuer, in: range) { note($0) }
        case .connected(let isMeant):
            for slot in range.clamped(to: 1..<shard.slots.pointee.end) {
                if let client = shard.client(inSlot: slot), isMeant(client) { note(slot) }
            }
        }
    }

    private func note(_ slot: UInt32) {
        let slot = shard.slots.pointee[slot]
        found.append(slot.pointee.session.pointee.handle)
        if slot.pointee.form.contains(.connected) { connected += 1 }
    }

    // MARK: Ending

    private func goOn() {
        let due = dueNow
        let limit = min(due, next + Self.endedPerTurn)
        while next < limit {
            end(found[next])
            next += 1
        }
        if next < due { return inNextTurn { $0.goOn() } }
        guard next < found.count else { return completion(outcome) }
        _ = shard.reactor.schedule(self, at: shard.reactor.now.advanced(by: Self.interval))
    }

    /// How many sessions should have been ended by now.
    private var dueNow: Int {
        let elapsed = shard.reactor.now.nanoseconds - start.nanoseconds
        guard elapsed < span else { return found.count }
        let share = UInt64(found.count).multipliedFullWidth(by: elapsed)
        return Int(span.dividingFullWidth(share).quotient)
    }

    private func end(_ handle: SessionHandle) {
        guard let session = shard.session(handle) else { return }
        let entry = session.pointee.credentialEntry
        let proof = entry == 0 ? nil : shard.credentials.pointee.credentials(of: entry)
        // It may have come back with another certificate, which is not meant.
        guard order.means(proof, session.pointee.connection?.client) else { return }
        if order.leftovers.retained == .drop, let credential = proof?.credential {
            outcome.publishers.insert(shard.retained.mark(of: credential))
        }
        if shard.dismiss(session, telling: order.reason, leaving: order.leftovers) { outcome.ended += 1 }
    }

    private func inNextTurn(_ body: @escaping (Dismissal) -> Void) {
        // Sendable: runs on the reactor that everything here belongs to.
        nonisolated(unsafe) let step = { body(self) }
        shard.reactor.post { step() }
    }
}

/// Whom to send away, and how.
struct DismissalOrder: Sendable {
    let selection: ClientSelection
    let reason: ReasonCode
    let pace: DismissalPace
    /// The shards that carry it out.
    let shards: Int
    let leftovers: Leftovers
    /// Those of a selection by credentials, in an order that can be gone through a part at a time.
    let credentials: [Credential]

    init(
        _ selection: ClientSelection,
        reason: ReasonCode,
        at pace: DismissalPace,
        leaving leftovers: Leftovers,
        on shards: Int
    ) {
        self.selection = selection
        self.reason = reason
        self.pace = pace
        self.shards = shards
        self.leftovers = leftovers
        if case .credentials(let set) = selection { credentials = Array(set) } else { credentials = [] }
    }

    /// The nanoseconds that a shard takes for so many.
    func span(for count: Int) -> UInt64 {
        switch pace {
        case .atOnce: 0
        case .over(let duration): duration.nanoseconds
        case .perSecond(let rate): UInt64(Double(count * shards) / Double(max(1, rate)) * 1e9)
        }
    }

    /// Whether a client with this proof, or connected so, is meant.
    func means(_ proof: (credential: Credential, issuer: Credential?)?, _ client: ConnectedClient?) -> Bool {
        switch selection {
        case .credentials(let set): proof.map { set.contains($0.credential) } ?? false
        case .issuer(let issuer): proof?.issuer == issuer
        case .clientIDs: true
        case .connected(let isMeant): client.map(isMeant) ?? false
        }
    }
}

/// What a shard did of a `DismissalOrder`.
struct DismissalOutcome: Sendable {
    /// Connections that were ended.
    var ended = 0
    /// The marks of those whose retained messages are to go.
    var publishers: Set<UInt64> = []
}

extension Duration {
    /// Whole nanoseconds; 0 for a negative span.
    fileprivate var nanoseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard self > .zero else { return 0 }
        return UInt64(seconds) * 1_000_000_000 + UInt64(attoseconds) / 1_000_000_000
    }
}
