import FoundationEssentials
import GRDB
import Registry

/// A `ClusterState` as rows: reading all of them, and writing those that differ between two states.
enum StateRows {
    /// The revision on disk; `nil` in a database that holds none yet.
    static func storedRevision(_ database: Database) throws -> UInt64? {
        try Int64.fetchOne(database, sql: "SELECT revision FROM cluster").map(UInt64.init(clamping:))
    }

    /// Puts the stored state together; `nil` in a database that holds none yet.
    static func read(_ database: Database) throws -> ClusterState? {
        guard let cluster = try Row.fetchOne(database, sql: "SELECT * FROM cluster") else { return nil }
        let row = StoredRow(cluster, table: "cluster")
        let facts = try CertificateRows.readAll(database)
        let authorities = try AuthorityRows.readAll(database, facts: facts)
        return ClusterState(
            revision: UInt64(clamping: try row.integer("revision")),
            trustGeneration: UInt64(clamping: try row.integer("trustGeneration")),
            hosted: try HostedCertificateRows.readAll(database, facts: facts),
            slots: try SlotRows.readAll(database),
            defaultEnabled: try row.integer("defaultEnabled") == 1,
            retired: try readRetiredNames(database),
            authorities: authorities.registered,
            supersededAuthorities: authorities.superseded,
            registrationCodes: try RegistrationCodeRows.readAll(database),
            settings: try readSettings(row)
        )
    }

    /// Makes the rows of the state before those of the state after. Rows that refer to others go first and come last.
    static func write(_ transition: ClusterTransition, to database: Database) throws {
        let (before, after) = (transition.before, transition.after)
        try SlotRows.removeChanged(transition, from: database)
        try HostedCertificateRows.write(after.hosted, over: before.hosted, to: database)
        try AuthorityRows.write(transition, to: database)
        try SlotRows.insertChanged(transition, into: database)
        try writeRetiredNames(after.retired, over: before.retired, to: database)
        try RegistrationCodeRows.write(after.registrationCodes, over: before.registrationCodes, to: database)
        try writeCluster(after, to: database)
    }

    private static func readRetiredNames(_ database: Database) throws -> RetiredNames {
        var since: [DomainName: Date] = [:]
        for row in try StoredRow.fetchAll(database, table: "retiredName") {
            let name = try row.parsed("name") { text in try? DomainName(text) }
            since[name] = try row.date("since")
        }
        return RetiredNames(since: since)
    }

    private static func readSettings(_ row: StoredRow) throws -> ClusterSettings {
        let minimum = try row.parsed("tlsMinimum", TLSProtocolVersion.init(rawValue:))
        let tls = try row.parsed("tlsMaximum") { text in
            TLSProtocolVersion(rawValue: text).flatMap { try? TLSVersionRange(minimum: minimum, maximum: $0) }
        }
        return ClusterSettings(
            mode: try row.parsed("mode", AuthenticationMode.init(rawValue:)),
            anonymous: try row.integer("anonymous") == 1,
            automaticRegistration: try row.integer("automaticRegistration") == 1,
            automaticActivation: try row.integer("automaticActivation") == 1,
            tls: tls
        )
    }

    private static func writeRetiredNames(
        _ after: RetiredNames,
        over before: RetiredNames,
        to database: Database
    ) throws {
        for name in before.since.keys where after.since[name] == nil {
            try database.execute(sql: "DELETE FROM retiredName WHERE name = ?", arguments: [name.text])
        }
        for (name, date) in after.since where before.since[name] == nil {
            try database.execute(
                sql: "INSERT INTO retiredName (name, since) VALUES (?, ?)",
                arguments: [name.text, date.milliseconds]
            )
        }
    }

    private static func writeCluster(_ state: ClusterState, to database: Database) throws {
        let settings = state.settings
        try database.execute(
            sql: """
                INSERT OR REPLACE INTO cluster
                (id, revision, trustGeneration, defaultEnabled, mode, anonymous, automaticRegistration,
                 automaticActivation, tlsMinimum, tlsMaximum)
                VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                Int64(clamping: state.revision), Int64(clamping: state.trustGeneration), state.defaultEnabled,
                settings.mode.rawValue, settings.anonymous, settings.automaticRegistration,
                settings.automaticActivation, settings.tls.minimum.rawValue, settings.tls.maximum.rawValue,
            ]
        )
    }
}
