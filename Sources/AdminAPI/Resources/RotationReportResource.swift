package import Foundation
import Registry

/// Who still needed a replaced certificate, and whether its grace period can be closed.
package struct RotationReportResource: Codable, Hashable, Sendable {
    /// What was replaced and until when it works.
    package var grace: GraceResource
    /// `safe`, `unsafe`, `too_early`, `nobody_seen` or `too_many`.
    package var verdict: String
    /// The verdict in words.
    package var explanation: String
    /// Connections that needed the replaced certificate.
    package var oldConnections: Int
    /// Connections that did with its successor.
    package var newConnections: Int
    /// How many clients needed the replaced certificate.
    package var clientCount: Int
    /// How many of them have not come with its successor since.
    package var pendingCount: Int
    /// Clients that needed it: pending ones first, the last seen first; at most 100.
    package var clients: [Client]

    /// One client that needed the replaced certificate.
    package struct Client: Codable, Hashable, Sendable {
        /// Its client id, its certificate or its address, as far as it came.
        package var client: String
        /// The common name of its certificate.
        package var commonName: String?
        /// Where it last came from.
        package var address: String
        /// The server name that it asked for last.
        package var serverName: String?
        /// How often it needed the replaced certificate.
        package var count: Int
        /// When it last needed it.
        package var lastNeededAt: Date
        /// Whether it would be refused as things stand.
        package var pending: Bool
    }

    init(_ report: RotationReport, grace: GraceResource, at now: Date) {
        let verdict = report.verdict(at: now)
        self.grace = grace
        self.verdict = verdict.code
        explanation = verdict.description
        oldConnections = report.oldConnections
        newConnections = report.newConnections
        clientCount = report.clientCount
        pendingCount = report.pendingCount
        clients = report.clients.map { client in
            Client(
                client: client.client.description,
                commonName: client.commonName,
                address: client.address,
                serverName: client.serverName,
                count: client.count,
                lastNeededAt: client.lastNeeded,
                pending: client.isPending
            )
        }
    }
}
