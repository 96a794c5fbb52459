import Reactors

/// What the broker keeps of one client, connected or not. Lives at one address of its home shard until it ends.
struct Session: ~Copyable {
    let handle: SessionHandle
    let clientID: ClientID
    /// Those of the shard, which outlives it.
    private unowned(unsafe) let counters: Counters
    /// What rules know of its client; nil without rules, and for one whose client has not come since the start.
    var access: SessionAccess?
    /// What the store knows it by; 0 for one that ends with its connection, or without a store.
    var key = SessionKey(0)
    /// What the store has of its expiry.
    var storedExpiry = StoredExpiry()
    /// Its will in the store.
    var keptWill: KeptWill?
    /// SUBACKs that wait for the store: retained messages come after them.
    var pendingSubacks = 0
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
    var stateSince: MonotonicTime
    /// How often `SessionSlot.sentMessages` has wrapped on the present connection.
    var sentMessageWraps: UInt64 = 0

    /// Retained messages still to be sent.
    var replayBacklog: Int {
        var count = 0
        for index in 0..<replays.count { count += replays[index].remaining }
        return count
    }

    init(handle: SessionHandle, clientID: ClientID, since now: MonotonicTime, counters: Counters) {
        self.handle = handle
        self.clientID = clientID
        stateSince = now
        outbound = OutboundQueue(counters: counters)
        inbound = InboundWindow(counters: counters)
        self.counters = counters
    }

    deinit { counters.add(.openInboundMessages, -inbound.count) }
}

/// What the store has of a session's expiry.
struct StoredExpiry {
    var interval: UInt32 = 0
    var hasDeadline = false
}

/// A session's will as the store has it.
struct KeptWill {
    let id: UInt64
    /// Alive as long as the store has it.
    let message: Message
}
