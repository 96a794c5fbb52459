/// A reactor on its way to rest: waits until its streams have ended or time is up.
final class Drain: TimerHandler {
    private var completion: (@Sendable () -> Void)?
    // The reactor holds the drain.
    private unowned let reactor: Reactor
    private var token = TimerToken.none

    private init(_ reactor: Reactor, completion: @escaping @Sendable () -> Void) {
        self.reactor = reactor
        self.completion = completion
    }

    /// Asks every stream to end and calls `completion` once when none is left or `deadline` has come. On the loop.
    static func begin(on reactor: Reactor, until deadline: MonotonicTime, completion: @escaping @Sendable () -> Void) {
        let drain = Drain(reactor, completion: completion)
        drain.token = reactor.schedule(drain, at: deadline)
        reactor.core.pointee.drain = drain
        for handler in reactor.core.pointee.slots.handlers { handler.reactorDrains() }
    }

    package func timerExpired(_ token: TimerToken) {
        complete()
    }

    /// The reactor is at rest, or must be taken for it.
    func complete() {
        reactor.cancel(token)
        let completion = exchange(&completion, with: nil)
        completion?()
    }
}
