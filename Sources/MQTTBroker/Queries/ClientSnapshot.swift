package import MQTTCodec
package import Reactors

/// What the broker knows of one client at one moment.
package struct ClientSnapshot: Sendable {
    /// The client id.
    package let clientID: ClientID
    /// Who is connected and how it came; nil while the session waits for its client.
    package let client: ConnectedClient?
    /// Since when it is connected, or not.
    package let since: MonotonicTime
    /// What the client last proved itself with, if it was a certificate.
    package let credential: Credential?
    /// Seconds that the session outlives a connection; `UInt32.max` for one that lasts.
    package let sessionExpiryInterval: UInt32
    /// When the session ends unless its client comes back; nil while connected, and for one that lasts.
    package let expiresAt: MonotonicTime?
    /// Whether a will waits to be sent, or would be if the connection broke.
    package let hasWill: Bool
    /// When the will is sent unless the client comes back; nil without a delay that runs.
    package let willDueAt: MonotonicTime?
    /// How many subscriptions it has.
    package let subscriptionCount: Int
    /// Messages that wait for it.
    package let queuedMessages: Int
    /// Bytes of those, and of those in flight to it.
    package let queuedBytes: Int
    /// Messages sent to it and not acknowledged.
    package let inFlightMessages: Int
    /// QoS 2 messages of it that it has not released.
    package let openInboundMessages: Int
    /// What went over the present connection; nil without one.
    package let traffic: ConnectionTraffic?
    /// Bytes written for it that it has not read yet.
    package let unsentBytes: Int
}

/// One subscription of a session.
package struct SubscriptionSnapshot: Hashable, Sendable {
    /// The filter as it was subscribed to, `$share/…` included.
    package let filter: String
    /// The highest QoS of a delivery.
    package let qos: QoS
    /// Whether the client's own messages stay away.
    package let noLocal: Bool
    /// Whether the RETAIN flag is forwarded as it was published.
    package let retainAsPublished: Bool
    /// The subscription identifier, if it has one.
    package let identifier: UInt32?
}

extension BrokerShard {
    /// What is known of the session that a handle names; nil when it has ended.
    func snapshot(of handle: SessionHandle) -> ClientSnapshot? {
        session(handle).map(snapshot)
    }

    /// What is known of a client; nil without a session.
    func snapshot(of clientID: ClientID) -> ClientSnapshot? {
        directory[clientID].map { snapshot(slots.pointee[$0].pointee.session) }
    }

    private func snapshot(_ session: UnsafeMutablePointer<Session>) -> ClientSnapshot {
        let connection = session.pointee.connection
        let entry = session.pointee.credentialEntry
        return ClientSnapshot(
            clientID: session.pointee.clientID,
            client: connection?.client,
            since: session.pointee.stateSince,
            credential: entry == 0 ? nil : credentials.pointee.credentials(of: entry).credential,
            sessionExpiryInterval: session.pointee.lifetime.expiryInterval,
            expiresAt: session.pointee.lifetime.expiresAt,
            hasWill: session.pointee.lifetime.hasWill,
            willDueAt: session.pointee.lifetime.willDueAt,
            subscriptionCount: session.pointee.subscriptions.count,
            queuedMessages: session.pointee.outbound.waitingCount,
            queuedBytes: session.pointee.outbound.byteCount,
            inFlightMessages: session.pointee.outbound.inFlightCount,
            openInboundMessages: session.pointee.inbound.count,
            traffic: connection?.traffic,
            unsentBytes: connection?.stream.queuedBytes ?? 0
        )
    }
}
