package import Foundation
import Registry

/// An occupied slot.
package struct ServerCertificateResource: Codable, Hashable, Sendable {
    /// `default` or `custom-N`.
    package var slot: String
    /// Whether it serves; only the default slot can be switched off.
    package var enabled: Bool
    /// Since when the slot serves the certificate.
    package var boundAt: Date
    /// What it serves.
    package var certificate: HostedCertificateResource
    /// What it served before and still serves to clients that refuse the new one; absent when no grace period is open.
    package var grace: GraceResource?

    init?(_ slot: ServerCertificateSlot, in state: ClusterState, at now: Date, withChain: Bool) {
        guard let binding = state.slots[slot], let hosted = state.certificate(in: slot) else { return nil }
        self.slot = slot.description
        enabled = slot.isCustom || state.defaultEnabled
        boundAt = binding.boundAt
        certificate = HostedCertificateResource(hosted, in: state, at: now, withChain: withChain)
        grace = GraceResource(of: slot, in: state, at: now)
    }
}
