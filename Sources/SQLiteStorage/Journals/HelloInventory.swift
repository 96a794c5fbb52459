import FoundationEssentials
import GRDB
import Registry

/// The inventory of ClientHellos: the last one of each client.
enum HelloInventory {
    static func put(_ last: Sighting, offer: TLSOffer, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO hello (client, commonName, offer, tlsVersion, address, lastSeen) VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT (client) DO UPDATE SET
                    commonName = excluded.commonName, offer = excluded.offer, tlsVersion = excluded.tlsVersion,
                    address = excluded.address, lastSeen = excluded.lastSeen
                WHERE excluded.lastSeen >= lastSeen
                """
        )
        try statement.execute(arguments: [
            last.client.stored, last.commonName, offer.rawValue, last.tlsVersion?.rawValue, last.address,
            last.time.milliseconds,
        ])
    }

    static func cutOff(
        by range: TLSVersionRange,
        from: Date,
        limit: Int,
        in database: Database
    ) throws -> CutOffReport {
        let from = from.milliseconds
        let groups = try Row.fetchAll(
            database,
            sql: """
                SELECT offer, tlsVersion, count(*) AS clients, min(lastSeen) AS oldest FROM hello
                WHERE lastSeen >= ? GROUP BY offer, tlsVersion
                """,
            arguments: [from]
        ).map { try Group(StoredRow($0, table: "hello"), under: range) }
        func count(_ prospect: TLSOffer.Prospect?) -> Int {
            groups.filter { prospect == nil || $0.prospect == prospect }.reduce(0) { $0 + $1.clients }
        }
        var clients: [CutOffReport.Client] = []
        for prospect in [TLSOffer.Prospect.cutOff, .uncertain] {
            let concerned = groups.filter { $0.prospect == prospect }
            let room = max(0, limit) - clients.count
            clients += try fetch(concerned, prospect: prospect, from: from, limit: room, in: database)
        }
        return CutOffReport(
            seen: count(nil),
            cutOff: count(.cutOff),
            uncertain: count(.uncertain),
            clients: clients,
            since: groups.map(\.oldest).min()
        )
    }

    /// Clients that offered the same and got the same.
    private struct Group {
        let offer: TLSOffer
        let tlsVersion: TLSProtocolVersion?
        let clients: Int
        let oldest: Date
        let prospect: TLSOffer.Prospect

        init(_ row: StoredRow, under range: TLSVersionRange) throws {
            offer = try row.offer("offer")
            tlsVersion = try row.tlsVersion("tlsVersion")
            clients = Int(try row.integer("clients"))
            oldest = try row.date("oldest")
            prospect = offer.prospect(under: range, lastAgreed: tlsVersion)
        }
    }

    private static func fetch(
        _ groups: [Group],
        prospect: TLSOffer.Prospect,
        from: Int64,
        limit: Int,
        in database: Database
    ) throws -> [CutOffReport.Client] {
        guard !groups.isEmpty, limit > 0 else { return [] }
        let condition = groups.map { _ in "(offer = ? AND tlsVersion IS ?)" }.joined(separator: " OR ")
        var arguments: StatementArguments = [from]
        for group in groups { arguments += [group.offer.rawValue, group.tlsVersion?.rawValue] }
        return try Row.fetchAll(
            database,
            sql:
                "SELECT * FROM hello WHERE lastSeen >= ? AND (\(condition)) ORDER BY lastSeen DESC, client LIMIT \(limit)",
            arguments: arguments
        ).map { row in
            let row = StoredRow(row, table: "hello")
            return CutOffReport.Client(
                client: try row.sightedClient("client"),
                commonName: try row.optionalText("commonName"),
                offer: try row.offer("offer"),
                tlsVersion: try row.tlsVersion("tlsVersion"),
                address: try row.text("address"),
                lastSeen: try row.date("lastSeen"),
                prospect: prospect
            )
        }
    }
}

extension StoredRow {
    fileprivate func offer(_ column: String) throws -> TLSOffer {
        guard let bits = UInt8(exactly: try integer(column)), let offer = TLSOffer(rawValue: bits) else {
            throw unreadable(column)
        }
        return offer
    }
}
