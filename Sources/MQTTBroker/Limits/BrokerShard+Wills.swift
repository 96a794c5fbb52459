import Reactors

/// From a will that is due to its publication.
extension BrokerShard {
    /// Publishes a will now, or when its turn comes.
    func publishWill(_ will: DueWill, of clientID: ClientID) {
        let waitedBefore = wills.count
        if let will = wills.add(will, of: clientID, at: reactor.now) { publish(will) }
        guard wills.count > waitedBefore else { return }
        counters.add(.delayedWills)
        guard !isPacingWills else { return }
        isPacingWills = true
        _ = reactor.schedule(WillTimer(self), at: reactor.now.advanced(by: Self.interval))
    }

    /// Publishes what a client that comes again has left, so that it does not follow what the client says now.
    func publishWaitingWill(of clientID: ClientID) {
        if let will = wills.remove(of: clientID) { publish(will) }
    }

    fileprivate func publishNextWills() {
        isPacingWills = false
        while let will = wills.next(at: reactor.now) { publish(will) }
        guard wills.count > 0 else { return }
        isPacingWills = true
        _ = reactor.schedule(WillTimer(self), at: reactor.now.advanced(by: Self.interval))
    }

    /// Publishes a will now.
    func publish(_ will: DueWill) {
        will.message.withSource { source in
            guard mayPublish(source, by: will.access) else { return counters.dropped(.notAuthorized) }
            // [MQTT-3.1.2-14] [MQTT-3.1.2-15]
            if source.retain { _ = retain(source, publisher: will.publisher) }
            publish(source, from: will.client)
        }
    }

    private static var interval: Duration { .milliseconds(10) }
}

/// Has the next wills published.
private final class WillTimer: TimerHandler {
    private weak var shard: BrokerShard?

    init(_ shard: BrokerShard) {
        self.shard = shard
    }

    func timerExpired(_ token: TimerToken) {
        shard?.publishNextWills()
    }
}
