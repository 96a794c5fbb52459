import MQTTCodec
import Reactors

/// What one shard must have stored, and who waits for it. Belongs to its reactor.
///
/// Two ways lead to the writer. A QoS 1 message for a connected client waits in `line` for a moment: its PUBACK in that
/// time calls it back, and nothing is written. Everything else is in `entries`, in the order in which it happened, and
/// leaves at the end of the turn if somebody waits for it, else within `lazyDelay`.
final class ShardLedger: EndOfTurnHandler, TimerHandler {
    /// A version of a row that may still be called back.
    private struct Waiting {
        var session: SessionHandle
        var sequence: UInt64
        var ticket: CommitTicket?
        var due: MonotonicTime
        var weight: Int
        var isCalledBack = false
    }

    private unowned let shard: BrokerShard
    let writer: StoreWriter
    /// Whether acknowledgements wait for the store.
    let commitsFirst: Bool
    private let storage: BrokerStorage

    private var line = RingBuffer<Waiting>()
    /// Places of `line` that have been left.
    private var passed: UInt64 = 0
    private var entries: ContiguousArray<LedgerEntry> = []
    /// When `entries` must leave; nil where there are none.
    private var entriesDue: MonotonicTime?
    private var isHooked = false
    private var wantsRound = false
    /// Whether rows that are due wait for the end of the transaction under way.
    private var awaitsRound = false
    private var timer = TimerToken.none
    private var timerTime = MonotonicTime.distantFuture

    /// Whose rows are being made.
    private(set) var hand: CommitTicket?
    private var part: Contribution?

    /// As of the last answer.
    private var epoch: UInt64 = 0
    private(set) var isRefusing = false
    /// Publishers of retained messages, by the number of the change they wait for.
    private var retainedWaiters = RingBuffer<(change: UInt64, ticket: CommitTicket)>()
    /// Connections that are not read because too much waits for the disk.
    private var held: ContiguousArray<ClientConnection> = []

    init(_ shard: BrokerShard, _ writer: StoreWriter) {
        self.shard = shard
        self.writer = writer
        storage = writer.storage
        commitsFirst = writer.storage.durability == .commit
    }

    /// What sessions that outlive their connections do with their messages.
    var storing: Storing { commitsFirst ? .beforeSending : .alongside }

    // MARK: Tickets

    /// Runs `body`, in which rows are made that `ticket` waits for, and gives back the share it comes with.
    @inline(__always)
    func inHand<Result>(_ ticket: CommitTicket, _ body: () -> Result) -> Result {
        let before = (hand, part)
        hand = ticket
        part = ticket.unit == nil ? nil : Contribution(shard: shard.index)
        let result = body()
        if let part, let unit = ticket.unit { contribute(part, to: unit) }
        (hand, part) = before
        release(ticket)
        return result
    }

    /// Runs `body`, for which `ticket` waits, before its message comes in hand.
    func withTicket<Result>(_ ticket: CommitTicket, _ body: () -> Result) -> Result {
        let before = hand
        hand = ticket
        defer { hand = before }
        return body()
    }

    /// Runs `body`, all of whose changes are stored together or not at all.
    ///
    /// - Returns: what is settled when they are.
    @discardableResult
    func asUnit(_ body: (CommitTicket) -> Void) -> CommitTicket {
        let ticket = CommitTicket(home: shard.index, publisher: .none, isUnit: true)
        inHand(ticket) { body(ticket) }
        return ticket
    }

    /// The present moment on both clocks.
    var clocks: ClockPair { ClockPair(monotonic: shard.reactor.now, wall: storage.wallClock()) }

    /// Wills whose clients went with the process.
    private var left: [KeptWill] = []

    /// Leaves a will in the store: it is published after a restart.
    func leave(_ will: KeptWill, in session: UnsafeMutablePointer<Session>) {
        session.pointee.keptWill = nil
        left.append(will)
    }

    /// The end of the session that a CONNECT discards, for its CONNACK to wait for.
    var lastEnd: CommitTicket?

    /// The ticket in hand, with a share and a contribution more, for a message on its way to another shard.
    func handForMail() -> CommitTicket? {
        hand?.retainShare()
        hand?.unit?.expectContribution()
        return hand
    }

    private func contribute(_ part: Contribution, to unit: CommitUnit) {
        // What came before it must be before it in the file.
        if !handOver() { repeatRemovals(in: part) }
        if let parts = unit.contribute(part) { writer.submit(parts) }
    }

    /// What came before a unit comes after it, since a commit failed: what the unit removes is removed once more behind it.
    private func repeatRemovals(in part: Contribution) {
        let contributed = exchangePart(with: nil)
        for entry in part.entries {
            switch entry.change {
            case .removeSession?, .removeWill?: note(LedgerEntry(change: entry.change), isUrgent: false)
            default: break
            }
        }
        self.part = contributed
    }

    private func exchangePart(with part: Contribution?) -> Contribution? {
        defer { self.part = part }
        return self.part
    }

    private func release(_ ticket: CommitTicket) {
        if ticket.releaseShare() { shard.allGiven(ticket) }
    }

    // MARK: Noting

    /// Has a change stored; within the unit in hand if there is one.
    ///
    /// - Parameter isUrgent: whether somebody waits for it.
    func note(_ entry: LedgerEntry, isUrgent: Bool) {
        writer.addPending(entry.weight)
        if let part {
            part.entries.append(entry)
            return
        }
        entries.append(entry)
        let delay = isUrgent && commitsFirst ? .zero : storage.lazyDelay
        entriesDue = min(entriesDue ?? .distantFuture, shard.reactor.now.advanced(by: delay))
        hook()
    }

    /// Calls `body` when all that was noted so far is stored, however long that takes.
    func whenStored(_ body: @escaping () -> Void) {
        guard commitsFirst else { return body() }
        note(LedgerEntry(completion: .whenStored(body)), isUrgent: true)
    }

    /// Calls `body` when all that was noted so far is stored, or cannot be.
    func afterThis(_ body: @escaping (_ stored: Bool) -> Void) {
        guard commitsFirst else { return body(true) }
        note(LedgerEntry(completion: .answer(body)), isUrgent: true)
    }

    /// Has a delivery stored that has just joined its session's queue, or changed there.
    func store(_ sequence: UInt64, of session: UnsafeMutablePointer<Session>) {
        guard let version = session.pointee.outbound.version(of: sequence) else { return }
        let mayBeCalledBack = version.qos == .atLeastOnce || !commitsFirst
        guard part == nil, mayBeCalledBack else {
            if let entry = entry(for: sequence, of: session, hand) {
                hand?.retainShare()
                note(entry, isUrgent: true)
            }
            return
        }
        hand?.retainShare()
        let weight = LedgerEntry.overhead + (version.delivery?.message.count ?? 0)
        writer.addPending(weight)
        line.append(
            Waiting(
                session: session.pointee.handle,
                sequence: sequence,
                ticket: hand,
                due: shard.reactor.now.advanced(by: storage.rowDelay),
                weight: weight
            )
        )
        let place = passed + UInt64(line.count)
        _ = session.pointee.outbound.changeRow(sequence) { $0.place = place }
        hook()
    }

    /// Takes the news of a session's queue.
    func takeNews(of session: UnsafeMutablePointer<Session>) {
        let key = session.pointee.key
        for news in session.pointee.outbound.takeNews() {
            switch news {
            case .gone(let row, let message):
                if row.place != 0 { callBack(row.place, release) }
                if row.isStored, !row.isUnderway { forget(row.sequence, of: key, message) }
            case .changed(let sequence, let message):
                var mustStore = true
                _ = session.pointee.outbound.changeRow(sequence) { row in
                    if row.isUnderway { row.isStale = true }
                    mustStore = !row.isUnderway && row.place == 0
                }
                if mustStore { storeAgain(sequence, of: session, message) }
            }
        }
    }

    /// Calls back what is not with the writer of a session that has been emptied; whoever waits for it waits for `end`
    /// instead, which gives it to others or removes it.
    func callBackAll(of session: UnsafeMutablePointer<Session>, for end: CommitTicket) {
        var tickets: [CommitTicket] = []
        for case .gone(let row, _) in session.pointee.outbound.takeNews() where row.place != 0 {
            callBack(row.place) { tickets.append($0) }
        }
        guard !tickets.isEmpty else { return }
        end.whenSettled.append { [self] in
            for ticket in tickets {
                if end.isRefused { ticket.refuse() }
                release(ticket)
            }
        }
    }

    private func storeAgain(_ sequence: UInt64, of session: UnsafeMutablePointer<Session>, _ message: Message?) {
        guard let message else { return store(sequence, of: session) }
        guard var entry = entry(for: sequence, of: session, nil) else { return }
        entry.message = message
        note(entry, isUrgent: true)
    }

    private func forget(_ sequence: UInt64, of key: SessionKey, _ message: Message? = nil) {
        note(LedgerEntry(change: .removeDeliveries(key, sequence...sequence), message: message), isUrgent: false)
    }

    /// What is retained has changed: the ticket in hand waits until that is stored. Without one it has time.
    func awaitRetained() {
        guard let hand, commitsFirst else { return }
        hand.retainShare()
        retainedWaiters.append((shard.retained.journal.last, hand))
        writer.tellNextRound(to: shard.index)
        wantsRound = true
        hook()
    }

    // MARK: Handing over

    private func hook() {
        guard !isHooked else { return }
        isHooked = true
        shard.reactor.atEndOfTurn(self)
    }

    func turnEnded() {
        isHooked = false
        let now = shard.reactor.now
        if let due = entriesDue, due <= now {
            handOver()
        } else if !line.isEmpty, line[0].due <= now {
            handOverIfIdle()
        }
        if wantsRound {
            wantsRound = false
            writer.wantRound()
        }
        wakeWhenDue()
    }

    func timerExpired(_ token: TimerToken) {
        timer = .none
        timerTime = .distantFuture
        handOverIfIdle()
        releaseHeldIfRoom()
        wakeWhenDue()
    }

    /// While a transaction is under way there is still time to call rows back.
    private func handOverIfIdle() {
        if writer.isBusy {
            writer.tellNextRound(to: shard.index)
            awaitsRound = writer.isBusy
            if awaitsRound { return }
        }
        handOver()
    }

    /// Gives the writer what is due, or `everything`; false where it cannot be taken before we have heard of a failure.
    @discardableResult
    func handOver(everything: Bool = false) -> Bool {
        guard !entries.isEmpty || !line.isEmpty else { return true }
        let now = shard.reactor.now
        while !line.isEmpty, line[0].isCalledBack || everything || line[0].due <= now {
            guard let waiting = line.popFirst() else { break }
            passed += 1
            guard !waiting.isCalledBack else { continue }
            let session = shard.session(waiting.session)
            if let entry = session.flatMap({ self.entry(for: waiting.sequence, of: $0, waiting.ticket) }) {
                // Its message may have gone meanwhile.
                writer.addPending(entry.weight - waiting.weight)
                entries.append(entry)
                entriesDue = min(entriesDue ?? now, now)
            } else {
                writer.removePending(waiting.weight)
                if let ticket = waiting.ticket { release(ticket) }
            }
        }
        guard !entries.isEmpty else { return true }
        guard writer.submit(Contribution(shard: shard.index, entries), epoch: epoch) else { return false }
        entries = []
        entriesDue = nil
        return true
    }

    private func callBack(_ place: UInt64, _ letGo: (CommitTicket) -> Void) {
        guard place > passed, place - passed <= line.count else { return }
        let index = Int(place - passed) - 1
        guard !line[index].isCalledBack else { return }
        line[index].isCalledBack = true
        writer.removePending(line[index].weight)
        let ticket = line[index].ticket
        line[index].ticket = nil
        while !line.isEmpty, line[0].isCalledBack {
            _ = line.popFirst()
            passed += 1
        }
        if let ticket { letGo(ticket) }
    }

    private func wakeWhenDue() {
        var time = entriesDue ?? .distantFuture
        if !line.isEmpty, !awaitsRound { time = min(time, line[0].due) }
        // Rows may be called back, and no transaction come.
        if !held.isEmpty { time = min(time, shard.reactor.now.advanced(by: storage.lazyDelay)) }
        guard time < timerTime else { return }
        if timerTime != .distantFuture { shard.reactor.cancel(timer) }
        timerTime = max(time, shard.reactor.now)
        timer = shard.reactor.schedule(self, at: timerTime)
    }

    // MARK: Answers

    /// Takes the writer's answers.
    func receive(_ answers: [StoreAnswer]) {
        for answer in answers {
            switch answer {
            case .stored(let part):
                for entry in part.entries { stored(entry) }
            case .refused(let part):
                isRefusing = true
                for entry in part.entries { refused(entry) }
            case .round(let round): finish(round)
            }
        }
        awaitsRound = false
        releaseHeldIfRoom()
        if !line.isEmpty, line[0].due <= shard.reactor.now { handOverIfIdle() }
        hook()
    }

    private func stored(_ entry: LedgerEntry) {
        writer.removePending(entry.weight)
        switch entry.completion {
        case .none: break
        case .share(let ticket): release(ticket)
        case .answer(let body): body(true)
        case .whenStored(let body): body()
        case .inbound(let handle, let key, let ticket):
            if shard.session(handle)?.pointee.key != key {
                note(LedgerEntry(change: .removeInbound(key, packetID: ticket.packetID)), isUrgent: false)
            }
            release(ticket)
        case .row(let handle, let key, let sequence, let ticket):
            let session = shard.session(handle)
            if let session, session.pointee.key == key {
                carryOut(session.pointee.outbound.stored(sequence), sequence, of: session, entry.message)
            } else {
                forget(sequence, of: key, entry.message)
            }
            if let ticket { release(ticket) }
        }
    }

    private func refused(_ entry: LedgerEntry) {
        writer.removePending(entry.weight)
        switch entry.completion {
        case .none, .whenStored: note(entry, isUrgent: false)
        case .share(let ticket):
            note(LedgerEntry(change: entry.change, message: entry.message), isUrgent: false)
            ticket.refuse()
            release(ticket)
        case .answer(let body):
            writer.countRefusal()
            body(false)
        case .inbound(_, _, let ticket):
            ticket.refuse()
            release(ticket)
        case .row(let handle, let key, let sequence, let ticket):
            ticket?.refuse()
            if let session = shard.session(handle), session.pointee.key == key {
                let isTheirs = ticket?.tellsPublisher == true
                let release = session.pointee.outbound.refused(sequence, mayGo: isTheirs)
                if !isTheirs, release == .again, let entry = self.entry(for: sequence, of: session, nil) {
                    // With what it was to be stored with, which is noted again too.
                    note(entry, isUrgent: true)
                } else {
                    carryOut(release, sequence, of: session, entry.message)
                }
            }
            if let ticket { release(ticket) }
        }
    }

    private func carryOut(
        _ release: OutboundQueue.Release,
        _ sequence: UInt64,
        of session: UnsafeMutablePointer<Session>,
        _ message: Message?
    ) {
        switch release {
        case .nothing: break
        case .gone: forget(sequence, of: session.pointee.key, message)
        case .again: store(sequence, of: session)
        case .next: shard.pump(session)
        case .pubrel(let packetID): shard.sendPubrel(packetID, to: session)
        }
    }

    private func finish(_ round: StoreRound) {
        epoch = round.epoch
        isRefusing = round.isFailing
        while !retainedWaiters.isEmpty, retainedWaiters[0].change <= round.retainedTried {
            guard let (change, ticket) = retainedWaiters.popFirst() else { break }
            if change > round.retainedStored { ticket.refuse() }
            release(ticket)
        }
        if !retainedWaiters.isEmpty { writer.tellNextRound(to: shard.index) }
    }

    // MARK: Bounds

    /// Whether so much waits for the disk that publishers must.
    var isOverfull: Bool { writer.pendingBytes > storage.maximumPendingBytes && !isRefusing }

    /// Does not read a publisher until there is room again.
    func holdBack(_ connection: ClientConnection) {
        held.append(connection)
        connection.hold(.storage)
        writer.tellNextRound(to: shard.index)
        hook()
    }

    private func releaseHeldIfRoom() {
        guard !held.isEmpty else { return }
        guard isRefusing || writer.pendingBytes <= storage.maximumPendingBytes / 2 else {
            return writer.tellNextRound(to: shard.index)
        }
        var waiting: ContiguousArray<ClientConnection> = []
        swap(&waiting, &held)
        for connection in waiting { connection.release(.storage) }
    }

    // MARK: Rows

    /// What to write for a row now; it is with the writer from here on.
    private func entry(
        for sequence: UInt64,
        of session: UnsafeMutablePointer<Session>,
        _ ticket: CommitTicket?
    ) -> LedgerEntry? {
        guard let version = session.pointee.outbound.version(of: sequence) else { return nil }
        _ = session.pointee.outbound.changeRow(sequence) { row in
            row.isUnderway = true
            row.isStale = false
            row.place = 0
        }
        let terms = version.delivery?.terms
        let stored = StoredDelivery(
            session: session.pointee.key,
            sequence: sequence,
            message: version.delivery?.message.id ?? 0,
            qos: version.qos,
            retain: terms?.retain ?? false,
            identifiers: terms.map { Array($0.identifiers) } ?? [],
            sharedFilter: terms.flatMap { terms in
                terms.group == .none ? nil : shard.subscriptions.read { tree, _ in tree.filter(of: terms.group) }
            },
            packetID: version.packetID,
            stage: version.stage
        )
        return LedgerEntry(
            change: .put(.delivery(stored)),
            message: version.delivery?.message,
            completion: .row(session.pointee.handle, session.pointee.key, sequence: sequence, ticket)
        )
    }
}

extension OutboundQueue.Version {
    /// The QoS of the exchange: QoS 2 where the receiver has the message already.
    fileprivate var qos: QoS { delivery?.qos ?? .exactlyOnce }
}
