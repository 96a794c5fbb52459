import GRDB
package import Registry

/// The registry in a SQLite file: one transaction per change, on disk before `save` returns.
///
/// The file is `registry.sqlite` in the data directory, in WAL mode with synchronous FULL. Secrets in it are sealed
/// before they come here.
package final class SQLiteRegistryStore: RegistryStore {
    /// Held so that the directory stays claimed for as long as the database is open.
    let directory: DataDirectory
    /// The one connection pool of the registry's file, shared by every store in it.
    let pool: DatabasePool
    /// What is held in memory of the client certificates' rows.
    let deviceColumns = DeviceColumns()

    /// Opens the database in a claimed directory, or makes it. Blocks.
    ///
    /// Throws `StorageError.damaged`, `.newerSchema`, `.foreignDatabase`, `.permissions` or `.failed`.
    package init(in directory: DataDirectory) throws(StorageError) {
        self.directory = directory
        pool = try RegistryDatabase.open(in: directory)
    }

    /// The stored state; `nil` if no change was ever stored. Throws a `StorageError`.
    package func load() async throws -> ClusterState? {
        try await translatingErrors("be read") {
            try await pool.read { try StateRows.read($0) }
        }
    }

    /// The CAs that were replaced and that client certificates may still name, each with the one in its place. Throws a
    /// `StorageError`.
    package func successors() async throws -> [Fingerprint: Fingerprint] {
        try await translatingErrors("be read") {
            try await pool.read { try AuthorityRows.readSuccessors($0) }
        }
    }

    /// Stores one step and its lines of the audit log in one transaction. Throws a `StorageError`, or the `RegistryError`
    /// of a rule that the database itself keeps; then nothing was stored.
    package func save(_ transition: ClusterTransition, audit: [AuditDraft]) async throws {
        let (before, after) = (transition.before, transition.after)
        guard after.revision == before.revision + 1 else {
            throw StorageError.notOneStep(from: before.revision, to: after.revision)
        }
        try await translatingErrors("be changed") {
            try await pool.write { database in
                let stored = try StateRows.storedRevision(database) ?? 0
                guard stored == before.revision else {
                    throw StorageError.revisionConflict(stored: stored, expected: before.revision)
                }
                try StateRows.write(transition, to: database)
                try AuditRows.append(audit, to: database)
            }
        }
    }

    /// Closes the database; the directory stays claimed until the store is gone. Throws a `StorageError`.
    package func close() throws(StorageError) {
        do {
            try pool.close()
        } catch {
            throw .failed(operation: "be closed", reason: "\(error)")
        }
    }

    /// SQLite's own word for how it writes: journal mode, synchronous (2 is FULL), foreign keys (1 is on).
    func journalSettings() async throws -> String {
        try await pool.writeWithoutTransaction { database in
            try ["journal_mode", "synchronous", "foreign_keys"].map { name in
                try String.fetchOne(database, sql: "PRAGMA \(name)") ?? "-"
            }.joined(separator: " ")
        }
    }

    private func translatingErrors<Value: Sendable>(
        _ operation: String,
        _ body: () async throws -> Value
    ) async throws -> Value {
        do {
            return try await body()
        } catch let error as DatabaseError {
            throw RegistryDatabase.storageError(error, operation: operation, path: pool.path)
        }
    }
}
