import Foundation
import Logging
import Registry

/// Begins the report of every rotation, so that it tells of this one alone.
struct RotationOpening: Sendable {
    let store: any SightingStore
    let logger: Logger

    /// The cluster has changed. Returns at once: the report begins a moment later.
    func changed(_ transition: ClusterTransition) {
        for superseded in transition.newlySuperseded {
            Task { [store, logger] in
                do {
                    try await store.openRotation(of: superseded, at: Date())
                } catch {
                    logger.error("rotation report not begun", metadata: ["reason": "\(error)"])
                }
            }
        }
    }
}

extension ClusterTransition {
    /// Certificates whose grace period has begun.
    fileprivate var newlySuperseded: Set<Fingerprint> { after.superseded.subtracting(before.superseded) }
}

extension ClusterState {
    fileprivate var superseded: Set<Fingerprint> {
        Set(slots.values.compactMap(\.superseded?.certificate)).union(supersededAuthorities.keys)
    }
}
