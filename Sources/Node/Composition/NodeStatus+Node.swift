import AdminAPI
import Foundation
import MQTTBroker
import OpenSSL
import Registry
import TLSGateway
import WebSocket

extension NodeStatus.Listener {
    /// A socket as it listens, with its real port.
    fileprivate init(_ endpoint: Gateway.BoundEndpoint) {
        let rules = endpoint.protocol.usesWebSocket ? endpoint.webSocket : nil
        let origins = rules?.origins.map(\.description) ?? []
        self.init(
            address: "\(endpoint.address)",
            protocol: endpoint.protocol.rawValue,
            path: rules?.path,
            origins: origins.isEmpty ? nil : origins
        )
    }
}

extension NodeStatus {
    /// What a node does at this moment.
    init(_ configuration: Configuration, gateway: Gateway, broker: MQTTBroker.Broker, startedAt: Date) {
        let traffic = gateway.statistics
        let sessions = broker.statistics
        let endpoints = gateway.endpoints
        self.init(
            name: configuration.node.name,
            version: SluiceVersion.current,
            openSSL: LibraryContext.version,
            startedAt: startedAt,
            accessPoints: configuration.accessPoints.map { accessPoint in
                AccessPoint(
                    name: accessPoint.name,
                    kind: accessPoint.kind.rawValue,
                    hostname: accessPoint.hostname.text,
                    mode: accessPoint.mode?.rawValue,
                    listeners: endpoints.filter { $0.accessPoint == accessPoint.name }
                        .map(Listener.init)
                )
            },
            connections: Connections(
                open: traffic.openConnections,
                accepted: traffic.accessPoints.map(\.accepted).reduce(0, +),
                refused: traffic.accessPoints.flatMap(\.refused.values).reduce(0, +)
            ),
            broker: Broker(
                connectedClients: sessions.connected,
                sessions: sessions.sessions,
                subscriptions: sessions.subscriptions,
                retainedMessages: sessions.retainedMessages
            )
        )
    }
}
