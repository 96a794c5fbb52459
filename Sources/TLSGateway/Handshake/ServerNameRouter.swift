import Credentials
import FoundationEssentials
import OpenSSL
import Registry

/// Answers a ClientHello: which certificate, which kind of proof, which versions, and what a session stays bound to.
///
/// Decides everything that depends on the server name in one place, before OpenSSL has chosen anything.
struct ServerNameRouter {
    let accessPoint: AccessPoint
    let mode: AuthenticationMode
    let cluster: PublishedCluster<ContextCatalog>
    /// What the cluster's certificates and CAs are prepared as for the connection's reactor.
    let contexts: ReactorContexts
    /// The clock that grace periods end by.
    let date: @Sendable () -> Date

    /// Routes by server name: exact over wildcard over default, or refuses.
    func route(
        _ hello: borrowing ClientHello,
        noting record: ConnectionRecord
    ) throws(Refusal) -> (HelloPolicy, ServerNameRoute) {
        let settings = cluster.state.settings
        let indication = hello.serverName.map { ServerNameIndication($0) } ?? .absent
        let choice = cluster.prepared.selection.choose(indication, unknown: accessPoint.unknownSNI, at: date())
        record.asked(for: indication.name, answered: choice)
        let group =
            switch choice {
            case .serve(let group, _): group
            case .refused(let refusal): throw Self.refusal(for: refusal)
            }
        guard let context = contexts.context(for: group) else { throw .noServerCertificate }
        let route = ServerNameRoute(group: group, name: indication.name)
        let authentication: ClientAuthentication =
            switch mode {
            case .oneWay: .none
            case .twoWay, .oneDeviceOneCertificate: .required(contexts.trust)
            }
        let policy = HelloPolicy(
            context: context,
            clientAuthentication: authentication,
            versions: settings.tls.versions,
            sessionBinding: SessionBinding(hashing: circumstances(of: route))
        )
        return (policy, route)
    }

    /// Everything whose change must force a full handshake: a session of one name, access point, mode, version range or
    /// set of CAs is none of another's.
    private func circumstances(of route: ServerNameRoute) -> [UInt8] {
        let settings = cluster.state.settings
        let facts: [String] = [
            route.group.description, route.name?.text ?? "", accessPoint.name, mode.rawValue,
            settings.tls.minimum.rawValue, settings.tls.maximum.rawValue, String(cluster.state.trustGeneration),
        ]
        // None of them contains a line feed, but an access point's name might: lengths keep them apart.
        return facts.flatMap { Array("\($0.utf8.count):\($0)\n".utf8) }
    }

    private static func refusal(for refusal: CertificateChoice.Refusal) -> Refusal {
        switch refusal {
        case .retired(let name): .serverNameRetired(name)
        case .unknown(let name): .serverNameUnknown(name)
        case .unnamed: .serverNameMissing
        case .malformed: .serverNameUnusable
        }
    }
}

/// Where a server name led.
struct ServerNameRoute {
    /// The slots of whose certificates one is shown.
    let group: SlotGroup
    /// The name as it was asked for, normalised; `nil` without one.
    let name: DomainName?
}
