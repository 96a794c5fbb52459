package import struct FoundationEssentials.Date

/// What a change did, for people: the words, the command that takes it back, and what to watch out for.
package struct RegistryChangeSummary: Hashable, Sendable, CustomStringConvertible {
    /// One sentence without a final dot, such as `bound shop to custom-1 for mqtt.shop.test`.
    package let words: String
    /// The command line that undoes it; `nil` if nothing can.
    package let undo: String?
    /// Consequences that the operator may not have meant.
    package let warnings: [String]

    /// Describes a change.
    package init(_ words: String, undo: String?, warnings: [String] = []) {
        self.words = words
        self.undo = undo
        self.warnings = warnings
    }

    package var description: String { words }

    /// Describes several changes as one.
    init(joining summaries: [RegistryChangeSummary]) {
        let undos = summaries.compactMap(\.undo).reversed()
        self.init(
            summaries.map(\.words).joined(separator: "; "),
            undo: undos.count == summaries.count && !undos.isEmpty ? undos.joined(separator: " && ") : nil,
            warnings: summaries.flatMap(\.warnings)
        )
    }
}

/// One step of the cluster's history: the state before, the state after, and what happened between them.
package struct ClusterTransition: Hashable, Sendable {
    /// The state that the change was applied to.
    package let before: ClusterState
    /// The state that it made: one revision later, or the same if there was nothing to do.
    package let after: ClusterState
    /// What happened, for people.
    package let summary: RegistryChangeSummary
    /// What happened, for the audit log: each object that became another, in the order in which they did.
    package let records: [ClusterRecord]
    /// The registered CAs that were taken out, not replaced: no client certificate may be left of them.
    package let unregistered: Set<Fingerprint>
    /// The CAs that were replaced, each with the one that took its place: the records of its devices belong to that one now.
    package let replaced: [Fingerprint: Fingerprint]
    /// Who made it; `nil` as long as nobody has.
    package var principal: Principal?

    /// Whether there was anything to do.
    package var isChange: Bool { before.revision != after.revision }

    /// What the audit log gets, in the transaction that stores the step.
    package func auditDrafts(at now: Date, by principal: Principal) -> [AuditDraft] {
        records.map { record in
            AuditDraft(
                time: now,
                principal: principal,
                action: record.action,
                object: record.object,
                before: record.before,
                after: record.after
            )
        }
    }
}

/// What a change did to one object of the cluster.
package struct ClusterRecord: Hashable, Sendable {
    /// The kind of the object and the verb, such as `server-certificate.bind`.
    package let action: String
    /// What it was done to: a slot, a fingerprint, or the name of a setting.
    package let object: String
    /// The object's facts before; `nil` if it was not there.
    package let before: AuditFacts?
    /// The object's facts after; `nil` if it is gone.
    package let after: AuditFacts?
}
