package import MQTTCodec

/// What happens to a message that finds a session's queue full (QoS 0 messages have made room before this is asked).
package enum QueueFullRule: String, Sendable, CaseIterable {
    /// The message that finds the queue full is dropped.
    case dropNew = "drop_new"
    /// The oldest message that waits is dropped in its favour.
    case dropOld = "drop_old"
}

/// What a client meets that publishes where it may not, and cannot be told by a reason code: at QoS 0, and before 5.0.
package enum DeniedPublish: String, Sendable, CaseIterable {
    /// The message is acknowledged and dropped.
    case ignore
    /// The connection is closed.
    case disconnect
}

/// Every bound of the broker, named once; a value is fixed for the life of a broker.
package struct BrokerConfiguration: Sendable {
    /// The largest packet a client may send, in bytes with its fixed header; told in CONNACK.
    package var maximumPacketSize = 1 << 20

    /// QoS 2 messages a client may have open towards the broker; told in CONNACK as Receive Maximum.
    package var receiveMaximum: UInt16 = 1024

    /// QoS 1 and 2 messages the broker has unacknowledged towards one client, if the client's Receive Maximum allows it.
    package var inFlightWindow: UInt16 = 256

    /// Messages that wait for one session, in flight ones not counted.
    package var maximumQueuedMessages = 1000

    /// Bytes (topics, properties and payloads) that wait for one session, in flight ones counted.
    package var maximumQueuedBytes = 16 << 20

    /// Which message goes when a queue is full.
    package var queueFullRule = QueueFullRule.dropNew

    /// Whether QoS 0 messages are kept for a persistent session that is not connected; they are the first to go.
    package var queuesQoS0WhileOffline = false

    /// Unsent bytes of one connection above which, until half have left, QoS 0 messages to it are dropped and others
    /// stay in its queue.
    package var writeHighWaterMark = 1 << 20

    /// Bytes on their way from one event loop to another above which the publishers of the first are not read.
    package var crossShardHighWaterMark = 8 << 20

    /// Filters one client may hold; more are refused with 0x97.
    package var maximumSubscriptionsPerClient = 30

    /// Levels and bytes of a topic or filter; more than `topicLevelCeiling` levels are never allowed.
    package var topics = TopicLimits(maximumLevels: 128, maximumLength: Text.maximumLength)

    /// Retained messages of the whole broker; more are refused with 0x97.
    package var maximumRetainedMessages = 1_000_000

    /// Bytes of all retained messages and of the tree that holds them; more are refused with 0x97.
    package var maximumRetainedBytes = 1 << 30

    /// Sessions of the whole broker, connected or kept; more are refused with 0x97.
    package var maximumSessions = 1_000_000

    /// The longest session expiry granted, in seconds; `UInt32.max` keeps a session for ever, as MQTT 3 clients ask.
    package var maximumSessionExpiry = UInt32.max

    /// The longest keep-alive granted, in seconds; told as Server Keep Alive. `nil` grants what is asked, none included.
    package var maximumKeepAlive: UInt16?

    /// The highest QoS the broker takes and grants; told in CONNACK.
    package var maximumQoS = QoS.exactlyOnce

    /// Whether messages may be retained; told in CONNACK.
    package var retainAvailable = true

    /// What becomes of messages that may not be published, where no reason code can tell.
    package var onDenied = DeniedPublish.ignore

    /// Topic aliases a client may use towards the broker; told in CONNACK.
    package var topicAliasMaximum: UInt16 = 32

    /// Topic aliases the broker uses towards a client that takes them.
    package var outboundTopicAliases: UInt16 = 32

    /// What a device leaves behind whose certificate was revoked or deleted.
    package var revokedDevices = Leftovers.ofRevoked

    /// How often the broker says on `$SYS/broker/…` how it is; zero for never.
    package var systemInterval = Duration.seconds(10)

    /// Messages that one client may publish; past it, `rateExceeded` says what becomes of it.
    package var messageRate = RateLimit.none

    /// Bytes that one client may send, packets of every kind; past it, as `messageRate`.
    package var byteRate = RateLimit.none

    /// Filters that one client may subscribe to and give up; past it, as `messageRate`. Each change costs every shard its
    /// memory of where topics go, so that there is a bound even if no other.
    package var subscriptionRate = RateLimit(1000, burst: 10_000)

    /// What becomes of a client that sends faster than it may.
    package var rateExceeded = RateExceeded.hold

    /// Connections that one client id may make; more are refused with 0x9F.
    package var connectRate = RateLimit(60, per: .seconds(60), burst: 120)

    /// Wills that the broker publishes when connections end; more wait for their turn, at most until their client comes
    /// again.
    package var willRate = RateLimit(2000, burst: 10_000)

    /// How long a connection that is being closed may take to read its last bytes.
    package var closeDeadline = Duration.seconds(5)

    /// The defaults.
    package init() {}

    /// The deepest topic the tree's recursion is allowed to walk, whatever is configured.
    package static let topicLevelCeiling = 1024
}
