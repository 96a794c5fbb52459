import Credentials
import Foundation
import Logging
import Registry
import Synchronization

/// What all connections of one gateway share.
final class GatewayServices: Sendable {
    let settings: AdmissionSettings
    let limits: ConnectionLimits
    let cluster: ClusterControl<ContextCatalog>
    let backend: any Backend
    let serverNames = ServerNameCounters()
    let logger: Logger
    /// The calendar's time, for what certificates say.
    let date: @Sendable () -> Date
    private let draining = Atomic<Bool>(false)

    init(
        settings: AdmissionSettings,
        cluster: ClusterControl<ContextCatalog>,
        backend: any Backend,
        logger: Logger,
        date: @escaping @Sendable () -> Date
    ) {
        self.settings = settings
        limits = ConnectionLimits(settings)
        self.cluster = cluster
        self.backend = backend
        self.logger = logger
        self.date = date
    }

    /// Whether newcomers are sent away because the node shuts down.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func drain() { draining.store(true, ordering: .relaxed) }
}
