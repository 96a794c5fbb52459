import GRDB
import Registry

/// The open registration codes' rows.
enum RegistrationCodeRows {
    /// The oldest first, as the state has them.
    static func readAll(_ database: Database) throws -> [RegistrationCode] {
        try StoredRow.fetchAll(database, table: "registrationCode", order: "issuedAt, text").map { row in
            let code = try? RegistrationCode(
                text: try row.text("text"),
                issuedAt: try row.date("issuedAt"),
                expiresAt: try row.date("expiresAt")
            )
            guard let code else { throw row.unreadable("text") }
            return code
        }
    }

    static func write(
        _ after: [RegistrationCode],
        over before: [RegistrationCode],
        to database: Database
    ) throws {
        for code in before where !after.contains(code) {
            try database.execute(sql: "DELETE FROM registrationCode WHERE text = ?", arguments: [code.text])
        }
        for code in after where !before.contains(code) {
            try database.execute(
                sql: "INSERT INTO registrationCode (text, issuedAt, expiresAt) VALUES (?, ?, ?)",
                arguments: [code.text, code.issuedAt.milliseconds, code.expiresAt.milliseconds]
            )
        }
    }
}
