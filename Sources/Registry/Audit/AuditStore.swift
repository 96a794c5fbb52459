package import struct FoundationEssentials.Date

/// Which entries of the audit log are asked for; every condition that is given must hold.
package struct AuditQuery: Hashable, Sendable {
    /// The action, or the words before its dots: `ca-certificate` means all of `ca-certificate.…`.
    package var action: String?
    /// The principal as it prints.
    package var principal: String?
    /// The object exactly.
    package var object: String?
    /// Not before this moment.
    package var from: Date?
    /// Before this moment.
    package var until: Date?

    /// All entries, unless something is given.
    package init(
        action: String? = nil,
        principal: String? = nil,
        object: String? = nil,
        from: Date? = nil,
        until: Date? = nil
    ) {
        self.action = action
        self.principal = principal
        self.object = object
        self.from = from
        self.until = until
    }
}

/// Some entries of the audit log, the newest first.
package struct AuditPage: Hashable, Sendable {
    /// The entries.
    package let entries: [AuditEntry]
    /// Give this as `before` to read on; `nil` when nothing older matches.
    package let nextCursor: Int64?

    /// Gathers one page.
    package init(entries: [AuditEntry], nextCursor: Int64?) {
        self.entries = entries
        self.nextCursor = nextCursor
    }
}

/// What looking through the whole log came to.
package enum AuditVerification: Hashable, Sendable {
    /// Every entry is as it was written, up to the head.
    case intact(AuditHead)
    /// The first place where the log is not as it was written.
    case broken(AuditBreak)
}

/// The first place where the audit log is not as it was written.
package struct AuditBreak: Hashable, Sendable {
    /// The sequence at which it shows.
    package let sequence: Int64
    /// What was found there.
    package let finding: Finding

    /// How a log can differ from what was written.
    package enum Finding: Hashable, Sendable {
        /// The entry is not there, and later ones are.
        case missing(next: Int64)
        /// The entry's own hash does not fit what it says.
        case changed(stored: AuditHash, computed: AuditHash)
        /// The entry does not follow the one before it: it was put there from elsewhere.
        case unchained(previousHash: AuditHash, expected: AuditHash)
        /// The entry cannot be read at all.
        case unreadable(column: String)
        /// The log ends before its head.
        case truncated(last: Int64, head: AuditHead)
        /// The last entry is not the one that the head names.
        case headDiffers(found: AuditHash, head: AuditHead)
        /// The log goes on past its head.
        case beyondHead(head: AuditHead)
        /// The entry is not the one of which a note was taken.
        case noteDiffers(found: AuditHash?, noted: AuditHash)
    }

    /// Names a break.
    package init(sequence: Int64, finding: Finding) {
        self.sequence = sequence
        self.finding = finding
    }
}

/// The audit log: append-only, each entry sealed with the hash of the one before.
///
/// Found by `verify`: entries that were changed, removed, swapped or added behind the program's back, and an end that was
/// cut off (the head is kept beside the log). Not found: a log that was rewritten from some entry on **together with** its
/// head, by somebody who may write the database file and computes the hashes anew; and a database file put back as it
/// was earlier. Against both, note the head elsewhere from time to time (`verify` tells it, the log line of each start
/// too) and give it to `verify(against:)`: the entry noted must still be there with its hash.
package protocol AuditStore: Sendable {
    /// Adds an entry of its own: for what is done without a change of the registry, such as a reload.
    func append(_ draft: AuditDraft) async throws

    /// Matching entries, the newest first: at most `limit`, older than the cursor.
    func page(_ query: AuditQuery, before cursor: Int64?, limit: Int) async throws -> AuditPage

    /// How far the log reaches.
    func head() async throws -> AuditHead

    /// Looks through the whole log, oldest first; with a note of an earlier head, also that the log still holds it.
    /// Linear in its length, in pages, so that writers wait for none of it.
    func verify(against note: AuditHead?) async throws -> AuditVerification

    /// Every matching entry, oldest first, as fast as it is read and no faster.
    func export(_ query: AuditQuery) -> AsyncThrowingStream<AuditEntry, any Error>
}
