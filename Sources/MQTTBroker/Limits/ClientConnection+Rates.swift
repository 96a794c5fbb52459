import MQTTCodec
import Reactors

/// Clients that send faster than they may.
extension ClientConnection {
    /// Counts the packet that was just read, and stops reading the client when that was more than its share.
    func keepPace(type: UInt8, bytes: Int) {
        guard state.pointee.session != nil else { return }
        let now = shard.reactor.now
        let isMessage = type == PacketType.publish.rawValue
        state.pointee.use.received(bytes: bytes, isMessage: isMessage, at: now, shard.paces)
        guard let time = state.pointee.use.heldUntil(at: now, shard.paces) else { return }
        guard shard.configuration.rateExceeded == .hold else {
            shard.counters.add(.rateDisconnects)
            return refuse(.messageRateTooHigh)
        }
        hold(.rate)
        // Not for each message anew: a share of a turn's length is waited for.
        let end = time.advanced(by: Self.share)
        state.pointee.rateTimer = shard.reactor.schedule(RateTimer(self), at: end)
    }

    /// Counts filters that were subscribed to or given up.
    func count(subscriptions: Int) {
        state.pointee.use.changed(subscriptions: subscriptions, at: shard.reactor.now, shard.paces)
    }

    /// How much more is waited for than is owed, so that a client that is held goes on by some messages at a time.
    private static let share = Duration.milliseconds(10)
}

/// Reads a client again when it may send again.
private final class RateTimer: TimerHandler {
    private weak var connection: ClientConnection?

    init(_ connection: ClientConnection) {
        self.connection = connection
    }

    func timerExpired(_ token: TimerToken) {
        connection?.release(.rate)
    }
}
