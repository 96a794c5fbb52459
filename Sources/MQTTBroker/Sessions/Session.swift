import Reactors

/// What the broker keeps of one client, connected or not. Lives at one address of its home shard until it ends.
struct Session: ~Copyable {
    let handle: SessionHandle
    let clientID: ClientID
    /// Those of the shard, which outlives it.
    private unowned(unsafe) let counters: Counters
    /// What rules know of its client; nil without rules, and for one whose client has not come since the start.
    var access: SessionAccess?
    /// Where its client's credential is in the shard's `CredentialIndex`; 0 without one.
    var credentialEntry: UInt32 = 0
    var lifetime = SessionLifetime()
    var outbound: OutboundQueue
    var inbound: InboundWindow
    var subscriptions = SubscriptionList()
    /// Retained messages that a subscription has brought and that still wait to be sent.
    var replays = RingBuffer<RetainedReplay>()
    /// Set while connected to a client that takes aliases.
    var aliases: OutboundAliases?
    /// Set while connected.
    var connection: ClientConnection?
    /// Set while not connected and something is due.
    var timer: SessionTimer?
    /// Since when its client is connected, or is not.
    var stateSince = MonotonicTime(nanoseconds: 0)
    /// How often `SessionSlot.sentMessages` has wrapped on the present connection.
    var sentMessageWraps: UInt64 = 0

    /// Retained messages still to be sent.
    var replayBacklog: Int {
        var count = 0
        for index in 0..<replays.count { count += replays[index].remaining }
        return count
    }

    init(handle: SessionHandle, clientID: ClientID, counters: Counters) {
        self.handle = handle
        self.clientID = clientID
        outbound = OutboundQueue(counters: counters)
        inbound = InboundWindow(counters: counters)
        self.counters = counters
    }

    deinit { counters.add(.openInboundMessages, -inbound.count) }
}
