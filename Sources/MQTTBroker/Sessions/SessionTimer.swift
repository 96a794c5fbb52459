import Reactors

/// Wakes a session that is not connected when its will or its end is due.
final class SessionTimer: TimerHandler {
    private unowned let shard: BrokerShard
    private let session: SessionHandle
    private var token = TimerToken.none

    init(shard: BrokerShard, session: SessionHandle, at time: MonotonicTime) {
        self.shard = shard
        self.session = session
        token = shard.reactor.schedule(self, at: time)
    }

    /// Forgets what was due.
    func cancel() {
        shard.reactor.cancel(token)
    }

    func timerExpired(_ token: TimerToken) {
        shard.sessionDeadlinePassed(session)
    }
}
