import FoundationEssentials
import GRDB
import Registry

/// The tombstones of deleted client certificates.
enum TombstoneRows {
    private static let table = "clientCertificateTombstone"

    static func tombstone(_ fingerprint: Fingerprint, in database: Database) throws -> Tombstone? {
        let statement = try database.cachedStatement(sql: "SELECT * FROM \(table) WHERE fingerprint = ?")
        return try Row.fetchOne(statement, arguments: [Data(fingerprint.bytes)]).map { try tombstone($0) }
    }

    static func page(_ database: Database, after cursor: Fingerprint?, limit: Int) throws -> [Tombstone] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM \(table) WHERE fingerprint > ? ORDER BY fingerprint LIMIT ?",
            // Every fingerprint comes after no bytes at all.
            arguments: [Data(cursor?.bytes ?? []), limit]
        ).map { try tombstone($0) }
    }

    static func put(_ tombstone: Tombstone, into database: Database) throws {
        try database.cachedStatement(
            sql:
                "INSERT OR REPLACE INTO \(table) (fingerprint, state, commonName, deletedAt, until) VALUES (?, ?, ?, ?, ?)"
        ).execute(arguments: [
            Data(tombstone.fingerprint.bytes), tombstone.state.rawValue, tombstone.commonName,
            tombstone.deletedAt.milliseconds, tombstone.until.milliseconds,
        ])
    }

    static func remove(_ fingerprint: Fingerprint, from database: Database) throws {
        try database.cachedStatement(sql: "DELETE FROM \(table) WHERE fingerprint = ?")
            .execute(arguments: [Data(fingerprint.bytes)])
    }

    static func removeEnded(before now: Date, limit: Int, from database: Database) throws -> [Fingerprint] {
        let ended = try Row.fetchAll(
            database,
            sql: "SELECT fingerprint FROM \(table) WHERE until < ? ORDER BY until LIMIT ?",
            arguments: [now.milliseconds, limit]
        ).map { try StoredRow($0, table: table).fingerprint("fingerprint") }
        for fingerprint in ended { try remove(fingerprint, from: database) }
        return ended
    }

    private static func tombstone(_ row: Row) throws -> Tombstone {
        let row = StoredRow(row, table: table)
        return Tombstone(
            fingerprint: try row.fingerprint("fingerprint"),
            state: try row.parsed("state", ClientCertificateState.init(rawValue:)),
            commonName: try row.optionalText("commonName"),
            deletedAt: try row.date("deletedAt"),
            until: try row.date("until")
        )
    }
}
