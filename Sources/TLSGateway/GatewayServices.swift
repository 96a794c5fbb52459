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
    let identity: IdentityServices
    let desk: IdentityDesk
    let refusedChains = RefusedChains()
    let backend: any Backend
    /// Hears of every admission and refusal; nobody needs to listen.
    let observer: (any GatewayObserver)?
    /// Which refusals at accept the observer hears of.
    let floodSample: ReportSample
    let serverNames = ServerNameCounters()
    let logger: Logger
    /// The calendar's time, for what certificates say.
    let date: @Sendable () -> Date
    private let draining = Atomic<Bool>(false)

    init(
        settings: AdmissionSettings,
        cluster: ClusterControl<ContextCatalog>,
        identity: IdentityServices,
        backend: any Backend,
        observer: (any GatewayObserver)?,
        logger: Logger,
        date: @escaping @Sendable () -> Date
    ) {
        self.settings = settings
        limits = ConnectionLimits(settings)
        self.cluster = cluster
        self.identity = identity
        desk = IdentityDesk(identity, settings)
        self.backend = backend
        self.observer = observer
        floodSample = ReportSample(perSecond: settings.reportedFloodsPerSecond)
        self.logger = logger
        self.date = date
    }

    /// Whether newcomers are sent away because the node shuts down.
    var isDraining: Bool { draining.load(ordering: .relaxed) }

    func drain() { draining.store(true, ordering: .relaxed) }
}
