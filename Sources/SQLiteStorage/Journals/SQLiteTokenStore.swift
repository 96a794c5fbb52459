package import FoundationEssentials
import GRDB
import OpenSSL
package import Registry

/// The API tokens in the registry's database: digests of their secrets, never the secrets.
package struct SQLiteTokenStore: TokenStore {
    private let file: JournalFile

    init(_ file: JournalFile) {
        self.file = file
    }

    /// Every stored token. Throws a `StorageError`.
    package func load() async throws -> [TokenRecord] {
        try await file.read { database in
            try StoredRow.fetchAll(database, table: "token").map { row in
                TokenRecord(
                    id: try row.text("id"),
                    name: try row.parsed("name") { try? ObjectName($0) },
                    role: try row.parsed("role", Role.init(rawValue:)),
                    digest: TokenDigest(try row.bytes("digest")),
                    createdAt: try row.date("createdAt"),
                    expiresAt: try row.moment("expiresAt"),
                    lastUsedAt: try row.moment("lastUsedAt")
                )
            }
        }
    }

    /// Adds a token with its audit entry. Throws a `StorageError`.
    package func add(_ token: TokenRecord, audit: AuditDraft) async throws {
        try await file.write { database in
            try database.execute(
                sql: """
                    INSERT INTO token (id, name, role, digest, createdAt, expiresAt, lastUsedAt)
                    VALUES (?, ?, ?, ?, ?, ?, ?)
                    """,
                arguments: [
                    token.id, token.name.text, token.role.rawValue, Data(token.digest.bytes),
                    token.createdAt.milliseconds, token.expiresAt?.milliseconds, token.lastUsedAt?.milliseconds,
                ]
            )
            try AuditRows.append([audit], to: database)
        }
    }

    /// Takes a token out with an audit entry. Throws a `StorageError`.
    package func remove(_ id: String, audit: AuditDraft) async throws {
        try await file.write { database in
            try database.execute(sql: "DELETE FROM token WHERE id = ?", arguments: [id])
            try AuditRows.append([audit], to: database)
        }
    }

    /// Stores when tokens were used last. Throws a `StorageError`.
    package func markUsed(_ uses: [String: Date]) async throws {
        try await file.write { database in
            for (id, time) in uses {
                try database.execute(
                    sql: "UPDATE token SET lastUsedAt = max(coalesce(lastUsedAt, 0), ?) WHERE id = ?",
                    arguments: [time.milliseconds, id]
                )
            }
        }
    }
}

extension TokenCryptography {
    /// By OpenSSL.
    package static let openSSL = TokenCryptography(
        random: { count in try RandomBytes.make(count: count) },
        digest: { bytes in SHA256.hash(bytes) }
    )
}

extension StoredRow {
    /// The time in a column that may be empty.
    func moment(_ column: String) throws -> Date? {
        // Nothing but NULL reads as no integer in a STRICT table's INTEGER column.
        (try? integer(column)).map(Date.init(milliseconds:))
    }
}
