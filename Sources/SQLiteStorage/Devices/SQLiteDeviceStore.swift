package import FoundationEssentials
import GRDB
package import Registry

/// The client certificate registry in the registry's SQLite file.
package final class SQLiteDeviceStore: DeviceStore {
    /// Held, because it holds the database and the claim on its directory.
    private let registry: SQLiteRegistryStore

    /// Keeps client certificates in the database of a registry.
    package init(_ registry: SQLiteRegistryStore) { self.registry = registry }

    /// Reads every row's columns as they lie in SQLite's memory. Throws a `StorageError`.
    package func load(into loader: DeviceTableLoader) async throws {
        try await translatingErrors("be read") { () async throws in try fill(loader) }
    }

    /// Blocks: the loader belongs to one thread, and starting waits for it anyway.
    private func fill(_ loader: DeviceTableLoader) throws {
        try registry.pool.read { database in
            try DeviceLoading.records(database, into: loader)
            try DeviceLoading.tombstones(database, into: loader)
        }
    }

    /// Throws what the body throws, or a `StorageError`.
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any DeviceTransaction) throws -> Value
    ) async throws -> Value {
        try await translatingErrors("be changed") {
            try await registry.pool.write { try body(DeviceRowTransaction(database: $0)) }
        }
    }

    /// Throws what the body throws, or a `StorageError`.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any DeviceReader) throws -> Value
    ) async throws -> Value {
        try await translatingErrors("be read") {
            try await registry.pool.read { try body(DeviceRowTransaction(database: $0)) }
        }
    }

    /// Throws `DeviceError.cursor`, or a `StorageError`.
    package func page(_ query: DeviceQuery, at now: Date, effort: DeviceQueryEffort) async throws -> DevicePage {
        let search = try DeviceSearch(query, at: now, effort: effort)
        return try await translatingErrors("be read") {
            try await registry.pool.read { try search.page($0) }
        }
    }

    /// Throws a `StorageError`.
    package func tombstones(after cursor: Fingerprint?, limit: Int) async throws -> [Tombstone] {
        try await translatingErrors("be read") {
            try await registry.pool.read { try TombstoneRows.page($0, after: cursor, limit: limit) }
        }
    }

    /// Throws a `StorageError`.
    package func markSeen(_ seen: [Fingerprint: Date]) async throws {
        try await translatingErrors("be changed") {
            try await registry.pool.write { database in
                let statement = try database.cachedStatement(
                    sql:
                        "UPDATE clientCertificate SET lastSeenAt = :time WHERE fingerprint = :key AND lastSeenAt < :time"
                )
                for (fingerprint, time) in seen {
                    try statement.execute(arguments: ["time": time.milliseconds, "key": Data(fingerprint.bytes)])
                }
            }
        }
    }

    /// Throws a `StorageError`.
    package func history(of fingerprint: Fingerprint, before cursor: Int64?, limit: Int) async throws -> AuditPage {
        try await translatingErrors("be read") {
            try await registry.pool.read { database in
                try DeviceHistory.page(database, of: fingerprint, before: cursor, limit: limit)
            }
        }
    }

    private func translatingErrors<Value: Sendable>(
        _ operation: String,
        _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let error as DatabaseError {
            throw RegistryDatabase.storageError(error, operation: operation, path: registry.pool.path)
        }
    }
}

/// Fills the table in memory without a Swift value per column: a million rows in a second or two.
private enum DeviceLoading {
    static func records(_ database: Database, into loader: DeviceTableLoader) throws {
        let table = ClientCertificateRows.table
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT fingerprint, authority, state, clientID FROM \(table)"
        )
        while let row = try rows.next() {
            guard let word = String.fromDatabaseValue(row[2]), let state = ClientCertificateState(rawValue: word) else {
                throw StorageError.unreadableValue(table: table, column: "state")
            }
            let isWhole = try withBytes(of: row, 0) { fingerprint in
                try withBytes(of: row, 1) { authority in
                    try withBytes(of: row, 3) { clientID in
                        loader.add(
                            fingerprint: fingerprint,
                            authority: authority,
                            state: state,
                            clientID: clientID
                        )
                    }
                }
            }
            guard isWhole else { throw StorageError.unreadableValue(table: table, column: "fingerprint") }
        }
    }

    static func tombstones(_ database: Database, into loader: DeviceTableLoader) throws {
        let rows = try Row.fetchCursor(database, sql: "SELECT fingerprint FROM clientCertificateTombstone")
        while let row = try rows.next() {
            guard try withBytes(of: row, 0, { loader.addTombstone(fingerprint: $0) }) else {
                throw StorageError.unreadableValue(table: "clientCertificateTombstone", column: "fingerprint")
            }
        }
    }

    /// The bytes of a blob or text, valid within the body.
    private static func withBytes<Value>(
        of row: Row,
        _ index: Int,
        _ body: (UnsafeRawBufferPointer) throws -> Value
    ) throws -> Value {
        try row.withUnsafeData(atIndex: index) { data in
            guard let data else { return try body(UnsafeRawBufferPointer(start: nil, count: 0)) }
            return try data.withUnsafeBytes(body)
        }
    }
}
