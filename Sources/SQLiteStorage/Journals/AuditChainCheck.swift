import FoundationEssentials
import GRDB
import Registry

/// An entry of the audit log as it lies in the database: the texts that were hashed, untouched.
struct SealedRow: Sendable {
    /// Its place, if that can be read.
    let sequence: Int64
    /// What it says; or the column that cannot be read.
    let content: Result<Content, UnreadableColumn>

    struct Content: Sendable {
        let milliseconds: Int64
        let texts: AuditTexts
        let previousHash: AuditHash
        let hash: AuditHash
    }

    struct UnreadableColumn: Error {
        let name: String
    }

    static func fetch(after sequence: Int64, limit: Int, in database: Database) throws -> [SealedRow] {
        // From the beginning, also numbers that no entry has.
        let from = sequence == 0 ? Int64.min : sequence
        return try Row.fetchAll(
            database,
            sql: "SELECT * FROM audit WHERE sequence > ? ORDER BY sequence LIMIT ?",
            arguments: [from, limit]
        ).map(SealedRow.init)
    }

    private init(_ row: Row) {
        let stored = StoredRow(row, table: "audit")
        sequence = row["sequence"]
        do {
            content = .success(
                Content(
                    milliseconds: try stored.integer("time"),
                    texts: try AuditTexts(stored),
                    previousHash: try stored.auditHash("previousHash"),
                    hash: try stored.auditHash("hash")
                )
            )
        } catch {
            guard case .unreadableValue(_, let column)? = error as? StorageError else {
                content = .failure(UnreadableColumn(name: "?"))
                return
            }
            content = .failure(UnreadableColumn(name: column))
        }
    }
}

/// Follows the chain from entry to entry, up to the first that does not hold.
struct AuditChainCheck {
    /// The last entry that held.
    private(set) var last = AuditHead.empty
    private let note: AuditHead?

    init(note: AuditHead?) {
        self.note = note
    }

    /// Takes the next row; gives the break if it is one.
    mutating func follow(_ row: SealedRow) -> AuditBreak? {
        let expected = last.sequence + 1
        guard row.sequence >= expected else {
            return AuditBreak(sequence: row.sequence, finding: .unreadable(column: "sequence"))
        }
        guard row.sequence == expected else {
            return AuditBreak(sequence: expected, finding: .missing(next: row.sequence))
        }
        switch row.content {
        case .failure(let column):
            return AuditBreak(sequence: expected, finding: .unreadable(column: column.name))
        case .success(let content):
            return follow(content, at: expected)
        }
    }

    /// What it all came to, once there are no more rows.
    func finish(head: AuditHead?) -> AuditVerification {
        guard let head else {
            return .broken(AuditBreak(sequence: last.sequence, finding: .unreadable(column: "auditHead")))
        }
        if last.sequence < head.sequence {
            return .broken(
                AuditBreak(sequence: last.sequence + 1, finding: .truncated(last: last.sequence, head: head))
            )
        }
        if last.sequence > head.sequence {
            return .broken(AuditBreak(sequence: head.sequence + 1, finding: .beyondHead(head: head)))
        }
        if last.hash != head.hash {
            return .broken(AuditBreak(sequence: last.sequence, finding: .headDiffers(found: last.hash, head: head)))
        }
        if let note, note.sequence > last.sequence {
            return .broken(
                AuditBreak(sequence: note.sequence, finding: .noteDiffers(found: nil, noted: note.hash))
            )
        }
        return .intact(head)
    }

    private mutating func follow(_ content: SealedRow.Content, at sequence: Int64) -> AuditBreak? {
        guard content.previousHash == last.hash else {
            return AuditBreak(
                sequence: sequence,
                finding: .unchained(previousHash: content.previousHash, expected: last.hash)
            )
        }
        let computed = AuditRows.hash(
            after: content.previousHash,
            sequence: sequence,
            milliseconds: content.milliseconds,
            texts: content.texts
        )
        guard computed == content.hash else {
            return AuditBreak(sequence: sequence, finding: .changed(stored: content.hash, computed: computed))
        }
        if let note, note.sequence == sequence, note.hash != content.hash {
            return AuditBreak(sequence: sequence, finding: .noteDiffers(found: content.hash, noted: note.hash))
        }
        last = AuditHead(sequence: sequence, hash: content.hash)
        return nil
    }
}
