import GRDB

/// A database file of the data directory: all that a backup has to hold, and all that a restore replaces.
package enum StoredFile: String, CaseIterable, Codable, Sendable {
    /// Certificates, CAs, client certificates, users, tokens and the audit log.
    case registry = "registry.sqlite"
    /// What was seen of clients.
    case sightings = "sightings.sqlite"
    /// Sessions, messages and retained messages of the built-in broker.
    case broker = "broker.sqlite"

    /// The file's name in the data directory and in a backup.
    package var name: String { rawValue }

    /// The file's journals, which belong to it: beside another file of the same name they would be replayed into it.
    static func journals(of name: String) -> [String] { [name + "-wal", name + "-shm", name + "-journal"] }

    /// The number in the file's header by which it is known.
    var applicationID: Int {
        switch self {
        case .registry: RegistryDatabase.applicationID
        case .sightings: SightingDatabase.applicationID
        case .broker: BrokerDatabase.applicationID
        }
    }

    /// Whether a newer version of Sluice wrote the file.
    func isNewer(_ database: Database) throws -> Bool {
        switch self {
        case .registry: try RegistrySchema.migrator.hasBeenSuperseded(database)
        case .sightings: try SightingSchema.migrator.hasBeenSuperseded(database)
        case .broker: try Int.fetchOne(database, sql: "PRAGMA user_version") ?? 0 > BrokerSchema.version
        }
    }

    /// Reads the whole file and throws a `StorageError` unless it is ours, not too new, and consistent.
    func check(_ database: Database, path: String) throws {
        let found = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
        guard found == applicationID else { throw StorageError.foreignDatabase(path: path, applicationID: found) }
        if try isNewer(database) { throw StorageError.newerSchema(path: path) }
        let finding = try String.fetchOne(database, sql: "PRAGMA integrity_check(1)") ?? "no answer"
        guard finding == "ok" else { throw StorageError.damaged(path: path, finding: finding) }
    }
}
