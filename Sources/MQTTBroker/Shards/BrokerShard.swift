import MQTTCodec
import Reactors

/// The part of a broker that lives on one reactor: its sessions, their connections, and its memory of where topics go.
///
/// Everything here belongs to the reactor's thread but the counters. State that every message touches lies behind
/// pointers, where no access is checked for exclusivity; nothing is ever held `inout` across a call out.
// Sendable: used on its reactor's thread alone; other threads reach it by posting and by mail.
final class BrokerShard: EndOfTurnHandler, @unchecked Sendable {
    let index: Int
    let reactor: Reactor
    let configuration: BrokerConfiguration
    let limits: QueueLimits
    /// How fast a client may send.
    let paces: ClientPaces
    let subscriptions: SubscriptionIndex
    let retained: RetainedStore
    let sessionCount: SessionCount
    let counters = Counters()
    /// Told who comes and goes.
    let observer: (any BrokerObserver)?

    let slots: UnsafeMutablePointer<SlotArena<SessionSlot>>
    let credentials: UnsafeMutablePointer<CredentialIndex>
    let cache: UnsafeMutablePointer<MatchCache>
    let frames: UnsafeMutablePointer<FrameCache>
    let outbound: UnsafeMutablePointer<OutboundMail>
    /// Who may do what.
    let access: UnsafeMutablePointer<ShardAccess>
    /// How often each shared subscription has been served from here: whose turn it is.
    let turns: UnsafeMutablePointer<ContiguousArray<UInt32>>
    /// What must outlive the process; nil in a broker without a store.
    private(set) var ledger: ShardLedger?
    private let numbers: RecordNumbers

    var directory: [ClientID: UInt32] = [:]
    /// Connections whose publishers wait for a full link to another shard.
    var heldPublishers: ContiguousArray<ClientConnection> = []
    /// Connections that have had their share of this turn.
    private var resting: ContiguousArray<ClientConnection> = []
    /// How often each client id connects.
    var connectRates: ConnectRates
    /// Wills that wait for their turn.
    var wills: WillQueue
    var isPacingWills = false
    private var nextGeneration: UInt32 = 1
    var isDraining = false
    private var drained: [@Sendable () -> Void] = []
    private var sweeper: RetainedSweeper?

    init(
        index: Int,
        reactor: Reactor,
        configuration: BrokerConfiguration,
        subscriptions: SubscriptionIndex,
        retained: RetainedStore,
        sessionCount: SessionCount,
        shardCount: Int,
        observer: (any BrokerObserver)? = nil,
        numbers: RecordNumbers = RecordNumbers()
    ) {
        self.index = index
        self.numbers = numbers
        self.reactor = reactor
        self.configuration = configuration
        self.subscriptions = subscriptions
        self.retained = retained
        self.sessionCount = sessionCount
        self.observer = observer
        limits = QueueLimits(
            messages: configuration.maximumQueuedMessages,
            bytes: configuration.maximumQueuedBytes,
            rule: configuration.queueFullRule
        )
        paces = ClientPaces(configuration)
        connectRates = ConnectRates(configuration.connectRate.pace())
        wills = WillQueue(configuration.willRate.pace(parts: shardCount))
        slots = .allocate(capacity: 1)
        slots.initialize(to: SlotArena())
        credentials = .allocate(capacity: 1)
        credentials.initialize(to: CredentialIndex())
        cache = .allocate(capacity: 1)
        cache.initialize(to: MatchCache(index: subscriptions, shard: UInt16(index)))
        frames = .allocate(capacity: 1)
        frames.initialize(to: FrameCache())
        outbound = .allocate(capacity: 1)
        outbound.initialize(to: OutboundMail())
        access = .allocate(capacity: 1)
        access.initialize(to: ShardAccess())
        turns = .allocate(capacity: 1)
        turns.initialize(to: [])
    }

    deinit {
        for slot in directory.values {
            let session = slots.pointee[slot].pointee.session
            session.deinitialize(count: 1)
            session.deallocate()
        }
        func free<Element: ~Copyable>(_ pointer: UnsafeMutablePointer<Element>) {
            pointer.deinitialize(count: 1)
            pointer.deallocate()
        }
        free(slots)
        free(credentials)
        free(cache)
        free(frames)
        free(outbound)
        free(access)
        free(turns)
    }

    /// Opens the links to the other shards; before any reactor uses the shard.
    func connect(to shards: [BrokerShard]) {
        var links: ContiguousArray<ShardLink?> = []
        for target in shards {
            let mark = configuration.crossShardHighWaterMark
            links.append(target === self ? nil : ShardLink(from: self, to: target, highWaterMark: mark))
        }
        outbound.pointee.connect(links)
    }

    /// Has what must outlive the process stored from now on; before any reactor uses the shard.
    ///
    /// - Returns: where the writer's answers go.
    func keep(by writer: StoreWriter) -> Mailbox<StoreAnswer> {
        let ledger = ShardLedger(self, writer)
        self.ledger = ledger
        // Sendable: the mailbox calls on the reactor that the shard belongs to.
        return Mailbox(reactor: reactor) { [weak self] answers in self?.ledger?.receive(answers) }
    }

    /// A number for a record of the store; 0 in a broker without one.
    @inline(__always)
    func recordNumber() -> UInt64 { ledger == nil ? 0 : numbers.next() }

    // MARK: Sessions

    /// Ends the connection of a client, if it is connected.
    func disconnect(_ clientID: ClientID, _ reason: ReasonCode) {
        guard let slot = directory[clientID] else { return }
        slots.pointee[slot].pointee.session.pointee.connection?.end(.withWill, telling: reason)
    }

    /// Whether a client is connected now.
    func isConnected(_ clientID: ClientID) -> Bool {
        guard let slot = directory[clientID] else { return false }
        return slots.pointee[slot].pointee.form.contains(.connected)
    }

    /// The client that is connected with the session of a slot.
    func client(inSlot slot: UInt32) -> ConnectedClient? {
        let slot = slots.pointee[slot]
        guard slot.pointee.generation != 0 else { return nil }
        return slot.pointee.session.pointee.connection?.client
    }

    /// The session a handle names, if it still is.
    func session(_ handle: SessionHandle) -> UnsafeMutablePointer<Session>? {
        guard handle.slot != 0, handle.slot < slots.pointee.end else { return nil }
        let slot = slots.pointee[handle.slot]
        return slot.pointee.generation == handle.generation ? slot.pointee.session : nil
    }

    /// The slot of a session.
    @inline(__always)
    func slot(of session: UnsafeMutablePointer<Session>) -> UnsafeMutablePointer<SessionSlot> {
        slots.pointee[session.pointee.handle.slot]
    }

    /// A new session; nil where the broker has as many as it may.
    func makeSession(_ clientID: ClientID) -> UnsafeMutablePointer<Session>? {
        guard sessionCount.take() else { return nil }
        return insertSession(clientID)
    }

    /// A session that the store has, past the bound if need be.
    func restoreSession(_ clientID: ClientID) -> UnsafeMutablePointer<Session> {
        sessionCount.add()
        return insertSession(clientID)
    }

    private func insertSession(_ clientID: ClientID) -> UnsafeMutablePointer<Session> {
        let session = UnsafeMutablePointer<Session>.allocate(capacity: 1)
        let generation = nextGeneration
        nextGeneration = nextGeneration == .max ? 1 : nextGeneration + 1
        let number = slots.pointee.insert(SessionSlot(generation: generation, session: session))
        let handle = SessionHandle(slot: number, generation: generation, shard: UInt16(index))
        session.initialize(
            to: Session(handle: handle, clientID: clientID, since: reactor.now, counters: counters)
        )
        directory[clientID] = number
        counters.add(.sessions)
        return session
    }

    /// Takes a session that has been emptied out of existence.
    func removeSession(_ session: UnsafeMutablePointer<Session>) {
        let number = session.pointee.handle.slot
        directory[session.pointee.clientID] = nil
        if session.pointee.credentialEntry != 0 { credentials.pointee.remove(session.pointee.credentialEntry) }
        slots.pointee[number].pointee.generation = 0
        slots.pointee.remove(number)
        session.deinitialize(count: 1)
        session.deallocate()
        sessionCount.giveBack()
        counters.add(.sessions, -1)
    }

    // MARK: Draining

    /// Ends every connection and calls `completion` when the last has closed.
    func drain(_ reason: ReasonCode, completion: @escaping @Sendable () -> Void) {
        isDraining = true
        drained.append(completion)
        for slot in directory.values {
            let connection = slots.pointee[slot].pointee.session.pointee.connection
            connection?.end(.atShutdown, telling: reason)
        }
        completeDrainIfIdle()
    }

    /// Connections whose streams have not closed yet.
    var openConnections = 0 {
        didSet { completeDrainIfIdle() }
    }

    private func completeDrainIfIdle() {
        guard isDraining, openConnections == 0 else { return }
        let waiting = drained
        drained = []
        for completion in waiting { completion() }
    }

    // MARK: Retained messages

    /// Has the memory of expired retained messages given back from now on.
    func sweepRetained() {
        if sweeper == nil { sweeper = RetainedSweeper(store: retained, reactor: reactor) }
    }

    // MARK: Turns

    func turnEnded() {
        outbound.pointee.flush()
    }

    /// Has the rest of a connection's input handled when everybody else has had a turn.
    func resumeInNextTurn(_ connection: ClientConnection) {
        resting.append(connection)
        guard resting.count == 1 else { return }
        reactor.post { [weak self] in self?.resumeResting() }
    }

    private func resumeResting() {
        let waiting = resting
        resting = []
        for connection in waiting { connection.release(.nextTurn) }
    }
}
