import FoundationEssentials
import GRDB
import Registry

/// Who needed which superseded certificate.
enum RotationRows {
    static func open(_ superseded: Fingerprint, at now: Date, in database: Database) throws {
        let key = Data(superseded.bytes)
        try database.execute(sql: "DELETE FROM rotation WHERE superseded = ?", arguments: [key])
        try database.execute(
            sql: "INSERT INTO rotation (superseded, openedAt) VALUES (?, ?)",
            arguments: [key, now.milliseconds]
        )
    }

    static func add(
        _ tally: RotationTally,
        of last: Sighting,
        to superseded: Fingerprint,
        limit: Int,
        in database: Database
    ) throws {
        let key = Data(superseded.bytes)
        let client = last.client.stored
        var isListed = try renew(client, by: tally, of: last, under: key, in: database)
        if !isListed, let firstOld = tally.firstOld, let lastOld = tally.lastOld,
            try clientCount(key, in: database) < limit
        {
            let insertion = try database.cachedStatement(
                sql: """
                    INSERT INTO rotationClient
                        (superseded, client, commonName, address, serverName, count, firstNeeded, lastNeeded, lastUsedNew)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """
            )
            // Its row comes first: the client's refers to it.
            try database.execute(
                sql: """
                    INSERT INTO rotation (superseded, clientCount) VALUES (?, 1)
                    ON CONFLICT (superseded) DO UPDATE SET clientCount = clientCount + 1
                    """,
                arguments: [key]
            )
            try insertion.execute(arguments: [
                key, client, last.commonName, last.address, last.serverName, tally.old, firstOld.milliseconds,
                lastOld.milliseconds, tally.lastNew?.milliseconds,
            ])
            isListed = true
        }
        let totals = try database.cachedStatement(
            sql: """
                INSERT INTO rotation (superseded, oldCount, lastOld, newCount, lastNew, unlisted)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (superseded) DO UPDATE SET
                    oldCount = oldCount + excluded.oldCount, newCount = newCount + excluded.newCount,
                    lastOld = \(later("lastOld")), lastNew = \(later("lastNew")),
                    unlisted = unlisted + excluded.unlisted
                """
        )
        try totals.execute(arguments: [
            key, tally.old, tally.lastOld?.milliseconds, tally.new, tally.lastNew?.milliseconds,
            isListed ? 0 : tally.old,
        ])
    }

    static func report(on superseded: Fingerprint, limit: Int, in database: Database) throws -> RotationReport {
        let key = Data(superseded.bytes)
        let found = try Row.fetchOne(database, sql: "SELECT * FROM rotation WHERE superseded = ?", arguments: [key])
        let row = found.map { StoredRow($0, table: "rotation") }
        let pending = try Int.fetchOne(
            database,
            sql: "SELECT count(*) FROM rotationClient WHERE superseded = ? AND coalesce(lastUsedNew, 0) < lastNeeded",
            arguments: [key]
        )
        return RotationReport(
            superseded: superseded,
            openedAt: try row?.moment("openedAt"),
            oldConnections: Int(try row?.integer("oldCount") ?? 0),
            lastOld: try row?.moment("lastOld"),
            newConnections: Int(try row?.integer("newCount") ?? 0),
            lastNew: try row?.moment("lastNew"),
            clientCount: Int(try row?.integer("clientCount") ?? 0),
            pendingCount: pending ?? 0,
            clients: try clients(key, limit: limit, in: database),
            unlisted: Int(try row?.integer("unlisted") ?? 0)
        )
    }

    static func prune(before: Int64, in database: Database) throws {
        try database.execute(
            sql: """
                DELETE FROM rotation
                WHERE max(coalesce(openedAt, 0), coalesce(lastOld, 0), coalesce(lastNew, 0)) < ?
                """,
            arguments: [before]
        )
    }

    /// Counts a use for a client that is listed; tells whether it is.
    private static func renew(
        _ client: String,
        by tally: RotationTally,
        of last: Sighting,
        under key: Data,
        in database: Database
    ) throws -> Bool {
        let statement = try database.cachedStatement(
            sql: """
                UPDATE rotationClient SET
                    commonName = coalesce(:commonName, commonName), address = :address, serverName = :serverName,
                    count = count + :old,
                    lastNeeded = max(lastNeeded, coalesce(:lastOld, 0)),
                    lastUsedNew = nullif(max(coalesce(lastUsedNew, 0), coalesce(:lastNew, 0)), 0)
                WHERE superseded = :superseded AND client = :client
                """
        )
        try statement.execute(arguments: [
            "commonName": last.commonName, "address": last.address, "serverName": last.serverName,
            "old": tally.old, "lastOld": tally.lastOld?.milliseconds, "lastNew": tally.lastNew?.milliseconds,
            "superseded": key, "client": client,
        ])
        return database.changesCount > 0
    }

    private static func clientCount(_ key: Data, in database: Database) throws -> Int {
        let statement = try database.cachedStatement(sql: "SELECT clientCount FROM rotation WHERE superseded = ?")
        return try Int.fetchOne(statement, arguments: [key]) ?? 0
    }

    private static func clients(
        _ key: Data,
        limit: Int,
        in database: Database
    ) throws -> [RotationReport.Client] {
        try Row.fetchAll(
            database,
            sql: """
                SELECT * FROM rotationClient WHERE superseded = ?
                ORDER BY coalesce(lastUsedNew, 0) < lastNeeded DESC, lastNeeded DESC, client LIMIT ?
                """,
            arguments: [key, max(0, limit)]
        ).map { row in
            let row = StoredRow(row, table: "rotationClient")
            return RotationReport.Client(
                client: try row.sightedClient("client"),
                commonName: try row.optionalText("commonName"),
                address: try row.text("address"),
                serverName: try row.optionalText("serverName"),
                count: Int(try row.integer("count")),
                firstNeeded: try row.date("firstNeeded"),
                lastNeeded: try row.date("lastNeeded"),
                lastUsedNew: try row.moment("lastUsedNew")
            )
        }
    }

    /// The later of the stored time and the new one, either of which may be missing.
    private static func later(_ column: String) -> String {
        "nullif(max(coalesce(\(column), 0), coalesce(excluded.\(column), 0)), 0)"
    }
}
