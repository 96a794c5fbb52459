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
        rotation.map { RotationUse(superseded: $0.superseded, neededOld: showsOld($0, in: session)) }
    }

    /// The certificate that a handshake has shown; `nil` where one of several was shown to the session that it resumes.
    func shown(in session: TLSConnection, _ state: ClusterState) -> Fingerprint? {
        if group.others.isEmpty { return state.certificate(of: group.preferred)?.fingerprint }
        return session.isResumed ? nil : session.ownFingerprint.flatMap { try? Fingerprint($0) }
    }

    /// Whether it is the replaced certificate that a handshake shows.
    func showsOld(_ rotation: Rotation, in session: TLSConnection) -> Bool {
        guard group.hasSuperseded, group.members.contains(where: { !$0.isSuperseded }),
            let shown = session.ownFingerprint
        else { return group.preferred.isSuperseded }
        return shown == rotation.superseded.bytes
    }
}

/// A grace period as one connection sees it.
struct Rotation {
    /// How the client is known again if it refuses the new certificate.
    let key: RefusedChains.Key
    /// The certificate that was replaced.
    let superseded: Fingerprint
    /// Which chain it is shown first, and why.
    let showing: RefusedChains.Showing
    /// When that one stops serving.
    let until: Date
}
