import AdminAPI
import Foundation
import Logging
import MQTTBroker
import NIOCore
import Reactors
import Registry
import ServiceLifecycle

/// The admin API with all that it works with, on its socket and, where there is one, its address.
struct AdminComposition: Sendable {
    let configuration: Configuration
    let registry: OpenedRegistry
    let journals: NodeJournals
    let sightings: CurrentSightings
    let sessions: SessionEnding
    let reports: NodeReports
    let certificate: AdminCertificate?
    let logger: Logger

    var servers: [any Service] {
        var servers: [any Service] = [
            AdminServer(services: services, on: .socket(path: configuration.admin.socket), logger: logger)
        ]
        if let address = configuration.admin.address {
            servers.append(AdminServer(services: services, on: listener(at: address), logger: logger))
        }
        return servers
    }

    private func listener(at address: Reactors.SocketAddress) -> AdminListener {
        guard let certificate else { return .address(host: address.host, port: Int(address.port), front: nil) }
        return .address(host: address.host, port: Int(address.port)) { try certificate.handler() }
    }

    private var services: AdminServices {
        AdminServices(
            cluster: registry.control,
            limits: configuration.limits,
            uploads: CertificateUploads(sealedWith: registry.encryption),
            devices: registry.devices,
            jobs: registry.jobs,
            tokens: registry.tokens,
            users: registry.users,
            journals: AdminJournals(
                audit: registry.audit,
                events: journals.events,
                refusals: journals.refusals,
                sightings: sightings
            ),
            sessions: liveSessions,
            clients: BrokerClients(sessions.broker),
            node: reports
        )
    }

    private var liveSessions: LiveSessions {
        let broker = sessions.broker
        return LiveSessions(
            connected: { clientIDs in
                let connected = await broker.connected(among: clientIDs.map { ClientID($0) })
                return Set(connected.map(\.description))
            },
            end: { [sessions, control = registry.control] selection in
                await sessions.end(selection, in: control.current.state)
            }
        )
    }
}
