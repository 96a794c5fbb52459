package import Foundation
package import Registry

/// `ClusterControl`, whatever it prepares for the data plane.
package protocol ClusterAdministration: Sendable {
    /// The snapshot in force.
    var state: ClusterState { get }
    /// Makes a change and tells what it did; with `expecting`, only while the cluster is at that revision.
    func apply(
        _ change: ClusterChange,
        at now: Date,
        by principal: Principal,
        expecting revision: UInt64?
    ) async throws(ClusterControlError) -> ClusterTransition
    /// Tells what a change would do.
    func rehearse(
        _ change: ClusterChange,
        at now: Date,
        by principal: Principal,
        expecting revision: UInt64?
    ) async throws(ClusterControlError) -> ClusterTransition
}

extension ClusterControl: ClusterAdministration {
    /// The snapshot in force.
    package var state: ClusterState { current.state }
}
