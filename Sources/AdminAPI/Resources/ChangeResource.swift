import Registry

/// What a change did, or with `dryRun` would do.
package struct ChangeResource: Codable, Hashable, Sendable {
    /// Whether there was anything to do.
    package var changed: Bool
    /// Whether it was only rehearsed.
    package var dryRun: Bool
    /// The cluster's revision after the change; for what is no part of the cluster's state, the present one.
    package var revision: UInt64
    /// One sentence without a final dot.
    package var summary: String
    /// The command line that takes it back; absent if nothing can.
    package var undo: String?
    /// Consequences that may not have been meant.
    package var warnings: [String]
    /// Fingerprints of the certificates that it was about.
    package var fingerprints: [String]
    /// The live sessions that it ended; absent where it ends none.
    package var endedSessions: Int?
    /// Whom a new range of TLS versions would cut off; for that change alone, and only when it is rehearsed.
    package var cutOff: CutOffResource?

    /// A change of the cluster.
    init(_ transition: ClusterTransition, dryRun: Bool, fingerprints: [Fingerprint]) {
        changed = transition.isChange
        self.dryRun = dryRun
        revision = transition.after.revision
        summary = transition.summary.words
        undo = transition.summary.undo
        warnings = transition.summary.warnings
        self.fingerprints = fingerprints.map(\.hex)
    }

    /// A change of something beside the cluster's state.
    init(_ summary: String, changed: Bool = true, dryRun: Bool, revision: UInt64, undo: String? = nil) {
        self.changed = changed
        self.dryRun = dryRun
        self.revision = revision
        self.summary = summary
        self.undo = undo
        warnings = []
        fingerprints = []
    }
}
