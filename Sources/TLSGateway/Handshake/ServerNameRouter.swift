import Credentials
import Foundation
import OpenSSL
import Registry

/// Answers a ClientHello: which certificate, which kind of proof, which versions, and what a session stays bound to.
///
/// Decides everything that depends on the server name in one place, before OpenSSL has chosen anything.
struct ServerNameRouter {
    let entrance: Entrance
    let mode: AuthenticationMode
    let cluster: PublishedCluster<ContextCatalog>
    /// What the cluster's certificates and CAs are prepared as for the connection's reactor.
    let contexts: ReactorContexts

    /// Routes by server name: exact over wildcard over default, or refuses. During a grace period the new chain goes
    /// first, and the old one to a client that has refused the new one.
    func route(
        _ hello: borrowing ClientHello,
        noting record: ConnectionRecord
    ) throws(Refusal) -> (HelloPolicy, ServerNameRoute) {
        let indication = hello.serverName.map { ServerNameIndication($0) } ?? .absent
        let (choice, rotation) = choose(indication, from: record.source, at: entrance.services.date())
        record.asked(for: indication.name, by: hello, answered: choice)
        let group =
            switch choice {
            case .serve(let group, _): group
            case .refused(let refusal): throw Self.refusal(for: refusal)
            }
        guard let context = contexts.context(for: group) else { throw .noServerCertificate }
        let route = ServerNameRoute(group: group, name: indication.name, rotation: rotation)
        let authentication: ClientAuthentication =
            switch mode {
            case .oneWay: .none
            case .twoWay, .oneDeviceOneCertificate: .required(contexts.trust)
            }
        let policy = HelloPolicy(
            context: context,
            clientAuthentication: authentication,
            versions: cluster.state.settings.tls.versions,
            sessionBinding: SessionBinding(hashing: circumstances(of: route)),
            applicationProtocols: entrance.endpoint.protocol.applicationProtocols
        )
        return (policy, route)
    }

    private func choose(
        _ indication: ServerNameIndication,
        from source: @autoclosure () -> NetworkAddress,
        at now: Date
    ) -> (CertificateChoice, Rotation?) {
        let (selection, policy) = (cluster.prepared.selection, entrance.accessPoint.unknownSNI)
        let choice = selection.choose(indication, unknown: policy, at: now)
        guard case .serve(let group, _) = choice, let binding = replacedBinding(of: group, at: now),
            let superseded = binding.superseded(at: now)
        else { return (choice, nil) }
        let key = RefusedChains.Key(source: source(), name: indication.name, certificate: binding.certificate)
        let showing = entrance.services.refusedChains.take(key, at: now)
        let rotation = Rotation(
            key: key,
            superseded: superseded.certificate,
            showing: showing,
            until: superseded.until
        )
        guard showing.isOld else { return (choice, rotation) }
        return (selection.choose(indication, unknown: policy, at: now, refusedCurrent: true), rotation)
    }

    /// The first of the slots that answer whose certificate was replaced and whose grace period is open.
    private func replacedBinding(of group: SlotGroup, at now: Date) -> SlotBinding? {
        for member in [group.preferred] + group.others {
            if let binding = cluster.state.slots[member.slot], binding.superseded(at: now) != nil { return binding }
        }
        return nil
    }

    /// Everything whose change must force a full handshake: a session of one name, certificate, access point, mode,
    /// version range or set of CAs is none of another's.
    private func circumstances(of route: ServerNameRoute) -> [UInt8] {
        let settings = cluster.state.settings
        var facts: [[UInt8]] = [
            Array((route.name?.text ?? "").utf8), Array(entrance.accessPoint.name.utf8), Array(mode.rawValue.utf8),
            Array(settings.tls.minimum.rawValue.utf8), Array(settings.tls.maximum.rawValue.utf8),
            Array(String(cluster.state.trustGeneration).utf8),
        ]
        for member in route.group.members {
            facts.append(cluster.state.certificate(of: member)?.fingerprint.bytes ?? [])
        }
        // Lengths keep them apart.
        return facts.flatMap { Array("\($0.count):".utf8) + $0 }
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
