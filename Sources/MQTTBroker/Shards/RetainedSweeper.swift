import Reactors

/// Gives back the memory of expired retained messages, a little every second.
final class RetainedSweeper: TimerHandler {
    private let store: RetainedStore
    private unowned let reactor: Reactor

    /// How often a part of the tree is looked at.
    private static let interval = Duration.seconds(1)
    /// Places of the tree looked at each time.
    private static let slotsPerSweep = 8192

    init(store: RetainedStore, reactor: Reactor) {
        self.store = store
        self.reactor = reactor
        schedule()
    }

    func timerExpired(_ token: TimerToken) {
        store.sweep(slots: Self.slotsPerSweep, at: reactor.now)
        schedule()
    }

    private func schedule() {
        _ = reactor.schedule(self, at: reactor.now.advanced(by: Self.interval))
    }
}
