import AdminAPI
import Credentials
import Foundation
package import Logging
import MQTTBroker
import Reactors
import Registry
import ServiceLifecycle
import TLSGateway
import UnixSignals

/// One Sluice process: registry, reactors, broker, gateway and admin API put together and run until they are told to go.
///
/// `Configuration` → registry (SQLite, keys, prepared contexts) → reactors → broker → gateway → admin API.
package struct SluiceNode: Sendable {
    private let configuration: Configuration
    private let logger: Logger
    private let startedAt = Date()

    /// A node that does nothing until `run`.
    package init(configuration: Configuration, logger: Logger) {
        self.configuration = configuration
        self.logger = logger
    }

    /// Serves until SIGTERM or SIGINT, then drains; SIGHUP reads the configuration file again.
    ///
    /// Throws what kept it from starting: a `StorageError`, `StoreError`, `KeyEncryptionError`, `ClusterControlError`, `GatewayError`,
    /// `ReactorError`, `AdminSocket.Failure`, ``NodeError``, or what is wrong with a file of keys.
    package func run() async throws {
        ProcessLimits.raiseDescriptorLimit()
        let rules = try configuration.accessRules()
        let registry = try await OpenedRegistry(configuration, logger: logger)
        let materials = try NodeMaterials(configuration, registry, logger: logger)
        // Before anybody is served: a certificate that was renewed while the node was down is the one to begin with.
        await materials.watchers.readAll()

        let journals = NodeJournals(
            events: EventHub(startedAt: startedAt),
            refusals: RefusalJournal(),
            sightings: SightingJournal()
        )
        let instruments = NodeInstruments()
        let tokenExpiry = TokenExpiry()
        let reactors = try ReactorGroup(count: configuration.node.reactors)
        let store = try BrokerStore(configuration.durability, in: registry.directory, logger: logger)
        let observer = ObserverGroup([ClientWitness(journals.events, logger: logger), tokenExpiry])
        let broker = try store.broker(configuration.broker, reactors, observer: observer)
        rules?.warn(logger)
        broker.use(rules.map { AccessRules($0.file) })
        let storeWatch = BrokerStoreWatch(broker, logger: logger)
        let gateway = try Gateway(
            accessPoints: configuration.accessPoints,
            settings: configuration.admission,
            reactors: reactors,
            cluster: registry.control,
            identity: IdentityServices(
                devices: registry.devices,
                users: registry.users,
                tokens: { [keys = materials.tokenKeys] in keys?.current }
            ),
            backend: EmbeddedBroker(broker),
            observer: ConnectionWitness(journals, instruments),
            logger: logger
        )
        let sessions = SessionEnding(
            broker: broker,
            revokedDevices: configuration.broker.revokedDevices,
            chains: { registry.control.current.prepared.deviceChains },
            instruments: instruments,
            logger: logger
        )
        let succession = CASuccession(registry, logger: logger)
        observe(registry, sessions, RegistryWitness(journals.events, instruments), succession)
        materials.tokenKeys?.observe(sessions.renewed)

        let devices = DeviceService(
            gateway: gateway,
            broker: broker,
            reactors: reactors,
            shutdown: configuration.shutdown,
            logger: logger
        )
        let upkeep = NodeUpkeep(
            configuration,
            registry,
            journals,
            watchers: materials.watchers,
            succession: succession,
            logger: logger
        )
        let reload = ConfigurationReload(configuration, rules: rules, logger: logger) { broker.use($0) }
        let reports = NodeReports(
            status: { [startedAt, configuration] in
                NodeStatus(configuration, gateway: gateway, broker: broker, startedAt: startedAt)
            },
            readiness: {
                Readiness(
                    checks: [
                        devices.readiness, upkeep.storage.readiness, upkeep.revocationLists.readiness,
                        storeWatch.readiness,
                    ]
                )
            },
            metrics: { [startedAt] accept in
                let metrics = NodeMetrics(
                    gateway: gateway.statistics,
                    broker: broker.statistics,
                    store: store.figures(of: broker),
                    cluster: registry.control.current.state,
                    devices: registry.devices.counts,
                    unusableFiles: materials.watchers.problems,
                    configurationReloadSucceeded: reload.lastSucceeded,
                    startedAt: startedAt,
                    instruments: instruments
                )
                let format = MetricText(accept: accept)
                return MetricsAnswer(contentType: format.contentType, text: format.write(metrics.page.families))
            },
            reload: { try reload.reload() }
        )
        let admin = AdminComposition(
            configuration: configuration,
            registry: registry,
            journals: journals,
            sightings: CurrentSightings(store: registry.sightings, flush: upkeep.flush),
            sessions: sessions,
            reports: reports,
            certificate: materials.adminCertificate,
            logger: logger
        )
        // Stopped in reverse order: devices first, so that the admin API can be asked about it while they go, and what
        // they leave behind is still stored.
        try await run(
            admin.servers + upkeep.services + report(of: broker, gateway) + [
                EventRelay(events: journals.events, broker: broker, instruments: instruments),
                PeriodicTask(every: tokenExpiry.pause) { sessions.ended(tokenExpiry.takeEnded()) },
                PeriodicTask(every: BrokerStoreWatch.interval, storeWatch.look), ReloadService(reload: reload), devices,
            ]
        )
    }

    /// What the broker says of itself, if it is to say anything.
    private func report(of broker: Broker, _ gateway: Gateway) -> [any Service] {
        let interval = configuration.broker.systemInterval
        guard interval > .zero else { return [] }
        let report = BrokerReport(broker, gateway)
        return [PeriodicTask(every: interval, report.publish)]
    }

    /// Has every change of the registry end the sessions it ends, and told.
    private func observe(
        _ registry: OpenedRegistry,
        _ sessions: SessionEnding,
        _ witness: RegistryWitness,
        _ succession: CASuccession
    ) {
        let rotations = RotationOpening(store: registry.sightings, logger: logger)
        registry.devices.observe { changes in
            sessions.changed(changes)
            witness.changed(changes)
        }
        registry.devices.observeRefusals(witness.turnedDown)
        registry.users.observe(sessions.changed)
        registry.control.observe { transition in
            sessions.changed(transition)
            witness.changed(transition)
            rotations.changed(transition)
            succession.changed(transition)
        }
    }

    private func run(_ services: [any Service]) async throws {
        var group = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: [.sigterm, .sigint],
            logger: logger
        )
        // A client of the admin API that never hangs up must not hold the whole node.
        group.maximumGracefulShutdownDuration =
            configuration.shutdown.drainDelay + configuration.shutdown.deadline + .seconds(5)
        try await ServiceGroup(configuration: group).run()
    }
}
