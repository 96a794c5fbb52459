package import Credentials
package import Foundation
package import Logging
package import Reactors
package import Registry
import Synchronization
package import WebSocket

/// The access points of a node: listens, admits devices, and hands them to a backend.
///
/// Runs on the reactors it is given; only passwords are checked on a few threads beside them. Changes of the cluster reach
/// it through `ClusterControl.current`, which each connection reads once, when it is accepted.
package final class Gateway: Sendable {
    private let reactors: ReactorGroup
    private let services: GatewayServices
    private let counters: [AccessPointCounters]
    private let entrances: [Entrance]
    private let listeners = Mutex<[Listener]?>(nil)

    /// A gateway that does not listen yet.
    ///
    /// - Parameters:
    ///   - accessPoints: with names that differ.
    ///   - settings: what is spent on peers that are not admitted yet.
    ///   - reactors: where connections live; started and stopped by the caller.
    ///   - cluster: certificates, CAs and settings, now and after every change.
    ///   - identity: knows devices, users and tokens.
    ///   - backend: takes over admitted clients.
    ///   - observer: hears of every admission and refusal.
    ///   - logger: gets one line per finished connection.
    ///   - date: the calendar's time, for what certificates say.
    /// - Throws: ``GatewayError/accessPointNamedTwice(_:)``.
    package init(
        accessPoints: [AccessPoint],
        settings: AdmissionSettings = AdmissionSettings(),
        reactors: ReactorGroup,
        cluster: ClusterControl<ContextCatalog>,
        identity: IdentityServices,
        backend: any Backend,
        observer: (any GatewayObserver)? = nil,
        logger: Logger,
        date: @escaping @Sendable () -> Date = { Date() }
    ) throws(GatewayError) {
        var names: Set<String> = []
        for accessPoint in accessPoints where !names.insert(accessPoint.name).inserted {
            throw .accessPointNamedTwice(accessPoint.name)
        }
        self.reactors = reactors
        services = GatewayServices(
            settings: settings,
            cluster: cluster,
            identity: identity,
            backend: backend,
            observer: observer,
            logger: logger,
            date: date
        )
        counters = accessPoints.map { AccessPointCounters(name: $0.name) }
        var entrances: [Entrance] = []
        for (accessPoint, counters) in zip(accessPoints, counters) {
            for endpoint in accessPoint.listeners {
                entrances.append(Entrance(endpoint, of: accessPoint, counters: counters, services: services))
            }
        }
        self.entrances = entrances
    }

    /// Binds every endpoint and begins to accept. Blocks for some system calls; all endpoints or none.
    ///
    /// - Throws: ``GatewayError/cannotListen(_:accessPoint:_:)``, ``GatewayError/startedAlready``.
    package func start() throws(GatewayError) {
        try listeners.withLock { listeners throws(GatewayError) in
            guard listeners == nil else { throw .startedAlready }
            var bound: [Listener] = []
            do throws(GatewayError) {
                for entrance in entrances { bound.append(try entrance.listen(on: reactors)) }
            } catch {
                for listener in bound { listener.close() }
                throw error
            }
            listeners = bound
        }
    }

    /// The endpoints with the ports they got; empty before `start`.
    package var endpoints: [BoundEndpoint] {
        let listeners = listeners.withLock { $0 } ?? []
        return zip(entrances, listeners).map { entrance, listener in
            BoundEndpoint(
                accessPoint: entrance.accessPoint.name,
                protocol: entrance.endpoint.protocol,
                webSocket: entrance.endpoint.webSocket,
                address: listener.boundAddress
            )
        }
    }

    /// Where an access point really listens.
    package struct BoundEndpoint: Hashable, Sendable {
        /// The access point's name.
        package let accessPoint: String
        /// What is spoken there.
        package let `protocol`: AccessPoint.EndpointProtocol
        /// Where WebSockets begin there, if it is their protocol.
        package let webSocket: UpgradeRules
        /// The address with its real port.
        package let address: SocketAddress
    }

    /// Stops accepting, and turns away whoever has not sent a CONNECT yet. Admitted clients are the backend's matter.
    ///
    /// Returns at once. Connections that wait in the kernel's queue are accepted and closed.
    package func drain() {
        services.drain()
        for listener in listeners.withLock({ $0 }) ?? [] { listener.close() }
    }

    /// What has been counted so far. Any thread.
    package var statistics: GatewayStatistics {
        var result = GatewayStatistics()
        result.openConnections = services.limits.openConnections
        result.authenticating = services.desk.waitingCount
        result.accessPoints = counters.map { $0.read() }
        result.serverNames = services.serverNames.read()
        return result
    }
}
