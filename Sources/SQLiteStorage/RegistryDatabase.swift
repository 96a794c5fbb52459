import GRDB

/// Opens the registry's database file safely: only ours, whole, not too new, readable by its owner alone.
enum RegistryDatabase {
    /// "SLUI", in the header of every database of ours, so that another program's file is not taken for one.
    static let applicationID = 0x534C_5549

    /// Page cache in KiB of a connection that reads, of which there are five at most, and of the one that writes. A
    /// transaction that does not fit writes its pages several times: two thousand new client certificates touch 32 MiB.
    private static let readerCache = 8 * 1024
    private static let writerCache = 48 * 1024
    /// Pages of 4 KiB in the journal before they go into the database: 64 MiB, so that an import writes few of them twice.
    private static let pagesBetweenCheckpoints = 16 * 1024

    /// Opens or makes the database and brings its schema up to date. Blocks for the checks.
    static func open(in directory: DataDirectory) throws(StorageError) -> DatabasePool {
        let path = try directory.databaseFile(StoredFile.registry.name)
        do {
            let pool = try DatabasePool(path: path, configuration: configuration)
            try pool.writeWithoutTransaction { database in
                // A pool sets NORMAL, which may lose the last change at a power cut.
                try database.execute(sql: "PRAGMA synchronous = FULL")
            }
            try check(pool, path: path)
            try RegistrySchema.migrator.migrate(pool)
            return pool
        } catch let error as StorageError {
            throw error
        } catch let error as DatabaseError {
            throw storageError(error, operation: "be opened", path: path)
        } catch {
            throw .failed(operation: "be opened", reason: "\(error)")
        }
    }

    /// SQLite's refusal in our words. Statement arguments never appear in it.
    static func storageError(_ error: DatabaseError, operation: String, path: String) -> StorageError {
        switch error.resultCode {
        case .SQLITE_NOTADB, .SQLITE_CORRUPT:
            .damaged(path: path, finding: error.message ?? "\(error.resultCode)")
        default:
            .failed(operation: operation, reason: error.message ?? "\(error.resultCode)")
        }
    }

    private static var configuration: Configuration {
        var configuration = Configuration()
        configuration.label = "registry"
        configuration.foreignKeysEnabled = true
        configuration.prepareDatabase { database in
            let pages = database.configuration.readonly ? readerCache : writerCache
            try database.execute(sql: "PRAGMA cache_size = -\(pages)")
            try database.execute(sql: "PRAGMA wal_autocheckpoint = \(pagesBetweenCheckpoints)")
        }
        return configuration
    }

    private static func check(_ pool: DatabasePool, path: String) throws {
        try pool.write { database in
            let found = try Int.fetchOne(database, sql: "PRAGMA application_id") ?? 0
            let isEmpty = try Int.fetchOne(database, sql: "SELECT count(*) FROM sqlite_schema") == 0
            if isEmpty && found == 0 {
                try database.execute(sql: "PRAGMA application_id = \(applicationID)")
            } else if found != applicationID {
                throw StorageError.foreignDatabase(path: path, applicationID: found)
            }
            if try RegistrySchema.migrator.hasBeenSuperseded(database) { throw StorageError.newerSchema(path: path) }
            // Everything that can be wrong but index contents; linear in the file's size.
            let finding = try String.fetchOne(database, sql: "PRAGMA quick_check(1)") ?? "no answer"
            guard finding == "ok" else { throw StorageError.damaged(path: path, finding: finding) }
        }
    }
}
