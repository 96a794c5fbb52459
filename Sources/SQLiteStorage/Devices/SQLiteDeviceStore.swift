package import FoundationEssentials
import GRDB
package import Registry

/// The client certificate registry in the registry's SQLite file.
package final class SQLiteDeviceStore: DeviceStore {
    private let file: JournalFile
    private let pool: DatabasePool
    private let columns: DeviceColumns

    init(_ registry: SQLiteRegistryStore) {
        file = JournalFile(registry.pool, in: registry.directory)
        pool = registry.pool
        columns = registry.deviceColumns
    }

    /// Reads every row's columns as they lie in SQLite's memory; blocks, because starting waits for it anyway. Throws a
    /// `StorageError`.
    package func load(into loader: DeviceTableLoader) async throws {
        do {
            try fill(loader)
        } catch let error as DatabaseError {
            throw RegistryDatabase.storageError(error, operation: "be read", path: pool.path)
        }
    }

    private func fill(_ loader: DeviceTableLoader) throws {
        try pool.read { database in
            try DeviceLoading.records(database, into: loader)
            try DeviceLoading.tombstones(database, into: loader)
            try columns.load(database)
        }
    }

    /// Throws what the body throws, or a `StorageError`.
    package func write<Value: Sendable>(
        _ body: @escaping @Sendable (any DeviceTransaction) throws -> Value
    ) async throws -> Value {
        try await file.write { [columns] database in
            let changes = DeviceColumnChanges()
            let value = try body(DeviceRowTransaction(database: database, changes: changes))
            let rows = changes.rows
            if !rows.isEmpty { database.afterNextTransaction { _ in columns.take(rows) } }
            return value
        }
    }

    /// Throws what the body throws, or a `StorageError`.
    package func read<Value: Sendable>(
        _ body: @escaping @Sendable (any DeviceReader) throws -> Value
    ) async throws -> Value {
        try await file.read { try body(DeviceRowTransaction(database: $0)) }
    }

    /// Throws `DeviceError.cursor`, or a `StorageError`.
    package func page(_ query: DeviceQuery, at now: Date, effort: DeviceQueryEffort) async throws -> DevicePage {
        let search = try DeviceSearch(query, at: now, effort: effort, columns: columns)
        return try await file.read { try search.page($0) }
    }

    /// Throws a `StorageError`.
    package func tombstones(after cursor: Fingerprint?, limit: Int) async throws -> [Tombstone] {
        try await file.read { try TombstoneRows.page($0, after: cursor, limit: limit) }
    }

    /// Throws a `StorageError`.
    package func markSeen(_ seen: [Fingerprint: Date]) async throws {
        try await file.write { database in
            let statement = try database.cachedStatement(
                sql: "UPDATE clientCertificate SET lastSeenAt = :time WHERE fingerprint = :key AND lastSeenAt < :time"
            )
            for (fingerprint, time) in seen {
                try statement.execute(arguments: ["time": time.milliseconds, "key": Data(fingerprint.bytes)])
            }
        }
    }

    /// Throws a `StorageError`.
    package func history(of fingerprint: Fingerprint, before cursor: Int64?, limit: Int) async throws -> AuditPage {
        let query = AuditQuery(action: DeviceChange.auditPrefix, object: fingerprint.hex)
        return try await file.read { database in
            let entries = try AuditRows.fetch(
                query,
                before: cursor,
                after: nil,
                isNewestFirst: true,
                limit: limit + 1,
                in: database
            )
            let shown = Array(entries.prefix(limit))
            return AuditPage(entries: shown, nextCursor: entries.count > limit ? shown.last?.sequence : nil)
        }
    }
}

extension SQLiteRegistryStore {
    /// The client certificate registry.
    package var devices: SQLiteDeviceStore { SQLiteDeviceStore(self) }
}

/// Fills the table in memory without a Swift value per column: a million rows in a second or two.
private enum DeviceLoading {
    static func records(_ database: Database, into loader: DeviceTableLoader) throws {
        let table = ClientCertificateRows.table
        let rows = try Row.fetchCursor(
            database,
            sql: "SELECT fingerprint, authority, state, clientID, subject IS NULL FROM \(table)"
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
                            clientID: clientID,
                            isFromList: row[4]
                        )
                    }
                }
            }
            guard isWhole else { throw StorageError.unreadableValue(table: table, column: "fingerprint") }
        }
    }

    static func tombstones(_ database: Database, into loader: DeviceTableLoader) throws {
        let table = "clientCertificateTombstone"
        let rows = try Row.fetchCursor(database, sql: "SELECT fingerprint, state FROM \(table)")
        while let row = try rows.next() {
            guard let word = String.fromDatabaseValue(row[1]), let state = ClientCertificateState(rawValue: word) else {
                throw StorageError.unreadableValue(table: table, column: "state")
            }
            guard try withBytes(of: row, 0, { loader.addTombstone(fingerprint: $0, state: state) }) else {
                throw StorageError.unreadableValue(table: table, column: "fingerprint")
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
