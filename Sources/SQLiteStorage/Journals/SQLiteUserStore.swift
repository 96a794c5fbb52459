import FoundationEssentials
import GRDB
package import Registry

/// The users of one-way mode in the registry's database.
package struct SQLiteUserStore: UserStore {
    private let file: JournalFile

    init(_ file: JournalFile) {
        self.file = file
    }

    /// Every stored user. Throws a `StorageError`.
    package func load() async throws -> [UserRecord] {
        try await file.read { database in
            try StoredRow.fetchAll(database, table: "user").map(Self.record)
        }
    }

    /// Puts and removes records with their audit entries in one transaction. Throws a `StorageError`.
    package func save(_ changes: [UserStoreChange], audit: [AuditDraft]) async throws {
        try await file.write { database in
            for change in changes { try Self.write(change, to: database) }
            try AuditRows.append(audit, to: database)
        }
    }

    private static func write(_ change: UserStoreChange, to database: Database) throws {
        switch change {
        case .put(let record):
            let statement = try database.cachedStatement(
                sql: """
                    INSERT INTO user (name, passwordHash, createdAt, updatedAt, isEnabled, clientID)
                    VALUES (?, ?, ?, ?, ?, ?)
                    ON CONFLICT (name) DO UPDATE SET
                        passwordHash = excluded.passwordHash, updatedAt = excluded.updatedAt,
                        isEnabled = excluded.isEnabled, clientID = excluded.clientID
                    """
            )
            try statement.execute(arguments: [
                record.name.text, record.passwordHash.text, record.createdAt.milliseconds,
                record.updatedAt.milliseconds, record.isEnabled, record.clientID?.text,
            ])
        case .remove(let name):
            try database.execute(sql: "DELETE FROM user WHERE name = ?", arguments: [name.text])
        }
    }

    private static func record(_ row: StoredRow) throws -> UserRecord {
        let clientID = try row.optionalText("clientID").map { text in
            guard let clientID = ClientIdentifier(text) else { throw row.unreadable("clientID") }
            return clientID
        }
        return UserRecord(
            name: try row.parsed("name", UserName.init(presented:)),
            passwordHash: PasswordHashText(try row.text("passwordHash")),
            createdAt: try row.date("createdAt"),
            updatedAt: try row.date("updatedAt"),
            isEnabled: try row.integer("isEnabled") == 1,
            clientID: clientID
        )
    }
}
