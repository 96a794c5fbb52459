import AdminAPI
import Foundation
import MQTTBroker
import MQTTCodec
import Reactors
import Registry

extension BrokerClients {
    /// The clients of a broker, with its times as the calendar has them.
    init(_ broker: Broker) {
        self.init(
            list: { query in
                let page = await broker.clients(
                    matching: ClientFilter(query),
                    limit: query.limit,
                    after: query.after.map { ClientID(bytes: $0) }
                )
                let calendar = MonotonicCalendar()
                return Matches(
                    clients: page.clients.map { ClientResource($0, calendar) },
                    next: page.next?.description
                )
            },
            find: { clientID in
                await broker.client(ClientID(clientID)).map { ClientResource($0, MonotonicCalendar()) }
            },
            subscriptions: { clientID in
                await broker.subscriptions(of: ClientID(clientID))?.map(SubscriptionResource.init)
            },
            disconnect: { clientID, order in
                await broker.dismiss(
                    ClientID(clientID),
                    reason: order.reason.code,
                    leaving: Leftovers(
                        retained: .keep,
                        session: order.session == .drop ? .drop : .keep,
                        will: order.will == .drop ? .drop : .send
                    )
                )
            }
        )
    }
}

/// The monotonic clock against the calendar's, as both are now.
private struct MonotonicCalendar {
    private let time = MonotonicTime.now()
    private let date = Date()

    func date(_ moment: MonotonicTime) -> Date {
        date.addingTimeInterval(moment.duration(since: time) / .seconds(1))
    }
}

extension ClientFilter {
    fileprivate init(_ query: ClientQuery) {
        self.init()
        state = query.state.map { $0 == .connected ? .connected : .waiting }
        prefix = query.prefix
        userName = query.userName
        accessPoint = query.accessPoint
        version = query.version?.codec
        address = query.address
        credential = query.fingerprint.flatMap { Credential($0) }
    }
}

extension ClientQuery.Version {
    fileprivate var codec: ProtocolVersion {
        switch self {
        case .v3_1: .v3_1
        case .v3_1_1: .v3_1_1
        case .v5: .v5
        }
    }
}

extension ClientDismissal.Reason {
    fileprivate var code: ReasonCode {
        switch self {
        case .administrative: .administrativeAction
        case .notAuthorized: .notAuthorized
        case .serverBusy: .serverBusy
        }
    }
}

extension ClientResource {
    fileprivate init(_ snapshot: ClientSnapshot, _ calendar: MonotonicCalendar) {
        self.init(clientID: snapshot.clientID.description, since: calendar.date(snapshot.since))
        fingerprint = snapshot.credential?.fingerprint?.hex
        let expiry = snapshot.sessionExpiryInterval
        sessionExpiryInterval = expiry == .max ? nil : Int(expiry)
        expiresAt = snapshot.expiresAt.map(calendar.date)
        hasWill = snapshot.hasWill
        willDueAt = snapshot.willDueAt.map(calendar.date)
        subscriptionCount = snapshot.subscriptionCount
        queuedMessages = snapshot.queuedMessages
        queuedBytes = snapshot.queuedBytes
        inFlightMessages = snapshot.inFlightMessages
        unreleasedMessages = snapshot.openInboundMessages
        if let client = snapshot.client { take(client) }
        traffic = snapshot.traffic.map { Traffic($0, unsentBytes: snapshot.unsentBytes) }
    }

    /// What only a connection has.
    private mutating func take(_ client: ConnectedClient) {
        state = ClientQuery.State.connected.rawValue
        address = "\(client.peer)"
        accessPoint = client.profile.accessPoint
        protocolVersion = "\(client.version)"
        tlsVersion = client.profile.tlsVersion
        serverName = client.profile.serverName
        userName = client.profile.userName
        commonName = client.profile.commonName
        organizationalUnit = client.profile.organizationalUnit
        cleanStart = client.cleanStart
        keepAlive = Int(client.keepAlive)
    }
}

extension ClientResource.Traffic {
    fileprivate init(_ traffic: ConnectionTraffic, unsentBytes: Int) {
        self.init(
            receivedMessages: traffic.receivedMessages,
            receivedBytes: traffic.receivedBytes,
            sentMessages: traffic.sentMessages,
            sentBytes: traffic.sentBytes,
            unsentBytes: unsentBytes
        )
    }
}

extension SubscriptionResource {
    fileprivate init(_ subscription: SubscriptionSnapshot) {
        self.init(
            filter: subscription.filter,
            qos: Int(subscription.qos.rawValue),
            noLocal: subscription.noLocal,
            retainAsPublished: subscription.retainAsPublished,
            identifier: subscription.identifier.map(Int.init)
        )
    }
}
