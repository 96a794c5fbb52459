internal import CLinux
internal import Synchronization

/// One loop on one thread: waits for descriptors, timers and mail, and calls whoever asked for them.
///
/// Everything but `post`, mailboxes, `isCurrent` and `statistics` belongs to the loop's own thread; debug builds assert it.
/// Before the loop runs nothing is "on the loop": use `post`.
///
/// A turn, in order: mail · descriptors · streams with buffered input · timers · end-of-turn handlers · flush of every
/// stream written to in this turn.
// Sendable: `core` is touched by the loop's thread alone; all that other threads reach is atomic or behind a lock.
package final class Reactor: @unchecked Sendable {
    /// Its place in the group, from 0.
    package let index: Int

    let core: UnsafeMutablePointer<ReactorCore>
    let counters = ReactorCounters()
    private let epoll: Descriptor
    private let wakeUp: WakeUp
    private let clock: @Sendable () -> MonotonicTime
    private let thread = Atomic<UInt>(0)
    private let announced = Guarded(Announced())
    private let jobs = JobQueue()

    /// A reactor outside any group, to be driven by `turn`: for tests and tools. `clock` is read once per turn.
    package init(
        index: Int = 0,
        clock: @escaping @Sendable () -> MonotonicTime = { MonotonicTime.now() }
    ) throws(ReactorError) {
        let number = clinux_epoll_create()
        guard number >= 0 else { throw .callFailed(.epoll_create1, errno: -number) }
        epoll = Descriptor(adopting: number)
        wakeUp = try WakeUp()
        self.index = index
        self.clock = clock
        let result = clinux_epoll_control(
            epoll.number,
            CLINUX_ADD,
            wakeUp.descriptor.number,
            CLINUX_READABLE | CLINUX_EDGE_TRIGGERED,
            Watch.wakeUp.token
        )
        guard result == 0 else { throw .callFailed(.epoll_ctl, errno: -result) }
        core = .allocate(capacity: 1)
        core.initialize(to: ReactorCore(now: clock()))
    }

    deinit {
        core.deinitialize(count: 1)
        core.deallocate()
    }

    /// The time at which this turn began; the clock is read once per turn.
    package var now: MonotonicTime { core.pointee.now }

    /// Is the caller on this reactor's own thread?
    package var isCurrent: Bool { thread.load(ordering: .relaxed) == clinux_current_thread() }

    /// What this reactor has done so far. Any thread.
    package var statistics: ReactorStatistics {
        var snapshot = counters.snapshot
        snapshot.wakeUps = wakeUp.count
        return snapshot
    }

    /// Runs `job` on the loop, in the order posted. Any thread; rouses the reactor at most once per batch of jobs.
    /// A job posted to a reactor that has stopped is dropped.
    package func post(_ job: @escaping @Sendable () -> Void) {
        if jobs.append(job) { announce(jobs) }
    }

    // MARK: Timers

    /// Has `handler` called once at `time`, rounded up to a millisecond. The reactor keeps the handler until then, or until
    /// the token is cancelled.
    package func schedule(_ handler: any TimerHandler, at time: MonotonicTime) -> TimerToken {
        assert(isCurrent)
        return core.pointee.timers.schedule(handler, at: ReactorCore.deadlineTick(time))
    }

    /// Forgets a timer. A token whose timer fired, was cancelled, or never was, is ignored.
    package func cancel(_ token: TimerToken) {
        assert(isCurrent)
        _ = core.pointee.timers.cancel(token)
    }

    /// Has `handler` called once at the end of this turn, before streams are flushed. Asked for from an end-of-turn call,
    /// a stream's close or its drained call, it comes in the next turn, which then follows at once.
    package func atEndOfTurn(_ handler: any EndOfTurnHandler) {
        assert(isCurrent)
        core.pointee.turnHandlers.append(handler)
    }

    // MARK: Descriptors

    /// Keeps `handler` and gives it a name for events and errands; `setInterest` then has epoll watch its descriptor.
    func occupySlot(_ handler: any DescriptorHandler) -> Watch {
        assert(isCurrent)
        return core.pointee.slots.insert(handler)
    }

    /// Lets go of the handler; events for it in the present batch, and errands, are dropped.
    func vacateSlot(_ watch: Watch) {
        assert(isCurrent)
        _ = core.pointee.slots.remove(watch)
    }

    /// Has epoll watch a descriptor for something else, or for the first time. Returns 0 or the errno: ENOMEM, ENOSPC.
    func setInterest(_ interest: Readiness, of descriptor: Int32, _ watch: Watch, isNew: Bool) -> Int32 {
        assert(isCurrent)
        return -clinux_epoll_control(
            epoll.number,
            isNew ? CLINUX_ADD : CLINUX_MODIFY,
            descriptor,
            interest.rawValue,
            watch.token
        )
    }

    /// Takes a descriptor out of epoll; it keeps its slot.
    func silence(_ descriptor: Int32) {
        assert(isCurrent)
        _ = clinux_epoll_control(epoll.number, CLINUX_DELETE, descriptor, 0, 0)
    }

    /// Calls the handler's `continueWork` in the next turn, which then follows without waiting.
    func continueLater(_ watch: Watch) {
        core.pointee.continuing.append(watch)
    }

    /// Calls the handler's `settle` at the end of this turn.
    func settleAtEndOfTurn(_ watch: Watch) {
        core.pointee.unsettled.append(watch)
    }

    func streamCountChanged(by difference: Int) {
        core.pointee.streamCount += difference
        counters.streams.store(core.pointee.streamCount, ordering: .relaxed)
    }

    // MARK: Mail

    private struct Announced {
        var mail: [any Mail] = []
        var isClosed = false
    }

    /// A mailbox has its first message: look at it in the next turn. Any thread.
    @usableFromInline
    func announce(_ mail: any Mail) {
        let isOpen = announced.withLock { announced in
            if !announced.isClosed { announced.mail.append(mail) }
            return !announced.isClosed
        }
        if isOpen { wakeUp.rouse() }
    }

    private func deliverMail() {
        var batch = exchange(&core.pointee.spareMail, with: [])
        announced.withLock { swap(&$0.mail, &batch) }
        for mail in batch { mail.deliver() }
        batch.removeAll(keepingCapacity: true)
        core.pointee.spareMail = batch
    }

    /// Drops all mail, present and to come: nobody will read it.
    func closeMail() {
        jobs.close()
        _ = announced.withLock { announced in
            announced.isClosed = true
            return exchange(&announced.mail, with: [])
        }
    }

    // MARK: The loop

    /// Makes the calling thread the reactor's own and takes one turn. Waits for something to do when `mayWait`.
    package func turn(mayWait: Bool = false) {
        thread.store(clinux_current_thread(), ordering: .relaxed)
        var timeout = mayWait ? core.pointee.millisecondsToWait(clock) : 0
        if timeout != 0 && !wakeUp.fallAsleep() { timeout = 0 }
        let result = clinux_epoll_wait(epoll.number, core.pointee.events, Int32(ReactorCore.eventCapacity), timeout)
        let hasMail = wakeUp.awake()
        core.pointee.now = clock()
        counters.turns.wrappingAdd(1, ordering: .relaxed)

        let continuing = core.pointee.takeContinuing()
        if hasMail { deliverMail() }
        // A negative result is EINTR: a turn without events.
        if result > 0 { dispatchEvents(Int(result)) }
        for watch in continuing { core.pointee.slots[watch]?.continueWork() }
        core.pointee.giveBack(continuing: continuing)
        fireTimers()
        let turnHandlers = core.pointee.takeTurnHandlers()
        for handler in turnHandlers { handler.turnEnded() }
        let unsettled = core.pointee.takeUnsettled()
        for watch in unsettled { core.pointee.slots[watch]?.settle() }
        core.pointee.giveBack(unsettled: unsettled)
        if let drain = core.pointee.drain, core.pointee.streamCount == 0 { drain.complete() }
    }

    /// Runs the loop until `requestStop`, then ends every stream and lets go of everything.
    func run() {
        while !core.pointee.stopRequested { turn(mayWait: true) }
        shutDown()
    }

    /// Ends the loop after the present turn. On the loop.
    func requestStop() {
        assert(isCurrent)
        core.pointee.stopRequested = true
    }

    private func dispatchEvents(_ count: Int) {
        counters.events.wrappingAdd(count, ordering: .relaxed)
        for index in 0..<count {
            let event = core.pointee.events + index
            let watch = Watch(token: clinux_event_token(event))
            // Given up earlier in this batch: the generation no longer fits, and nobody is there.
            core.pointee.slots[watch]?.descriptorReady(Readiness(rawValue: clinux_event_readiness(event)))
        }
    }

    private func fireTimers() {
        core.pointee.timers.advance(to: ReactorCore.presentTick(core.pointee.now))
        while let (handler, token) = core.pointee.timers.popDue() { handler.timerExpired(token) }
    }

    private func shutDown() {
        // Mail can bring streams, and a stream's end can bring mail; a bounded number of rounds settles what there is.
        for _ in 0..<3 {
            deliverMail()
            for handler in core.pointee.slots.handlers { handler.reactorStops() }
            let turnHandlers = core.pointee.takeTurnHandlers()
            for handler in turnHandlers { handler.turnEnded() }
        }
        core.pointee.drain?.complete()
        core.pointee.drain = nil
        closeMail()
    }
}

/// Told once at the end of a turn it asked for with `Reactor.atEndOfTurn`.
package protocol EndOfTurnHandler: AnyObject {
    /// Called on the reactor when everything of the turn has been handled, before streams are flushed.
    func turnEnded()
}
