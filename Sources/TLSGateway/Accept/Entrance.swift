import Reactors
import Registry

/// One endpoint of an access point while the gateway runs: what every connection accepted there starts from.
final class Entrance: Sendable {
    let accessPoint: AccessPoint
    let endpoint: AccessPoint.Endpoint
    let counters: AccessPointCounters
    let services: GatewayServices

    init(
        _ endpoint: AccessPoint.Endpoint,
        of accessPoint: AccessPoint,
        counters: AccessPointCounters,
        services: GatewayServices
    ) {
        self.accessPoint = accessPoint
        self.endpoint = endpoint
        self.counters = counters
        self.services = services
    }

    /// How devices prove who they are here, by these settings of the cluster.
    func mode(in settings: ClusterSettings) -> AuthenticationMode {
        accessPoint.mode(at: endpoint.protocol, in: settings)
    }

    /// Begins to listen; every connection goes through ``Admission``.
    func listen(on reactors: ReactorGroup) throws(GatewayError) -> Listener {
        do {
            return try Listener(address: endpoint.address, on: reactors) { socket, reactor in
                Admission.begin(socket, on: reactor, at: self)
            }
        } catch {
            throw .cannotListen(endpoint.address, accessPoint: accessPoint.name, error)
        }
    }
}
