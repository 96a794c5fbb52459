import Reactors

/// How fast one client may send, as one shard asks it after every packet.
struct ClientPaces {
    let messages: TokenBucket.Pace?
    let bytes: TokenBucket.Pace?
    let subscriptions: TokenBucket.Pace?
    /// Whether there is any bound at all.
    let areSet: Bool

    init(_ configuration: BrokerConfiguration) {
        messages = configuration.messageRate.pace()
        bytes = configuration.byteRate.pace()
        subscriptions = configuration.subscriptionRate.pace()
        areSet = messages != nil || bytes != nil || subscriptions != nil
    }
}

/// What one connection has used of the rates: 24 bytes.
struct ClientUse {
    private var messages = TokenBucket()
    private var bytes = TokenBucket()
    private var subscriptions = TokenBucket()

    /// The longest that a client is not read for one packet that it had no right to yet.
    static let longestHold = Duration.seconds(60)

    /// Counts a packet of so many bytes that was read.
    mutating func received(bytes count: Int, isMessage: Bool, at now: MonotonicTime, _ paces: ClientPaces) {
        if let pace = paces.bytes { bytes.charge(count, at: now, pace, atMost: Self.longestHold) }
        if isMessage, let pace = paces.messages { messages.charge(1, at: now, pace, atMost: Self.longestHold) }
    }

    /// Counts filters that were subscribed to or given up.
    mutating func changed(subscriptions count: Int, at now: MonotonicTime, _ paces: ClientPaces) {
        guard let pace = paces.subscriptions else { return }
        subscriptions.charge(count, at: now, pace, atMost: Self.longestHold)
    }

    /// When the client may send again; nil when it may now.
    func heldUntil(at now: MonotonicTime, _ paces: ClientPaces) -> MonotonicTime? {
        var latest: MonotonicTime?
        func consider(_ bucket: TokenBucket, _ pace: TokenBucket.Pace?) {
            guard let pace, let time = bucket.isOwing(at: now, pace) else { return }
            latest = max(latest ?? time, time)
        }
        consider(messages, paces.messages)
        consider(bytes, paces.bytes)
        consider(subscriptions, paces.subscriptions)
        return latest
    }
}
