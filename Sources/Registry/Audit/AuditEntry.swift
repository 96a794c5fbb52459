package import struct FoundationEssentials.Date

/// One line of the audit log, chained to the line before it.
package struct AuditEntry: Hashable, Sendable {
    /// Its place in the log, from 1, without gaps.
    package let sequence: Int64
    /// When it was done.
    package let time: Date
    /// Who did it, as a principal prints: `uid 0`, `token ci`, `device 3f2a…`.
    package let principal: String
    /// The role in which it was done.
    package let role: String
    /// What was done, such as `ca-certificate.deactivate`.
    package let action: String
    /// What it was done to.
    package let object: String
    /// The facts that the change took away.
    package let before: AuditFacts?
    /// The facts that the change brought.
    package let after: AuditFacts?
    /// The hash of the entry before; 32 zero bytes for the first.
    package let previousHash: AuditHash
    /// SHA-256 over `AuditCanonicalForm`.
    package let hash: AuditHash

    /// Gathers a stored row.
    package init(
        sequence: Int64,
        time: Date,
        principal: String,
        role: String,
        action: String,
        object: String,
        before: AuditFacts?,
        after: AuditFacts?,
        previousHash: AuditHash,
        hash: AuditHash
    ) {
        self.sequence = sequence
        self.time = time
        self.principal = principal
        self.role = role
        self.action = action
        self.object = object
        self.before = before
        self.after = after
        self.previousHash = previousHash
        self.hash = hash
    }
}

/// The SHA-256 that seals an entry of the audit log.
package struct AuditHash: Hashable, Sendable, CustomStringConvertible {
    /// The 32 bytes.
    package let bytes: [UInt8]

    /// Bytes of a SHA-256.
    package static let length = 32
    /// What stands before the first entry.
    package static let zero = AuditHash(checked: [UInt8](repeating: 0, count: length))

    /// `nil` for anything but 32 bytes.
    package init?(_ bytes: [UInt8]) {
        guard bytes.count == Self.length else { return nil }
        self.bytes = bytes
    }

    /// 64 hexadecimal digits of either case; `nil` for anything else.
    package init?(hex: String) {
        guard let fingerprint = try? Fingerprint(hex: hex) else { return nil }
        bytes = fingerprint.bytes
    }

    private init(checked bytes: [UInt8]) { self.bytes = bytes }

    package var description: String { Hexadecimal.text(bytes) }
}

/// How far the log reaches: enough, kept elsewhere, to notice later that the log was cut or written anew.
package struct AuditHead: Hashable, Sendable {
    /// The sequence of the last entry; 0 for an empty log.
    package let sequence: Int64
    /// The hash of the last entry.
    package let hash: AuditHash

    /// A log without entries.
    package static let empty = AuditHead(sequence: 0, hash: .zero)

    /// Names an entry by its place and hash.
    package init(sequence: Int64, hash: AuditHash) {
        self.sequence = sequence
        self.hash = hash
    }
}
