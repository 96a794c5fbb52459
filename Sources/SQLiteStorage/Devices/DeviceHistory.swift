import FoundationEssentials
import GRDB
import Registry

/// The lines of the audit log about one client certificate.
enum DeviceHistory {
    static func page(
        _ database: Database,
        of fingerprint: Fingerprint,
        before cursor: Int64?,
        limit: Int
    ) throws -> AuditPage {
        let rows = try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM audit WHERE object = ? AND action LIKE ? AND sequence < ?
                ORDER BY sequence DESC LIMIT ?
                """,
            arguments: [fingerprint.hex, DeviceChange.auditPrefix + ".%", cursor ?? .max, limit + 1]
        )
        let entries = try rows.prefix(limit).map { try entry(StoredRow($0, table: "audit")) }
        return AuditPage(entries: entries, nextCursor: rows.count > limit ? entries.last?.sequence : nil)
    }

    private static func entry(_ row: StoredRow) throws -> AuditEntry {
        AuditEntry(
            sequence: try row.integer("sequence"),
            time: try row.date("time"),
            principal: try row.text("principal"),
            role: try row.text("role"),
            action: try row.text("action"),
            object: try row.text("object"),
            before: try facts("factsBefore", of: row),
            after: try facts("factsAfter", of: row),
            previousHash: try row.auditHash("previousHash"),
            hash: try row.auditHash("hash")
        )
    }

    private static func facts(_ column: String, of row: StoredRow) throws -> AuditFacts? {
        guard let json = try row.optionalText(column) else { return nil }
        guard let facts = AuditFacts(json: json) else { throw row.unreadable(column) }
        return facts
    }
}
