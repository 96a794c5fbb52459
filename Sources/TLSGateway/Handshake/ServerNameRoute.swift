import Foundation
import OpenSSL
import Registry

/// Where a server name led.
struct ServerNameRoute {
    /// The certificates of which one is shown.
    let group: SlotGroup
    /// The name as it was asked for, normalised; `nil` without one.
    let name: DomainName?
    /// The grace period that is open for them.
    let rotation: Rotation?

    /// What a finished handshake tells about the grace period: did the client need what was replaced?
    func use(in session: TLSConnection) -> RotationUse? {
        guard let rotation else { return nil }
        let needed =
            if group.hasSuperseded, group.members.contains(where: { !$0.isSuperseded }),
                let shown = session.ownFingerprint
            {
                shown == rotation.superseded.bytes
            } else {
                group.preferred.isSuperseded
            }
        return RotationUse(superseded: rotation.superseded, neededOld: needed)
    }
}

/// A grace period as one connection sees it.
struct Rotation {
    /// How the client is known again if it refuses the new certificate.
    let key: RefusedChains.Key
    /// The certificate that was replaced.
    let superseded: Fingerprint
    /// When that one stops serving.
    let until: Date
}
