import Foundation
import Registry

extension NodeMetrics {
    /// When the certificates that are in use end, as seconds since 1970.
    func writeCertificates(to page: inout MetricPage) {
        page.family("server_certificate_not_after_seconds", .gauge, "End of validity of the bound server certificates.")
        for slot in cluster.slots.keys.sorted() {
            guard let hosted = cluster.certificate(in: slot) else { continue }
            page.sample(
                ["slot": "\(slot)"],
                hosted.certificate.notAfter.timeIntervalSince1970
            )
        }
        page.family("client_certificates", .gauge, "Registered client certificates, by state.")
        for state in ClientCertificateState.allCases {
            page.sample(["state": state.rawValue], devices.count(state))
        }
        page.family("certificate_grace_active", .gauge, "Replaced certificates that still work, server and CA.")
        page.sample(cluster.slots.values.count { $0.superseded != nil } + cluster.supersededAuthorities.count)
        page.family("ca_certificate_not_after_seconds", .gauge, "End of validity of the active CAs.")
        for authority in cluster.activeAuthorities {
            page.sample(
                ["ca": authority.fingerprint.short],
                authority.certificate.notAfter.timeIntervalSince1970
            )
        }
    }
}
