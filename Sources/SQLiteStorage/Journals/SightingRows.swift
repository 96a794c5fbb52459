import FoundationEssentials
import GRDB
import Registry

/// Sightings as rows: of associations, hellos and rotations.
enum SightingRows {
    static func record(_ observation: SightingObservation, limits: SightingLimits, in database: Database) throws {
        let last = observation.last
        if let fingerprint = last.fingerprint, let clientID = last.clientID {
            try associate(fingerprint, with: clientID, last, limit: limits.clientsPerCertificate, in: database)
        }
        if let offer = last.offer { try HelloInventory.put(last, offer: offer, in: database) }
        for (superseded, tally) in observation.rotations {
            try RotationRows.add(tally, of: last, to: superseded, limit: limits.clientsPerRotation, in: database)
        }
    }

    static func clients(of certificate: Fingerprint, in database: Database) throws -> [AssociatedClient] {
        try Row.fetchAll(
            database,
            sql: "SELECT * FROM association WHERE certificate = ? ORDER BY lastSeen DESC, clientID",
            arguments: [Data(certificate.bytes)]
        ).map { row in
            let row = StoredRow(row, table: "association")
            return AssociatedClient(
                clientID: try row.text("clientID"),
                firstSeen: try row.date("firstSeen"),
                lastSeen: try row.date("lastSeen"),
                address: try row.text("address"),
                accessPoint: try row.text("accessPoint"),
                serverName: try row.optionalText("serverName"),
                tlsVersion: try row.tlsVersion("tlsVersion")
            )
        }
    }

    static func prune(before: Int64, limits: SightingLimits, in database: Database) throws {
        for (table, limit) in [("association", limits.associations), ("hello", limits.inventory)] {
            try database.execute(sql: "DELETE FROM \(table) WHERE lastSeen < ?", arguments: [before])
            let count = try Int.fetchOne(database, sql: "SELECT count(*) FROM \(table)") ?? 0
            guard count > limit else { continue }
            // Of equal age all go: a few too many forgotten, never one too many kept.
            try database.execute(
                sql: """
                    DELETE FROM \(table) WHERE lastSeen <=
                        (SELECT lastSeen FROM \(table) ORDER BY lastSeen LIMIT 1 OFFSET ?)
                    """,
                arguments: [count - limit - 1]
            )
        }
    }

    private static func associate(
        _ certificate: Fingerprint,
        with clientID: String,
        _ last: Sighting,
        limit: Int,
        in database: Database
    ) throws {
        let key = Data(certificate.bytes)
        let time = last.time.milliseconds
        let renewal = try database.cachedStatement(
            sql: """
                UPDATE association SET lastSeen = max(lastSeen, ?), address = ?, accessPoint = ?, serverName = ?, tlsVersion = ?
                WHERE certificate = ? AND clientID = ?
                """
        )
        try renewal.execute(arguments: [
            time, last.address, last.accessPoint, last.serverName, last.tlsVersion?.rawValue, key, clientID,
        ])
        guard database.changesCount == 0 else { return }
        let insertion = try database.cachedStatement(
            sql: """
                INSERT INTO association
                    (certificate, clientID, firstSeen, lastSeen, address, accessPoint, serverName, tlsVersion)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        try insertion.execute(arguments: [
            key, clientID, time, time, last.address, last.accessPoint, last.serverName, last.tlsVersion?.rawValue,
        ])
        let trimming = try database.cachedStatement(
            sql: """
                DELETE FROM association WHERE certificate = :certificate AND clientID IN (
                    SELECT clientID FROM association WHERE certificate = :certificate
                    ORDER BY lastSeen DESC, clientID LIMIT -1 OFFSET :limit
                )
                """
        )
        try trimming.execute(arguments: ["certificate": key, "limit": limit])
    }
}

extension StoredRow {
    /// The TLS version in a column that may be empty.
    func tlsVersion(_ column: String) throws -> TLSProtocolVersion? {
        guard let text = try optionalText(column) else { return nil }
        guard let version = TLSProtocolVersion(rawValue: text) else { throw unreadable(column) }
        return version
    }

    /// The client in a column.
    func sightedClient(_ column: String) throws -> SightedClient {
        try parsed(column, SightedClient.init(stored:))
    }
}

extension SightedClient {
    /// The client as one text, the same for the same client: its kind, a colon, and what it is recognised by.
    var stored: String {
        switch self {
        case .clientID(let id): "id:" + id
        case .certificate(let fingerprint): "certificate:" + fingerprint.hex
        case .source(let address, let serverName): "source:" + address + (serverName.map { " " + $0 } ?? "")
        }
    }

    init?(stored text: String) {
        guard let colon = text.firstIndex(of: ":") else { return nil }
        let rest = text[text.index(after: colon)...]
        switch text[..<colon] {
        case "id":
            self = .clientID(String(rest))
        case "certificate":
            guard let fingerprint = try? Fingerprint(hex: String(rest)) else { return nil }
            self = .certificate(fingerprint)
        case "source":
            // An address has no space in it.
            let parts = rest.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
            self = .source(address: String(parts[0]), serverName: parts.count > 1 ? String(parts[1]) : nil)
        default:
            return nil
        }
    }
}
