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
    /// What the node tells about itself.
    package let node: NodeReports
    /// The clock of every rule that has to do with time.
    package let now: @Sendable () -> Date

    package init(
        cluster: any ClusterAdministration,
        limits: ClusterLimits,
        uploads: CertificateUploads,
        node: NodeReports,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.cluster = cluster
        self.limits = limits
        self.uploads = uploads
        self.node = node
        self.now = now
    }
}

/// `ClusterControl`, whatever it prepares for the data plane.
package protocol ClusterAdministration: Sendable {
    /// The snapshot in force.
    var state: ClusterState { get }
    /// Makes a change and tells what it did; with a revision, only if the cluster is still there.
    func apply(
        _ change: ClusterChange,
        at now: Date,
        by principal: Principal,
        expecting revision: UInt64?
    ) async throws(ClusterControlError) -> ClusterTransition
    /// Tells what a change would do.
    func rehearse(
        _ change: ClusterChange,
        at now: Date,
        by principal: Principal,
        expecting revision: UInt64?
    ) async throws(ClusterControlError) -> ClusterTransition
}

extension ClusterControl: ClusterAdministration {
    /// The snapshot in force.
    package var state: ClusterState { current.state }
}

/// What the node tells about itself.
package struct NodeReports: Sendable {
    /// What the node does now.
    package let status: @Sendable () -> NodeStatus
    package let readiness: @Sendable () -> Readiness
    /// The metrics as Prometheus text.
    package let metrics: @Sendable () -> String
    /// Reads the configuration file again; throws a ``ReloadRefusal`` when the old configuration stays.
    package let reload: @Sendable () async throws -> ReloadReport

    package init(
        status: @escaping @Sendable () -> NodeStatus,
        readiness: @escaping @Sendable () -> Readiness,
        metrics: @escaping @Sendable () -> String,
        reload: @escaping @Sendable () async throws -> ReloadReport
    ) {
        self.status = status
        self.readiness = readiness
        self.metrics = metrics
        self.reload = reload
    }
}
