package import struct FoundationEssentials.Date

/// What an entry of the audit log will say: who did what to which object, and when; the log adds its number and the hashes.
///
/// Made where the change is decided, stored in the transaction that stores the change. Every text goes through
/// `AuditRedaction`, so that what looks like a secret never gets into the log; callers still name facts, never payloads.
package struct AuditDraft: Hashable, Sendable {
    /// When it was done; stored to the millisecond.
    package let time: Date
    /// Who did it.
    package let principal: Principal
    /// What was done: the kind of the object and the verb, such as `ca-certificate.deactivate`.
    package let action: String
    /// What it was done to, as people refer to it, such as `custom-1` or `3f2a…`.
    package let object: String
    /// The facts that the change took away; `nil` where there were none.
    package let before: AuditFacts?
    /// The facts that the change brought; `nil` where there are none.
    package let after: AuditFacts?

    /// The longest action and object in bytes of UTF-8; what is longer is cut, and says so.
    package static let maximumTextLength = 512

    /// Describes one change.
    package init(
        time: Date,
        principal: Principal,
        action: String,
        object: String,
        before: AuditFacts? = nil,
        after: AuditFacts? = nil
    ) {
        self.time = time
        self.principal = principal
        self.action = AuditRedaction.clean(action, limit: Self.maximumTextLength)
        self.object = AuditRedaction.clean(object, limit: Self.maximumTextLength)
        self.before = before
        self.after = after
    }
}
