package import Foundation
import Registry

/// A grace period: what was replaced, and until when it still works beside its successor.
package struct GraceResource: Codable, Hashable, Sendable {
    /// The facts of the certificate that was replaced.
    package var superseded: CertificateSummary
    /// The name that it was given.
    package var name: String?
    /// When it was replaced.
    package var since: Date
    /// From when on it works no more.
    package var until: Date

    /// The grace period of a slot at `now`; nil when none is open.
    init?(of slot: ServerCertificateSlot, in state: ClusterState, at now: Date) {
        guard let superseded = state.slots[slot]?.superseded(at: now), let old = state.hosted[superseded.certificate]
        else { return nil }
        self.superseded = CertificateSummary(old.certificate, at: now)
        name = old.name?.text
        since = superseded.since
        until = superseded.until
    }

    /// The grace period after which a CA stands alone, at `now`; nil when none is open.
    init?(of authority: RegisteredCA, in state: ClusterState, at now: Date) {
        guard
            let old = state.supersededAuthorities.values.first(where: {
                $0.replacedBy == authority.fingerprint && now < $0.until
            })
        else { return nil }
        superseded = CertificateSummary(old.ca.certificate, at: now)
        name = old.ca.name?.text
        since = old.since
        until = old.until
    }
}
