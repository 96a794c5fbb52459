internal import CLinux

/// The state of a reactor that only its own thread touches.
///
/// It lies behind a pointer and not in class properties because those pay a dynamic exclusivity check at every access. The
/// price: nobody may call out while holding one of its fields `inout`; lists are taken out before they are walked.
struct ReactorCore: ~Copyable {
    /// The most events taken from epoll in one turn; more wait for the next, in the kernel's fair order.
    static let eventCapacity = 256
    /// Nanoseconds per tick of the timer wheel.
    static let tick: UInt64 = 1_000_000
    /// The longest sleep, in milliseconds: epoll's timeout is a 32-bit number.
    private static let longestWait: UInt64 = 3_600_000

    var now: MonotonicTime
    var slots = SlotTable()
    var timers: TimerWheel
    var pool = BlockPool()
    let scratch = ReadScratch()
    let events: UnsafeMutablePointer<epoll_event>
    var continuing: [Watch] = []
    var unsettled: [Watch] = []
    var turnHandlers: [any EndOfTurnHandler] = []
    var spareMail: [any Mail] = []
    private var spareContinuing: [Watch] = []
    private var spareUnsettled: [Watch] = []
    var streamCount = 0
    var lingeringCount = 0
    var drain: Drain?
    var stopRequested = false

    init(now: MonotonicTime) {
        self.now = now
        timers = TimerWheel(startingAt: Self.presentTick(now))
        events = .allocate(capacity: Self.eventCapacity)
    }

    deinit {
        events.deallocate()
    }

    /// The tick in which `time` lies: a timer due in it may fire.
    static func presentTick(_ time: MonotonicTime) -> UInt64 { time.nanoseconds / tick }

    /// The first tick that begins at or after `time`, so that no timer fires early.
    static func deadlineTick(_ time: MonotonicTime) -> UInt64 {
        let (ticks, rest) = time.nanoseconds.quotientAndRemainder(dividingBy: tick)
        return rest == 0 ? ticks : ticks + 1
    }

    /// What to pass to epoll_wait: 0 when there is work already, -1 when only an event or mail can bring some.
    func millisecondsToWait(_ clock: () -> MonotonicTime) -> Int32 {
        guard continuing.isEmpty, unsettled.isEmpty, turnHandlers.isEmpty else { return 0 }
        guard let next = timers.nextTick else { return -1 }
        // The turn that just ended took time: `now` is old.
        let present = clock().nanoseconds
        let due = next.multipliedReportingOverflow(by: Self.tick)
        guard !due.overflow else { return Int32(Self.longestWait) }
        guard due.partialValue > present else { return 0 }
        return Int32(min((due.partialValue - present + Self.tick - 1) / Self.tick, Self.longestWait))
    }

    // Two arrays take turns, so that a list is at rest while it is walked and no turn allocates.

    mutating func takeContinuing() -> [Watch] {
        swap(&continuing, &spareContinuing)
        return exchange(&spareContinuing, with: [])
    }

    mutating func giveBack(continuing list: consuming [Watch]) {
        list.removeAll(keepingCapacity: true)
        spareContinuing = list
    }

    mutating func takeUnsettled() -> [Watch] {
        swap(&unsettled, &spareUnsettled)
        return exchange(&spareUnsettled, with: [])
    }

    mutating func giveBack(unsettled list: consuming [Watch]) {
        list.removeAll(keepingCapacity: true)
        spareUnsettled = list
    }

    mutating func takeTurnHandlers() -> [any EndOfTurnHandler] {
        exchange(&turnHandlers, with: [])
    }
}
