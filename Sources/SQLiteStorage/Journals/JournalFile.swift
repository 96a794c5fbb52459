import GRDB
import Registry

/// A database file that is open, and how its errors are told.
struct JournalFile: Sendable {
    /// Held so that the directory stays claimed for as long as anybody uses the file.
    private let directory: DataDirectory
    private let pool: DatabasePool

    init(_ pool: DatabasePool, in directory: DataDirectory) {
        self.pool = pool
        self.directory = directory
    }

    /// Reads in one transaction. Throws a `StorageError`.
    func read<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await pool.read(body)
        } catch let error as DatabaseError {
            throw RegistryDatabase.storageError(error, operation: "be read", path: pool.path)
        }
    }

    /// Writes in one transaction: all of it or nothing. Throws a `StorageError`.
    func write<Value: Sendable>(_ body: @escaping @Sendable (Database) throws -> Value) async throws -> Value {
        do {
            return try await pool.write(body)
        } catch let error as DatabaseError {
            throw RegistryDatabase.storageError(error, operation: "be changed", path: pool.path)
        }
    }

    /// Closes the file. Throws a `StorageError`.
    func close() throws(StorageError) {
        do {
            try pool.close()
        } catch {
            throw .failed(operation: "be closed", reason: "\(error)")
        }
    }
}

/// The stores that share the registry's file, so that a change and what is told of it are one transaction.
extension SQLiteRegistryStore {
    /// The audit log.
    package var audit: SQLiteAuditStore { SQLiteAuditStore(JournalFile(pool, in: directory)) }

    /// The users of one-way mode.
    package var users: SQLiteUserStore { SQLiteUserStore(JournalFile(pool, in: directory)) }

    /// The API tokens.
    package var tokens: SQLiteTokenStore { SQLiteTokenStore(JournalFile(pool, in: directory)) }
}
