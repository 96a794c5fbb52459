package import MQTTCodec

/// Why a message was not delivered; the raw value is the metric's label.
package enum DropReason: String, Sendable, CaseIterable {
    /// QoS 0 to a connection whose unsent bytes are over the high-water mark.
    case slowSubscriber = "slow_subscriber"
    /// The session's queue was full.
    case queueFull = "queue_full"
    /// The message's expiry interval ran out before it could be sent.
    case expired
    /// Larger than the receiver's maximum packet size.
    case packetTooLarge = "packet_too_large"
    /// QoS 0 to a session that is not connected.
    case notConnected = "not_connected"
    /// A message that its publisher may not publish, and could not be told so.
    case notAuthorized = "not_authorized"
    /// A retained message over the bound on retained messages: delivered, not kept.
    case retainedFull = "retained_full"
    /// The session ended with messages in its queue.
    case sessionEnded = "session_ended"
    /// Waited for a client that may no longer read its topic.
    case notReadable = "not_readable"
}

/// What a broker has done and holds, summed over its shards when asked for.
package struct BrokerStatistics: Sendable {
    /// Clients connected now.
    package var connected = 0
    /// Sessions, connected or kept.
    package var sessions = 0
    /// Subscriptions of all sessions.
    package var subscriptions = 0
    /// Those of them that are members of a shared subscription.
    package var sharedSubscriptions = 0
    /// Retained messages, the broker's own under `$SYS` not counted.
    package var retainedMessages = 0
    /// Bytes of those and of the places that they lie in, about.
    package var retainedBytes = 0
    /// Messages that wait in the queues of sessions.
    package var queuedMessages = 0
    /// Messages that were sent to clients and are not acknowledged.
    package var inFlightMessages = 0
    /// Bytes of both; a message for several sessions counts for each.
    package var queuedBytes = 0
    /// QoS 2 messages that clients have sent and not released yet.
    package var openInboundMessages = 0
    /// Messages that the process holds, each once however many wait for it; retained ones and `$SYS` included.
    package var heldMessages = 0
    /// Bytes of those.
    package var heldBytes = 0
    /// Connections that the broker took over from admission since it started.
    package var connections: UInt64 = 0
    /// Packets received by type, CONNECT included.
    package var received: [PacketType: UInt64] = [:]
    /// Packets sent by type.
    package var sent: [PacketType: UInt64] = [:]
    /// Bytes of the packets received after CONNECT.
    package var receivedBytes: UInt64 = 0
    /// Bytes of the packets sent.
    package var sentBytes: UInt64 = 0
    /// Payloads of the PUBLISH packets received.
    package var receivedPayloadBytes: UInt64 = 0
    /// Payloads of the PUBLISH packets sent.
    package var sentPayloadBytes: UInt64 = 0
    /// Sessions that ended because their expiry interval had run out.
    package var expiredSessions: UInt64 = 0
    /// Deliveries that did not happen, by reason.
    package var dropped: [DropReason: UInt64] = [:]
    /// Turns in which a publisher was held back by not reading its socket.
    package var publishersHeldBack: UInt64 = 0
    /// Messages that their publishers may not publish, whether or not they could be told.
    package var deniedPublishes: UInt64 = 0
    /// Filters that their clients may not subscribe to.
    package var deniedSubscriptions: UInt64 = 0
    /// Connections refused because their client may not publish its will.
    package var deniedWills: UInt64 = 0
    /// Times a client was not read for a while because it sent faster than it may.
    package var rateHolds: UInt64 = 0
    /// Connections ended because the client sent faster than it may.
    package var rateDisconnects: UInt64 = 0
    /// Connections refused because their client id connected too often.
    package var refusedConnects: UInt64 = 0
    /// Wills that waited for their turn because too many were due at once.
    package var delayedWills: UInt64 = 0
}
