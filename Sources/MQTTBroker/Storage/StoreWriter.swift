import Reactors
import Synchronization

/// The one who writes: takes what the shards have handed over as one transaction, commits it, and tells them. While the
/// disk is busy the next batch grows.
///
/// Runs on a thread of its own; a test takes the steps itself.
final class StoreWriter: Sendable {
    private struct Inbox {
        var parts: [Contribution] = []
        /// Something else than contributions wants to be written: retained messages, bodies nobody needs.
        var wantsRound = false
        /// As `wantsRound`, with time.
        var wantsRoundBy = MonotonicTime.distantFuture
        /// Grows with each failure; what was handed over under an older number is handed back.
        var epoch: UInt64 = 0
        /// When to try again; nil while commits succeed.
        var retryAt: MonotonicTime?
        var isStopped = false
        var whenIdle: [@Sendable () -> Void] = []
    }

    /// What one transaction is made of.
    private struct Round {
        var parts: [Contribution]
        var isRetry: Bool
        var isLast: Bool
    }

    let storage: BrokerStorage
    private let retained: RetainedStore
    private let inbox = StoreSignal(Inbox())
    private let busy = Atomic<Bool>(false)
    private let pending = Atomic<Int>(0)
    private let refusals = Atomic<UInt64>(0)
    private let interested = Atomic<UInt64>(0)
    private let figures = Guarded((state: StorageState.working, statistics: StorageStatistics()))
    // Sendable: set once, before anything is handed over.
    private nonisolated(unsafe) var mailboxes: [Mailbox<StoreAnswer>] = []
    private let graveyard: Graveyard

    init(_ storage: BrokerStorage, retained: RetainedStore, graveyard: Graveyard) {
        self.storage = storage
        self.retained = retained
        self.graveyard = graveyard
        graveyard.whenFirst = { [weak self] in self?.wantRound(within: storage.lazyDelay) }
        retained.journal.whenFirst = { [weak self] in self?.wantRound(within: storage.lazyDelay) }
    }

    /// Learns where the answers go, and begins.
    func begin(_ mailboxes: [Mailbox<StoreAnswer>]) throws(StoreError) {
        self.mailboxes = mailboxes
        guard storage.hasThread else { return }
        do throws(ReactorError) {
            try BlockingThread.start("broker-store") { [self] in while step(mayWait: true) {} }
        } catch {
            throw .failed(operation: "start its thread", code: 0, reason: "\(error)")
        }
    }

    // MARK: For the shards

    /// Whether a transaction is under way.
    var isBusy: Bool { busy.load(ordering: .sequentiallyConsistent) }

    /// Bytes that wait to be written.
    var pendingBytes: Int { pending.load(ordering: .relaxed) }

    func addPending(_ bytes: Int) { pending.add(bytes, ordering: .relaxed) }

    func removePending(_ bytes: Int) { pending.subtract(bytes, ordering: .relaxed) }

    func countRefusal() { refusals.add(1, ordering: .relaxed) }

    /// Takes a contribution; false where the shard has not heard of a failure yet, by which what it hands over may be
    /// older than what it will have to hand over again.
    func submit(_ part: Contribution, epoch: UInt64) -> Bool {
        inbox.change { inbox in
            guard inbox.epoch == epoch else { return false }
            inbox.parts.append(part)
            return true
        }
    }

    /// Takes parts that belong together. Nothing in them depends on an order among others.
    func submit(_ parts: [Contribution]) {
        guard !parts.isEmpty else { return }
        inbox.change { $0.parts += parts }
    }

    /// Has a transaction made even if no shard contributes.
    func wantRound() {
        inbox.change { $0.wantsRound = true }
    }

    /// As `wantRound`, with time: others may want one too.
    func wantRound(within delay: Duration) {
        let time = storage.clock().advanced(by: delay)
        inbox.change { $0.wantsRoundBy = min($0.wantsRoundBy, time) }
    }

    /// Has a shard told of the end of the next transaction, though it has no part in it.
    func tellNextRound(to shard: Int) {
        interested.bitwiseOr(1 << UInt64(shard), ordering: .sequentiallyConsistent)
    }

    // MARK: For everybody

    var state: StorageState { figures.withLock { $0.state } }

    var statistics: StorageStatistics {
        var statistics = figures.withLock { $0.statistics }
        statistics.pendingBytes = pendingBytes
        statistics.refused = refusals.load(ordering: .relaxed)
        return statistics
    }

    /// Calls `body` when all that was handed over is stored, or cannot be.
    func whenIdle(_ body: @escaping @Sendable () -> Void) {
        inbox.change { inbox in
            inbox.whenIdle.append(body)
            inbox.wantsRound = true
        }
    }

    /// The process ends: messages that go from memory stay in the store.
    func closeGraveyard() { graveyard.close() }

    /// Ends the thread once all that was handed over is stored, or cannot be.
    func stop() {
        closeGraveyard()
        inbox.change { $0.isStopped = true }
    }

    // MARK: Writing

    /// Makes one transaction of what there is; false when there is nothing to do, or nothing ever more.
    func step(mayWait: Bool) -> Bool {
        let round: Round?
        if mayWait {
            round = inbox.wait { inbox, wake in take(from: &inbox, &wake) }
        } else {
            var wake = MonotonicTime.distantFuture
            round = inbox.change { take(from: &$0, &wake) ?? nil }
        }
        guard let round else { return false }
        write(round)
        return !round.isLast
    }

    /// The next round; nil for none yet, a nil within for none ever more.
    private func take(from inbox: inout Inbox, _ wake: inout MonotonicTime) -> Round?? {
        let now = storage.clock()
        let hasWork = !inbox.parts.isEmpty || inbox.wantsRound || inbox.wantsRoundBy <= now
        if let retryAt = inbox.retryAt, retryAt > now, !inbox.isStopped {
            tellIdle(&inbox)
            wake = retryAt
            return nil
        }
        guard hasWork || inbox.retryAt != nil || inbox.isStopped else {
            tellIdle(&inbox)
            wake = inbox.wantsRoundBy
            return nil
        }
        if inbox.isStopped, !hasWork { return .some(nil) }
        // Set under the lock: a shard that finds us idle finds what it handed over in the next round.
        busy.store(true, ordering: .sequentiallyConsistent)
        let round = Round(parts: inbox.parts, isRetry: inbox.retryAt != nil, isLast: inbox.isStopped)
        inbox.parts = []
        inbox.wantsRound = false
        inbox.wantsRoundBy = .distantFuture
        return round
    }

    private func tellIdle(_ inbox: inout Inbox) {
        let waiting = inbox.whenIdle
        inbox.whenIdle = []
        for body in waiting { body() }
    }

    private func write(_ round: Round) {
        // Bodies first: what went before this has its rows' changes in this batch or an earlier one.
        let buried = graveyard.takeAll()
        let retainedChanges = retained.journal.take()
        let clocks = ClockPair(monotonic: storage.clock(), wall: storage.wallClock())
        var builder = BatchBuilder(clocks)
        for part in round.parts { builder.add(part) }
        for change in retainedChanges { builder.add(change) }
        for id in buried { builder.batch.changes.append(.removeMessage(id)) }
        // To see whether it works again, without waiting for work.
        if builder.batch.changes.isEmpty, round.isRetry {
            builder.batch.changes.append(.put(.publisherKey(retained.publisherKey)))
        }
        do throws(StoreError) {
            try commit(builder.batch)
            for message in builder.written { message.wasStored(graveyard) }
            succeeded(round)
        } catch {
            graveyard.putBack(buried)
            retained.journal.putBack(retainedChanges)
            failed(round, error)
        }
    }

    private func commit(_ batch: StoreBatch) throws(StoreError) {
        guard !batch.changes.isEmpty else { return }
        let start = MonotonicTime.now()
        try storage.store.commit(batch)
        let seconds = Double(MonotonicTime.now().nanoseconds - start.nanoseconds) / 1e9
        figures.withLock { figures in
            figures.state = .working
            figures.statistics.commits += 1
            figures.statistics.changes += UInt64(batch.changes.count)
            figures.statistics.lastBatch = batch.changes.count
            figures.statistics.largestBatch = max(figures.statistics.largestBatch, batch.changes.count)
            figures.statistics.seconds += seconds
        }
    }

    private func succeeded(_ round: Round) {
        retained.journal.stored()
        let epoch = inbox.change { inbox in
            inbox.retryAt = nil
            return inbox.epoch
        }
        answer(round.parts, everybody: round.isRetry, epoch: epoch, isFailing: false)
    }

    /// Hands everything back, what came meanwhile too: the shards decide what is tried again, and in their order.
    private func failed(_ round: Round, _ error: StoreError) {
        figures.withLock { figures in
            figures.state = .failing(error)
            figures.statistics.failures += 1
        }
        let retryAt = storage.clock().advanced(by: storage.retryInterval)
        let (parts, epoch) = inbox.change { inbox in
            inbox.epoch += 1
            inbox.retryAt = retryAt
            let parts = round.parts + inbox.parts
            inbox.parts = []
            return (parts, inbox.epoch)
        }
        answer(parts, everybody: true, epoch: epoch, isFailing: true)
    }

    private func answer(_ parts: [Contribution], everybody: Bool, epoch: UInt64, isFailing: Bool) {
        let (stored, tried) = retained.journal.positions
        let round = StoreRound(retainedStored: stored, retainedTried: tried, epoch: epoch, isFailing: isFailing)
        var answers = [[StoreAnswer]](repeating: [], count: mailboxes.count)
        for part in parts { answers[part.shard].append(isFailing ? .refused(part) : .stored(part)) }
        busy.store(false, ordering: .sequentiallyConsistent)
        // After `busy`: who finds us busy and then asks to be told is told now, or finds us idle.
        let asked = interested.exchange(0, ordering: .sequentiallyConsistent)
        for (shard, mailbox) in mailboxes.enumerated() {
            guard everybody || !answers[shard].isEmpty || asked & 1 << UInt64(shard) != 0 else { continue }
            mailbox.send(contentsOf: answers[shard] + [.round(round)])
        }
    }
}

/// Makes one batch of many contributions.
private struct BatchBuilder {
    var batch = StoreBatch()
    /// The messages whose bodies are in it.
    private(set) var written: [Message] = []
    private var bodies: Set<UInt64> = []
    private let clocks: ClockPair

    init(_ clocks: ClockPair) {
        self.clocks = clocks
    }

    mutating func add(_ part: Contribution) {
        for entry in part.entries {
            guard let change = entry.change else { continue }
            if case .put = change, let message = entry.message { addBody(of: message) }
            append(change)
        }
    }

    mutating func add(_ change: RetainedChange) {
        guard let message = change.message else { return append(.removeRetained(topic: change.topic)) }
        addBody(of: message)
        append(
            .put(.retained(StoredRetained(topic: change.topic, message: message.id, publisher: message.publisher)))
        )
    }

    private mutating func addBody(of message: Message) {
        guard !message.isStored, bodies.insert(message.id).inserted else { return }
        written.append(message)
        append(.put(.message(StoredMessage(message, clocks))))
    }

    /// Deliveries that go one after the other become one range.
    private mutating func append(_ change: StoreChange) {
        if case .removeDeliveries(let session, let range) = change,
            case .removeDeliveries(let last, let before)? = batch.changes.last,
            last == session, before.upperBound + 1 == range.lowerBound
        {
            batch.changes[batch.changes.count - 1] = .removeDeliveries(
                session,
                before.lowerBound...range.upperBound
            )
            return
        }
        batch.changes.append(change)
    }
}
