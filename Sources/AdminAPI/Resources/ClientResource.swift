package import Foundation

/// What the broker knows of one client. Of one that is not connected, all that only a connection has is absent.
package struct ClientResource: Codable, Hashable, Sendable {
    /// The client id.
    package var clientID: String
    /// `connected`, or `waiting`: the session waits for its client.
    package var state: String
    /// Since when it is so.
    package var since: Date
    /// Where it comes from, with the port.
    package var address: String?
    /// The access point that it came in by.
    package var accessPoint: String?
    /// `3.1`, `3.1.1` or `5.0`.
    package var protocolVersion: String?
    /// The TLS version; absent without TLS.
    package var tlsVersion: String?
    /// The server name that it asked for.
    package var serverName: String?
    /// The user name that was accepted.
    package var userName: String?
    /// The common name of its certificate.
    package var commonName: String?
    /// The organizational unit of its certificate.
    package var organizationalUnit: String?
    /// The certificate that it last proved itself with.
    package var fingerprint: String?
    /// Whether it asked for a new session.
    package var cleanStart: Bool?
    /// Seconds between its signs of life at most; 0 for none.
    package var keepAlive: Int?
    /// Seconds that its session outlives a connection; absent when it lasts.
    package var sessionExpiryInterval: Int?
    /// When its session ends unless it comes back; absent while it is connected, and when the session lasts.
    package var expiresAt: Date?
    /// Whether it has left a will that may still be sent.
    package var hasWill: Bool
    /// When the will is sent unless it comes back.
    package var willDueAt: Date?
    /// How many subscriptions it has.
    package var subscriptionCount: Int
    /// Messages that wait for it.
    package var queuedMessages: Int
    /// Bytes of those, and of those in flight to it.
    package var queuedBytes: Int
    /// Messages sent to it and not acknowledged.
    package var inFlightMessages: Int
    /// QoS 2 messages of it that it has not released.
    package var unreleasedMessages: Int
    /// What went over the present connection.
    package var traffic: Traffic?

    /// What went over one connection, after CONNECT.
    package struct Traffic: Codable, Hashable, Sendable {
        /// PUBLISH packets from it.
        package var receivedMessages: UInt64
        /// Bytes of all its packets.
        package var receivedBytes: UInt64
        /// PUBLISH packets to it.
        package var sentMessages: UInt64
        /// Bytes of all packets to it.
        package var sentBytes: UInt64
        /// Bytes of those that it has not read yet.
        package var unsentBytes: Int

        package init(
            receivedMessages: UInt64,
            receivedBytes: UInt64,
            sentMessages: UInt64,
            sentBytes: UInt64,
            unsentBytes: Int
        ) {
            self.receivedMessages = receivedMessages
            self.receivedBytes = receivedBytes
            self.sentMessages = sentMessages
            self.sentBytes = sentBytes
            self.unsentBytes = unsentBytes
        }
    }

    /// A session that waits, with nothing in it.
    package init(clientID: String, since: Date) {
        self.clientID = clientID
        self.since = since
        state = ClientQuery.State.waiting.rawValue
        hasWill = false
        subscriptionCount = 0
        queuedMessages = 0
        queuedBytes = 0
        inFlightMessages = 0
        unreleasedMessages = 0
    }

    /// Whether it has a connection.
    package var isConnected: Bool { state == ClientQuery.State.connected.rawValue }
}

/// One subscription of a client.
package struct SubscriptionResource: Codable, Hashable, Sendable {
    /// The filter as it was subscribed to, `$share/…` included.
    package var filter: String
    /// The highest QoS of a delivery.
    package var qos: Int
    /// Whether the client's own messages stay away.
    package var noLocal: Bool
    /// Whether the RETAIN flag comes as it was published.
    package var retainAsPublished: Bool
    /// The subscription identifier.
    package var identifier: Int?

    package init(filter: String, qos: Int, noLocal: Bool, retainAsPublished: Bool, identifier: Int?) {
        self.filter = filter
        self.qos = qos
        self.noLocal = noLocal
        self.retainAsPublished = retainAsPublished
        self.identifier = identifier
    }
}
