import Glibc

/// Opens the broker's database file safely: only ours, whole, not too new, readable by its owner alone.
enum BrokerDatabase {
    /// "SLUB", in the header of the file.
    static let applicationID = 0x534C_5542

    /// Page cache of the one connection, in KiB: the ends of some thousand queues.
    private static let cache = 16 * 1024
    /// Pages of 4 KiB in the journal before they go into the database: 16 MiB, so that most messages come and go in the
    /// journal alone.
    private static let pagesBetweenCheckpoints = 4 * 1024
    /// What the journal keeps of the disk once it was longer, in bytes.
    private static let journalSizeLimit = 64 << 20
    /// How long a backup may hold a lock before a commit fails and is tried again, in milliseconds.
    private static let busyTimeout: Int32 = 5000

    /// Opens or makes the database and brings its schema up to date. Blocks for the checks.
    ///
    /// A file that cannot be trusted is refused and left as it is: a broker that silently began anew would lose what it
    /// acknowledged.
    static func open(in directory: DataDirectory) throws(StorageError) -> SQLiteConnection {
        let path = try directory.databaseFile(StoredFile.broker.name)
        do {
            let connection = try SQLiteConnection(path)
            connection.setBusyTimeout(milliseconds: busyTimeout)
            // The application's number first: what is not ours is not touched.
            let found = Int(try connection.integer("PRAGMA application_id") ?? 0)
            let isEmpty = try connection.integer("SELECT count(*) FROM sqlite_schema") == 0
            guard found == applicationID || (isEmpty && found == 0) else {
                throw StorageError.foreignDatabase(path: path, applicationID: found)
            }
            let version = Int(try connection.integer("PRAGMA user_version") ?? 0)
            guard version <= BrokerSchema.version else { throw StorageError.newerSchema(path: path) }
            // Everything that can be wrong but the contents of messages; linear in the file's size. Before anything is
            // written: what is damaged stays as it was found.
            let finding = try connection.text("PRAGMA quick_check(1)") ?? "no answer"
            guard finding == "ok" else { throw StorageError.damaged(path: path, finding: finding) }
            try configure(connection)
            if found == 0 { try connection.execute("PRAGMA application_id = \(applicationID)") }
            try BrokerSchema.migrate(connection, from: version)
            return connection
        } catch let error as StorageError {
            throw error
        } catch let failure as SQLiteFailure {
            throw failure.isDamage
                ? .damaged(path: path, finding: failure.message)
                : .failed(operation: "be opened: \(path)", reason: failure.message)
        } catch {
            throw .failed(operation: "be opened: \(path)", reason: "\(error)")
        }
    }

    private static func configure(_ connection: SQLiteConnection) throws(SQLiteFailure) {
        try connection.execute(
            """
            PRAGMA journal_mode = WAL;
            PRAGMA synchronous = FULL;
            PRAGMA cache_size = -\(cache);
            PRAGMA wal_autocheckpoint = \(pagesBetweenCheckpoints);
            PRAGMA journal_size_limit = \(journalSizeLimit);
            PRAGMA temp_store = MEMORY;
            """
        )
    }
}
