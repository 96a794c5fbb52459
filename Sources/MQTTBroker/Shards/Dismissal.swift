import MQTTCodec
import Reactors

/// The sessions of a selection that one shard ends, spread over a time and a few each turn, so that sending away the ten
/// thousand devices of a CA never holds up the messages of the others.
///
/// Keeps itself alive by what it has scheduled, until it is done. Belongs to its shard's reactor.
final class Dismissal: TimerHandler {
    private let shard: BrokerShard
    private let order: DismissalOrder
    private let completion: @Sendable (DismissalOutcome) -> Void
    /// How far the search for sessions has come.
    private var cursor: UInt32 = 0
    private var found: ContiguousArray<SessionHandle> = []
    private var next = 0
    private var start = MonotonicTime.distantFuture
    private var outcome = DismissalOutcome()

    /// Entries looked at in one turn: some ten microseconds.
    private static let lookedAtPerTurn: UInt32 = 4096
    /// Sessions ended in one turn: below a millisecond, subscriptions and queues included.
    private static let endedPerTurn = 32
    /// How often sessions are ended where there is time.
    private static let interval = Duration.milliseconds(10)

    init(shard: BrokerShard, order: DismissalOrder, completion: @escaping @Sendable (DismissalOutcome) -> Void) {
        self.shard = shard
        self.order = order
        self.completion = completion
    }

    /// Begins to look for the sessions.
    func begin() {
        let end = searchEnd
        let limit = min(end, cursor + Self.lookedAtPerTurn)
        search(cursor..<limit)
        cursor = limit
        if cursor < end { return inNextTurn { $0.begin() } }
        start = shard.reactor.now
        goOn()
    }

    func timerExpired(_ token: TimerToken) { goOn() }

    // MARK: Finding

    private var searchEnd: UInt32 {
        switch order.selection {
        case .credentials: UInt32(clamping: order.credentials.count)
        case .clientIDs(let clientIDs): UInt32(clamping: clientIDs.count)
        case .issuer: shard.credentials.pointee.end
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
        }
    }

    private func note(_ slot: UInt32) {
        found.append(shard.slots.pointee[slot].pointee.session.pointee.handle)
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
        let span = order.span.nanoseconds
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
        guard order.means(proof) else { return }
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
    let span: Duration
    let leftovers: Leftovers
    /// Those of a selection by credentials, in an order that can be gone through a part at a time.
    let credentials: [Credential]

    init(_ selection: ClientSelection, reason: ReasonCode, over span: Duration, leaving leftovers: Leftovers) {
        self.selection = selection
        self.reason = reason
        self.span = span
        self.leftovers = leftovers
        if case .credentials(let set) = selection { credentials = Array(set) } else { credentials = [] }
    }

    /// Whether a client with this proof is meant.
    func means(_ proof: (credential: Credential, issuer: Credential?)?) -> Bool {
        switch selection {
        case .credentials(let set): proof.map { set.contains($0.credential) } ?? false
        case .issuer(let issuer): proof?.issuer == issuer
        case .clientIDs: true
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
