package import Foundation
package import Registry

/// What the admin API works with; the composition root fills it in.
package struct AdminServices: Sendable {
    /// The one way to change the cluster.
    package let cluster: any ClusterAdministration
    /// How much the cluster may hold, as the cluster was told.
    package let limits: ClusterLimits
    /// Checks and seals what is uploaded.
    package let uploads: CertificateUploads
    /// The registry of client certificates.
    package let devices: DeviceControl
    /// Bulk imports into it.
    package let jobs: JobControl
    /// Who may do what over TCP.
    package let tokens: TokenDirectory
    /// The users of the one-way mode.
    package let users: UserDirectory
    /// What happened, is refused and was seen.
    package let journals: AdminJournals
    /// The sessions that devices have now.
    package let sessions: LiveSessions
    /// The clients of the built-in broker.
    package let clients: BrokerClients
    /// What the node tells about itself.
    package let node: NodeReports
    /// The clock of every rule that has to do with time.
    package let now: @Sendable () -> Date

    package init(
        cluster: any ClusterAdministration,
        limits: ClusterLimits,
        uploads: CertificateUploads,
        devices: DeviceControl,
        jobs: JobControl,
        tokens: TokenDirectory,
        users: UserDirectory,
        journals: AdminJournals,
        sessions: LiveSessions,
        clients: BrokerClients,
        node: NodeReports,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.cluster = cluster
        self.limits = limits
        self.uploads = uploads
        self.devices = devices
        self.jobs = jobs
        self.tokens = tokens
        self.users = users
        self.journals = journals
        self.sessions = sessions
        self.clients = clients
        self.node = node
        self.now = now
    }
}
