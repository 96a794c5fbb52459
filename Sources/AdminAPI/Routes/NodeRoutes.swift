import Foundation
import Hummingbird
import Registry

/// `/api/v1/status` and `/api/v1/reload`: the node, and the cluster as it knows it.
struct NodeRoutes {
    let services: AdminServices

    var routes: [Route] {
        [
            Route(.get, "status", .viewer, "Show how the node and the cluster are", answer: .json("Status")) { _ in
                try JSONResponse.make(status())
            },
            Route(
                .post,
                "reload",
                .operator,
                "Read the configuration file again",
                answer: .json("ReloadReport")
            ) { call in
                let report = try await services.node.reload()
                let names = (report.changes + report.pendingRestart).map(\.setting)
                try await services.note(
                    "configuration.reload",
                    of: "configuration",
                    call,
                    ["settings": names.joined(separator: " ")]
                )
                return try JSONResponse.make(report)
            },
        ]
    }

    private func status() -> StatusResource {
        let state = services.cluster.state
        let (limits, counts) = (services.limits, services.devices.counts)
        return StatusResource(
            node: services.node.status(),
            ready: services.node.readiness().isReady,
            cluster: StatusResource.Cluster(
                revision: state.revision,
                mode: ModeResource(state.settings),
                tls: TLSResource(state.settings.tls),
                defaultCertificateEnabled: state.defaultEnabled,
                serverCertificates: .init(count: state.boundCustomSlots.count, limit: limits.customServerCertificates),
                hostedCertificates: state.hosted.count,
                caCertificates: .init(count: state.authorities.count, limit: limits.authorities),
                activeCACertificates: state.activeAuthorities.count,
                clientCertificates: Dictionary(
                    uniqueKeysWithValues: ClientCertificateState.allCases.map { ($0.rawValue, counts.count($0)) }
                ),
                warnings: warnings(state, at: services.now())
            )
        )
    }

    private func warnings(_ state: ClusterState, at now: Date) -> [String] {
        let bound = state.slots.keys.sorted().compactMap { slot in
            state.certificate(in: slot).flatMap {
                warning("server certificate \($0.label) in \(slot)", $0.certificate, now)
            }
        }
        let authorities = state.activeAuthorities.compactMap { warning("CA \($0.label)", $0.certificate, now) }
        let modeless =
            state.settings.mode != .oneWay && state.activeAuthorities.isEmpty
            ? ["no CA is active: every device is refused in mode \(state.settings.mode)"] : []
        return bound + authorities + modeless
    }

    private func warning(_ what: String, _ certificate: CertificateDescription, _ now: Date) -> String? {
        switch certificate.validity(at: now) {
        case .valid: nil
        case .expiring: "\(what) expires at \(certificate.notAfter.timestamp)"
        case .expired: "\(what) expired at \(certificate.notAfter.timestamp)"
        case .notYetValid: "\(what) is valid only from \(certificate.notBefore.timestamp)"
        }
    }
}
