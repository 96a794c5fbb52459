import Foundation
import Logging
import MQTTBroker
import MQTTCodec
import Reactors
import Registry

/// Hears of every client from the broker, and tells it as an event.
final class ClientWitness: BrokerObserver {
    private let events: EventHub
    private let now: @Sendable () -> Date
    private let logger: Logger?

    init(_ events: EventHub, logger: Logger? = nil, now: @escaping @Sendable () -> Date = { Date() }) {
        self.events = events
        self.logger = logger
        self.now = now
    }

    func clientConnected(_ client: ConnectedClient) {
        let profile = client.profile
        events.publish(
            .clientConnected(
                at: now(),
                clientID: profile.clientID.description,
                accessPoint: profile.accessPoint,
                address: client.peer.host,
                serverName: profile.serverName,
                tlsVersion: profile.tlsVersion.flatMap(TLSProtocolVersion.init(rawValue:)),
                fingerprint: profile.credential?.fingerprint,
                userName: profile.userName,
                protocolVersion: "\(client.version)",
                cleanStart: client.cleanStart,
                keepAlive: Int(client.keepAlive),
                sessionPresent: client.sessionPresent
            )
        )
    }

    func clientConnectsTooOften(_ client: ClientProfile, from peer: SocketAddress) {
        logger?.warning(
            "client id connects too often and is refused for now; two devices may share it",
            metadata: [
                "client_id": "\(client.clientID)", "address": "\(peer.host)", "access_point": "\(client.accessPoint)",
            ]
        )
    }

    func clientDisconnected(
        _ client: ConnectedClient,
        because cause: DisconnectCause,
        after traffic: ConnectionTraffic
    ) {
        let span = MonotonicTime.now().duration(since: client.connectedAt)
        events.publish(
            .clientDisconnected(
                at: now(),
                clientID: client.profile.clientID.description,
                reason: cause.word,
                accessPoint: client.profile.accessPoint,
                seconds: Int(span.components.seconds),
                traffic: ClusterEventDraft.ClientTraffic(
                    receivedMessages: Int(clamping: traffic.receivedMessages),
                    receivedBytes: Int(clamping: traffic.receivedBytes),
                    sentMessages: Int(clamping: traffic.sentMessages),
                    sentBytes: Int(clamping: traffic.sentBytes)
                )
            )
        )
    }
}

extension DisconnectCause {
    /// The cause as events have it: stable words.
    var word: String {
        switch self {
        case .byClient(.normalDisconnection): "disconnect"
        case .byClient(let reason): "disconnect: \(reason)"
        case .connectionLost: "connection-lost"
        case .byBroker(.keepAliveTimeout): "keep-alive"
        case .byBroker(.sessionTakenOver): "taken-over"
        case .byBroker(.administrativeAction): "administrative"
        case .byBroker(.notAuthorized): "not-authorized"
        case .byBroker(.serverShuttingDown): "shutdown"
        case .byBroker(let reason): "protocol: \(reason)"
        }
    }
}
