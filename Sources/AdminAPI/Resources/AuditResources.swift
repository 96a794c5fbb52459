package import Foundation
import Registry

/// One line of the audit log: who did what, when, and what it changed.
package struct AuditEntryResource: Codable, Hashable, Sendable {
    /// Its place in the log, from 1, without gaps.
    package var sequence: Int64
    /// When it was done, to the second.
    package var time: Date
    /// Who did it, such as `uid 0` or `token ci`.
    package var principal: String
    /// The role in which it was done.
    package var role: String
    /// What was done, such as `ca-certificate.deactivate`.
    package var action: String
    /// What it was done to.
    package var object: String
    /// The facts that the change took away.
    package var before: [String: String]?
    /// The facts that the change brought.
    package var after: [String: String]?
    /// The hash of the line before, 64 hexadecimal digits.
    package var previousHash: String
    /// SHA-256 over the line and the hash of the line before, 64 hexadecimal digits.
    package var hash: String

    init(_ entry: AuditEntry) {
        sequence = entry.sequence
        time = entry.time
        principal = entry.principal
        role = entry.role
        action = entry.action
        object = entry.object
        before = entry.before?.values
        after = entry.after?.values
        previousHash = entry.previousHash.description
        hash = entry.hash.description
    }
}

/// Whether the audit log is as it was written.
package struct AuditVerificationResource: Codable, Hashable, Sendable {
    /// Whether it is.
    package var intact: Bool
    /// How many lines it has; absent when it is broken.
    package var entries: Int64?
    /// The hash of its last line, to be noted elsewhere; absent when it is broken.
    package var headHash: String?
    /// The first line at which it is not as it was written.
    package var brokenAt: Int64?
    /// What was found there.
    package var finding: String?

    init(_ verification: AuditVerification) {
        switch verification {
        case .intact(let head):
            intact = true
            entries = head.sequence
            headHash = head.hash.description
        case .broken(let at):
            intact = false
            brokenAt = at.sequence
            finding = "\(at.finding)"
        }
    }
}
