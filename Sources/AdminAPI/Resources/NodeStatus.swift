package import Foundation

/// What one node does now, as `GET /api/v1/status` tells it.
package struct NodeStatus: Codable, Hashable, Sendable {
    /// The node's name.
    package var name: String
    /// Sluice's version.
    package var version: String
    /// The OpenSSL library at run time.
    package var openSSL: String
    /// When the process began.
    package var startedAt: Date
    /// The node's doors.
    package var accessPoints: [AccessPoint]
    /// Connections of devices.
    package var connections: Connections
    /// What the built-in broker holds.
    package var broker: Broker

    package init(
        name: String,
        version: String,
        openSSL: String,
        startedAt: Date,
        accessPoints: [AccessPoint],
        connections: Connections,
        broker: Broker
    ) {
        self.name = name
        self.version = version
        self.openSSL = openSSL
        self.startedAt = startedAt
        self.accessPoints = accessPoints
        self.connections = connections
        self.broker = broker
    }

    /// One door with its listeners.
    package struct AccessPoint: Codable, Hashable, Sendable {
        /// The name of the configuration file.
        package var name: String
        /// `public` or `vpc`.
        package var kind: String
        /// The CNAME target.
        package var hostname: String
        /// The mode in force here; nil when it is the cluster's.
        package var mode: String?
        /// What it listens on.
        package var listeners: [Listener]

        package init(name: String, kind: String, hostname: String, mode: String?, listeners: [Listener]) {
            self.name = name
            self.kind = kind
            self.hostname = hostname
            self.mode = mode
            self.listeners = listeners
        }
    }

    /// One listening socket.
    package struct Listener: Codable, Hashable, Sendable {
        /// The bound address, with the port that was taken.
        package var address: String
        /// `mqtts`, `mqtt`, `wss` or `ws`.
        package var `protocol`: String
        /// Where WebSockets begin; nil where there are none.
        package var path: String?
        /// The origins whose pages may begin them; nil when all may.
        package var origins: [String]?

        package init(address: String, protocol: String, path: String? = nil, origins: [String]? = nil) {
            self.address = address
            self.protocol = `protocol`
            self.path = path
            self.origins = origins
        }
    }

    /// Connections of devices, since the start.
    package struct Connections: Codable, Hashable, Sendable {
        /// Open now.
        package var open: Int
        /// Accepted by the kernel, admitted or not.
        package var accepted: Int
        /// Refused at any stage before the broker.
        package var refused: Int

        package init(open: Int, accepted: Int, refused: Int) {
            self.open = open
            self.accepted = accepted
            self.refused = refused
        }
    }

    /// What the built-in broker holds.
    package struct Broker: Codable, Hashable, Sendable {
        /// Clients connected now.
        package var connectedClients: Int
        /// Sessions, connected or kept.
        package var sessions: Int
        /// Subscriptions of all sessions.
        package var subscriptions: Int
        /// Retained messages.
        package var retainedMessages: Int

        package init(connectedClients: Int, sessions: Int, subscriptions: Int, retainedMessages: Int) {
            self.connectedClients = connectedClients
            self.sessions = sessions
            self.subscriptions = subscriptions
            self.retainedMessages = retainedMessages
        }
    }
}
