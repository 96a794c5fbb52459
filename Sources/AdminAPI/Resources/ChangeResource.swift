import Registry

/// What a change did, or with `dryRun` would do.
package struct ChangeResource: Codable, Hashable, Sendable {
    /// Whether there was anything to do.
    package var changed: Bool
    /// Whether it was only rehearsed.
    package var dryRun: Bool
    /// The cluster's revision after the change.
    package var revision: UInt64
    /// One sentence without a final dot.
    package var summary: String
    /// The command line that takes it back; absent if nothing can.
    package var undo: String?
    /// Consequences that may not have been meant.
    package var warnings: [String]
    /// Fingerprints of the certificates that it was about.
    package var fingerprints: [String]

    init(_ transition: ClusterTransition, dryRun: Bool, fingerprints: [Fingerprint]) {
        changed = transition.isChange
        self.dryRun = dryRun
        revision = transition.after.revision
        summary = transition.summary.words
        undo = transition.summary.undo
        warnings = transition.summary.warnings
        self.fingerprints = fingerprints.map(\.hex)
    }
}
