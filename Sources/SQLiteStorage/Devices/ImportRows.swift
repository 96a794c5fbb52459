import FoundationEssentials
import GRDB
import Registry

/// Import jobs and the rows that wait in them.
enum ImportRows {
    static func job(_ id: Int64, in database: Database) throws -> ImportJob? {
        try jobs(database, "WHERE id = ?", [id]).first
    }

    static func jobs(_ database: Database) throws -> [ImportJob] {
        try jobs(database, "ORDER BY id DESC", [])
    }

    static func insert(_ job: ImportJob, into database: Database) throws -> ImportJob {
        try database.execute(
            sql: """
                INSERT INTO importJob (name, principal, isUnthrottled, isDryRun, state, total, done, registered, unchanged,
                                       failed, failures, createdAt)
                VALUES (?, ?, ?, ?, ?, 0, 0, 0, 0, 0, '[]', ?)
                """,
            arguments: [
                job.request.name, try json(job.request.principal), job.request.isUnthrottled, job.request.isDryRun,
                job.state.rawValue, job.createdAt.milliseconds,
            ]
        )
        guard let stored = try self.job(database.lastInsertedRowID, in: database) else {
            throw StorageError.unreadableValue(table: "importJob", column: "id")
        }
        return stored
    }

    static func update(_ job: ImportJob, in database: Database) throws {
        try database.cachedStatement(
            sql: """
                UPDATE importJob SET state = ?, total = ?, done = ?, registered = ?, unchanged = ?, failed = ?,
                failures = ?, finishedAt = ?, reason = ? WHERE id = ?
                """
        ).execute(arguments: [
            job.state.rawValue, job.total, job.done, job.registered, job.unchanged, job.failed,
            try json(job.failures), job.finishedAt?.milliseconds, job.reason, job.id,
        ])
    }

    /// Removes the oldest jobs that are over and have no rows left.
    static func trim(to limit: Int, in database: Database) throws {
        try database.execute(
            sql: """
                DELETE FROM importJob WHERE finishedAt IS NOT NULL
                AND id NOT IN (SELECT id FROM importJob ORDER BY id DESC LIMIT ?)
                AND NOT EXISTS (SELECT 1 FROM importRow WHERE job = importJob.id)
                """,
            arguments: [limit]
        )
    }

    static func append(_ rows: [ImportRow], to job: Int64, at position: Int, in database: Database) throws {
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO importRow
                (job, position, line, problemCode, problem, fingerprint, authority, state, serial, commonName,
                 organizationalUnit, clientID, notBefore, notAfter, subject, issuer, keyKind, keyBits, keyName)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        )
        for (offset, row) in rows.enumerated() {
            // Positions count from 1: the first row comes after position 0.
            let place: [(any DatabaseValueConvertible)?] = [job, position + offset + 1, row.line]
            try statement.execute(arguments: StatementArguments(place + columns(of: row.content)))
        }
    }

    static func rows(of job: Int64, after position: Int, limit: Int, in database: Database) throws -> [ImportRow] {
        let statement = try database.cachedStatement(
            sql: "SELECT * FROM importRow WHERE job = ? AND position > ? ORDER BY position LIMIT ?"
        )
        return try Row.fetchAll(statement, arguments: [job, position, limit]).map { try row($0) }
    }

    static func removeRows(of job: Int64, limit: Int, from database: Database) throws -> Int {
        try database.execute(
            sql: """
                DELETE FROM importRow WHERE job = :job AND position IN
                (SELECT position FROM importRow WHERE job = :job ORDER BY position LIMIT :limit)
                """,
            arguments: ["job": job, "limit": limit]
        )
        return database.changesCount
    }

    private static func jobs(
        _ database: Database,
        _ clause: String,
        _ arguments: StatementArguments
    ) throws -> [ImportJob] {
        let statement = try database.cachedStatement(sql: "SELECT * FROM importJob \(clause)")
        return try Row.fetchAll(statement, arguments: arguments).map { try job($0) }
    }

    private static func job(_ row: Row) throws -> ImportJob {
        let row = StoredRow(row, table: "importJob")
        return ImportJob(
            id: try row.integer("id"),
            request: ImportRequest(
                name: try row.text("name"),
                by: try row.parsed("principal", value),
                unthrottled: try row.integer("isUnthrottled") == 1,
                dryRun: try row.integer("isDryRun") == 1
            ),
            state: try row.parsed("state", ImportJobState.init(rawValue:)),
            total: Int(try row.integer("total")),
            done: Int(try row.integer("done")),
            registered: Int(try row.integer("registered")),
            unchanged: Int(try row.integer("unchanged")),
            failed: Int(try row.integer("failed")),
            failures: try row.parsed("failures", value),
            createdAt: try row.date("createdAt"),
            finishedAt: try row.optionalInteger("finishedAt").map { Date(milliseconds: $0) },
            reason: try row.optionalText("reason")
        )
    }

    private static func columns(of content: ImportRow.Content) -> [(any DatabaseValueConvertible)?] {
        switch content {
        case .unusable(let code, let words):
            return [code, words] + [(any DatabaseValueConvertible)?](repeating: nil, count: 14)
        case .registration(let registration):
            let facts = registration.facts
            let key = StoredKey(facts.key)
            return [
                nil, nil, Data(facts.fingerprint.bytes), Data(registration.authority.bytes),
                registration.initialState.rawValue, facts.serial?.hex, facts.commonName, facts.organizationalUnit,
                registration.clientID?.text, facts.notBefore?.milliseconds, facts.notAfter?.milliseconds,
                facts.subject, facts.issuer, key.kind, key.bits, key.name,
            ]
        }
    }

    private static func row(_ row: Row) throws -> ImportRow {
        let row = StoredRow(row, table: "importRow")
        let line = Int(try row.integer("line"))
        if let code = try row.optionalText("problemCode") {
            return ImportRow(line: line, .unusable(code: code, words: try row.text("problem")))
        }
        return ImportRow(
            line: line,
            .registration(
                DeviceRegistration(
                    facts: try row.clientCertificateFacts(),
                    authority: try row.fingerprint("authority"),
                    clientID: try row.optionalText("clientID").flatMap(ClientIdentifier.init),
                    initialState: try row.parsed("state", ClientCertificateState.init(rawValue:))
                )
            )
        )
    }

    private static func json(_ value: some Encodable) throws -> String {
        String(decoding: try JSONEncoder().encode(value), as: UTF8.self)
    }

    private static func value<Value: Decodable>(_ json: String) -> Value? {
        try? JSONDecoder().decode(Value.self, from: Data(json.utf8))
    }
}
