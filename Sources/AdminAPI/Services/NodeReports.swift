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
