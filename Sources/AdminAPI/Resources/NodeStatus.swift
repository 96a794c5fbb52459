package import Foundation

/// What one node does now, as `GET /api/v1/status` tells it.
package struct NodeStatus: Codable, Hashable, Sendable {
    /// The node's name.
    package var name: String
    /// Sluice's version.
    package var version: String
    /// The OpenSSL library at run time.
    package var openSSL: String
    package var startedAt: Date
    package var accessPoints: [AccessPoint]
    package var connections: Connections
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

    package struct AccessPoint: Codable, Hashable, Sendable {
        package var name: String
        package var kind: String
        package var hostname: String
        /// The mode in force here; nil when it is the cluster's.
        package var mode: String?
        package var listeners: [Listener]

        package init(name: String, kind: String, hostname: String, mode: String?, listeners: [Listener]) {
            self.name = name
            self.kind = kind
            self.hostname = hostname
            self.mode = mode
            self.listeners = listeners
        }
    }

    package struct Listener: Codable, Hashable, Sendable {
        /// The bound address, with the port that was taken.
        package var address: String
        package var `protocol`: String

        package init(address: String, protocol: String) {
            self.address = address
            self.protocol = `protocol`
        }
    }

    /// Connections of devices, since the start.
    package struct Connections: Codable, Hashable, Sendable {
        package var open: Int
        package var accepted: Int
        package var refused: Int

        package init(open: Int, accepted: Int, refused: Int) {
            self.open = open
            self.accepted = accepted
            self.refused = refused
        }
    }

    /// What the built-in broker holds.
    package struct Broker: Codable, Hashable, Sendable {
        package var connectedClients: Int
        package var sessions: Int
        package var subscriptions: Int
        package var retainedMessages: Int

        package init(connectedClients: Int, sessions: Int, subscriptions: Int, retainedMessages: Int) {
            self.connectedClients = connectedClients
            self.sessions = sessions
            self.subscriptions = subscriptions
            self.retainedMessages = retainedMessages
        }
    }
}

/// The answer of `GET /api/v1/status`: the node, and the cluster as this node knows it.
package struct StatusResource: Codable, Hashable, Sendable {
    package var node: NodeStatus
    package var ready: Bool
    package var cluster: Cluster

    package struct Cluster: Codable, Hashable, Sendable {
        package var revision: UInt64
        package var mode: ModeResource
        package var tls: TLSResource
        package var defaultCertificateEnabled: Bool
        package var serverCertificates: Usage
        package var hostedCertificates: Int
        package var caCertificates: Usage
        package var activeCACertificates: Int
        /// The bound and registered certificates that end soon or have ended, in words.
        package var warnings: [String]
    }

    /// So many of so many.
    package struct Usage: Codable, Hashable, Sendable {
        package var count: Int
        package var limit: Int
    }
}

/// Whether a node can serve devices, and if not, why; the answer of `/readyz`.
package struct Readiness: Codable, Hashable, Sendable {
    /// Each thing that must hold, with the reason when it does not.
    package var checks: [Check]

    package init(checks: [Check]) {
        self.checks = checks
    }

    package var isReady: Bool { checks.allSatisfy { $0.problem == nil } }

    package struct Check: Codable, Hashable, Sendable {
        package var name: String
        /// Nil when all is well.
        package var problem: String?

        package init(name: String, problem: String?) {
            self.name = name
            self.problem = problem
        }
    }
}

/// What a reload of the configuration file did.
package struct ReloadReport: Codable, Hashable, Sendable {
    /// The settings whose value is another now.
    package var changes: [Change]
    /// Settings that changed in the file and take effect at the next start only.
    package var pendingRestart: [Change]

    package init(changes: [Change], pendingRestart: [Change]) {
        self.changes = changes
        self.pendingRestart = pendingRestart
    }

    package struct Change: Codable, Hashable, Sendable {
        package var setting: String
        /// Nil where the setting was not given.
        package var old: String?
        package var new: String?

        package init(setting: String, old: String?, new: String?) {
            self.setting = setting
            self.old = old
            self.new = new
        }
    }
}

/// Why a reload left the old configuration in force.
package struct ReloadRefusal: Error, Hashable, Sendable {
    /// One problem an entry, with its place.
    package var problems: [String]

    package init(problems: [String]) {
        self.problems = problems
    }
}
