import FoundationEssentials
package import GRDB
import OpenSSL
package import Registry

/// The audit log's rows: written within the transaction of whatever they tell of.
package enum AuditRows {
    /// Adds entries to the log in their order; the caller's transaction stores them or takes them back.
    ///
    /// The log's head follows by a trigger of the table.
    package static func append(_ drafts: [AuditDraft], to database: Database) throws {
        guard !drafts.isEmpty else { return }
        var head = try readHead(database)
        for draft in drafts {
            head = try insert(draft, after: head, into: database)
        }
    }

    /// How far the log reaches, by its head row.
    static func readHead(_ database: Database) throws -> AuditHead {
        let rows = try StoredRow.fetchAll(database, table: "auditHead")
        guard let row = rows.first else {
            throw StorageError.unreadableValue(table: "auditHead", column: "id")
        }
        return AuditHead(sequence: try row.integer("sequence"), hash: try row.auditHash("hash"))
    }

    private static func insert(
        _ draft: AuditDraft,
        after head: AuditHead,
        into database: Database
    ) throws -> AuditHead {
        let sequence = head.sequence + 1
        let texts = AuditTexts(draft)
        let hash = hash(after: head.hash, sequence: sequence, milliseconds: draft.time.milliseconds, texts: texts)
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO audit (sequence, time, principal, role, action, object, factsBefore, factsAfter,
                                   previousHash, hash)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        try statement.execute(arguments: [
            sequence, draft.time.milliseconds, texts.principal, texts.role, texts.action, texts.object,
            texts.before, texts.after, Data(head.hash.bytes), Data(hash.bytes),
        ])
        return AuditHead(sequence: sequence, hash: hash)
    }

    /// The seal of one entry.
    static func hash(
        after previous: AuditHash,
        sequence: Int64,
        milliseconds: Int64,
        texts: AuditTexts
    ) -> AuditHash {
        let form = AuditCanonicalForm.bytes(
            previousHash: previous,
            sequence: sequence,
            milliseconds: milliseconds,
            texts: texts
        )
        // A SHA-256 has the length of an AuditHash.
        return AuditHash(SHA256.hash(form)) ?? .zero
    }
}

extension StoredRow {
    func auditHash(_ column: String) throws -> AuditHash {
        guard let hash = AuditHash(try bytes(column)) else { throw unreadable(column) }
        return hash
    }
}
