import Foundation
import Registry

extension NodeMetrics {
    /// When the certificates that are in use end, as seconds since 1970.
    func writeCertificates(to out: inout PrometheusText) {
        out.family("server_certificate_not_after_seconds", .gauge, "End of validity of the bound server certificates.")
        for slot in cluster.slots.keys.sorted() {
            guard let hosted = cluster.certificate(in: slot) else { continue }
            out.sample(
                "server_certificate_not_after_seconds",
                ["slot": "\(slot)"],
                hosted.certificate.notAfter.timeIntervalSince1970
            )
        }
        out.family("ca_certificate_not_after_seconds", .gauge, "End of validity of the active CAs.")
        for authority in cluster.activeAuthorities {
            out.sample(
                "ca_certificate_not_after_seconds",
                ["ca": authority.fingerprint.short],
                authority.certificate.notAfter.timeIntervalSince1970
            )
        }
    }
}
