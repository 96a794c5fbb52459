/// What the node tells about itself.
package struct NodeReports: Sendable {
    /// What the node does now.
    package let status: @Sendable () -> NodeStatus
    package let readiness: @Sendable () -> Readiness
    /// The metrics, as the `Accept` header of the request wants them.
    package let metrics: @Sendable (_ accept: String?) -> MetricsAnswer
    /// Reads the configuration file again; throws a ``ReloadRefusal`` when the old configuration stays.
    package let reload: @Sendable () async throws -> ReloadReport

    package init(
        status: @escaping @Sendable () -> NodeStatus,
        readiness: @escaping @Sendable () -> Readiness,
        metrics: @escaping @Sendable (_ accept: String?) -> MetricsAnswer,
        reload: @escaping @Sendable () async throws -> ReloadReport
    ) {
        self.status = status
        self.readiness = readiness
        self.metrics = metrics
        self.reload = reload
    }
}

/// The metrics in one of the formats that Prometheus reads.
package struct MetricsAnswer: Sendable {
    /// The format, as the answer's content type.
    package let contentType: String
    /// The metrics.
    package let text: String

    package init(contentType: String, text: String) {
        self.contentType = contentType
        self.text = text
    }
}
