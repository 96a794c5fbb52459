import AdminAPI
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
    /// Throws what kept it from starting: a `StorageError`, `KeyEncryptionError`, `ClusterControlError`, `GatewayError`,
    /// `ReactorError`, `AdminSocket.Failure` or ``NodeError``.
    package func run() async throws {
        ProcessLimits.raiseDescriptorLimit()
        let registry = try await OpenedRegistry(configuration, logger: logger)
        let reactors = try ReactorGroup(count: configuration.node.reactors)
        let broker = Broker(configuration: configuration.broker, reactors: reactors)
        let gateway = try Gateway(
            accessPoints: configuration.accessPoints,
            settings: configuration.admission,
            reactors: reactors,
            cluster: registry.control,
            backend: EmbeddedBroker(broker),
            logger: logger
        )
        let devices = DeviceService(
            gateway: gateway,
            broker: broker,
            reactors: reactors,
            shutdown: configuration.shutdown,
            logger: logger
        )
        let reload = ConfigurationReload(configuration, logger: logger)
        let reports = NodeReports(
            status: { [startedAt, configuration] in
                NodeStatus(configuration, gateway: gateway, broker: broker, startedAt: startedAt)
            },
            readiness: { devices.readiness },
            metrics: {
                NodeMetrics(
                    gateway: gateway.statistics,
                    broker: broker.statistics,
                    cluster: registry.control.current.state,
                    configurationReloadSucceeded: reload.lastSucceeded,
                    version: SluiceVersion.current
                ).prometheusText
            },
            reload: { try reload.reload() }
        )
        // Stopped in reverse order: devices first, so that the admin API can be asked about it while they go.
        var services: [any Service] = [adminServer(registry, reports)]
        if let address = configuration.admin.address { services.append(healthServer(reports, at: address)) }
        services += [ReloadService(reload: reload), devices]
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

    private func adminServer(_ registry: OpenedRegistry, _ reports: NodeReports) -> AdminServer {
        AdminServer(
            services: AdminServices(
                cluster: registry.control,
                limits: configuration.limits,
                uploads: CertificateUploads(sealedWith: registry.encryption),
                node: reports
            ),
            socket: configuration.admin.socket,
            logger: logger
        )
    }

    private func healthServer(_ reports: NodeReports, at address: SocketAddress) -> HealthServer {
        HealthServer(node: reports, host: address.host, port: Int(address.port), logger: logger)
    }
}
