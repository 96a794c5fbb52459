import FoundationEssentials
import GRDB
import Registry

/// The revocation lists' rows, one for each CA that has a list.
enum RevocationListRows {
    static func readAll(_ database: Database) throws -> [Fingerprint: RevocationList] {
        var lists: [Fingerprint: RevocationList] = [:]
        for row in try StoredRow.fetchAll(database, table: "revocationList") {
            lists[try row.fingerprint("ca")] = RevocationList(
                der: try row.bytes("der"),
                thisUpdate: try row.date("thisUpdate"),
                nextUpdate: try row.optionalDate("nextUpdate"),
                revokedCount: Int(try row.integer("revokedCount")),
                onStale: try row.parsed("onStale", RevocationList.StalePolicy.init(rawValue:)),
                source: try row.source("sourceFile")
            )
        }
        return lists
    }

    static func write(_ list: RevocationList?, of authority: Fingerprint, to database: Database) throws {
        let key = Data(authority.bytes)
        try database.execute(sql: "DELETE FROM revocationList WHERE ca = ?", arguments: [key])
        guard let list else { return }
        try database.execute(
            sql: """
                INSERT INTO revocationList (ca, der, thisUpdate, nextUpdate, revokedCount, onStale, sourceFile)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                key, Data(list.der), list.thisUpdate.milliseconds, list.nextUpdate?.milliseconds, list.revokedCount,
                list.onStale.rawValue, list.source.file,
            ]
        )
    }
}

extension MaterialSource {
    /// How it is stored: the file's path, or nothing for an upload.
    var file: String? {
        switch self {
        case .upload: nil
        case .file(let path): path
        }
    }
}

extension StoredRow {
    func source(_ column: String) throws -> MaterialSource {
        try optionalText(column).map(MaterialSource.file) ?? .upload
    }
}
