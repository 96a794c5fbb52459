import FoundationEssentials
import GRDB
import Registry

/// Client certificates as rows.
enum ClientCertificateRows {
    static let table = "clientCertificate"

    /// Rows that a search for a twin looks at: a warning is not worth more than some milliseconds.
    private static let twinSearchBound = 1_000

    static func record(_ fingerprint: Fingerprint, in database: Database) throws -> ClientCertificateRecord? {
        try records(database, "WHERE fingerprint = ?", [Data(fingerprint.bytes)]).first
    }

    static func record(id: Int64, in database: Database) throws -> ClientCertificateRecord? {
        try records(database, "WHERE id = ?", [id]).first
    }

    /// Records by the rest of a statement, with its arguments.
    static func records(
        _ database: Database,
        _ clause: String,
        _ arguments: StatementArguments
    ) throws -> [ClientCertificateRecord] {
        let statement = try database.cachedStatement(sql: "SELECT * FROM \(table) \(clause)")
        return try Row.fetchAll(statement, arguments: arguments).map { try record($0) }
    }

    /// Adds or changes a record, and gives its row's id. Throws `DeviceError.noSuchCA` where the database's own rule strikes.
    static func put(_ record: ClientCertificateRecord, into database: Database) throws -> Int64? {
        let facts = record.facts
        let key = StoredKey(facts.key)
        let statement = try database.cachedStatement(
            sql: """
                INSERT INTO clientCertificate
                (fingerprint, authority, state, source, serial, commonName, organizationalUnit, clientID, notBefore,
                 notAfter, createdAt, stateChangedAt, lastSeenAt, subject, issuer, keyKind, keyBits, keyName)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT (fingerprint) DO UPDATE SET
                authority = excluded.authority, state = excluded.state, clientID = excluded.clientID,
                stateChangedAt = excluded.stateChangedAt, lastSeenAt = excluded.lastSeenAt
                RETURNING id
                """
        )
        do {
            let arguments: StatementArguments = [
                Data(record.fingerprint.bytes), Data(record.authority.bytes), record.state.rawValue,
                record.source.rawValue, facts.serial?.hex ?? "", facts.commonName ?? "",
                facts.organizationalUnit ?? "", record.clientID?.text ?? "",
                facts.notBefore?.milliseconds ?? .min, facts.notAfter?.milliseconds ?? .max,
                record.createdAt.milliseconds, record.stateChangedAt.milliseconds,
                record.lastSeenAt?.milliseconds ?? 0, facts.subject, facts.issuer, key.kind, key.bits, key.name,
            ]
            return try Int64.fetchOne(statement, arguments: arguments)
        } catch let error as DatabaseError where error.extendedResultCode == .SQLITE_CONSTRAINT_FOREIGNKEY {
            throw DeviceError.noSuchCA(record.authority)
        }
    }

    /// Changes what is known of a registered certificate; apart from `put`, because it touches most of the indexes.
    static func put(_ facts: ClientCertificateFacts, into database: Database) throws {
        let key = StoredKey(facts.key)
        let statement = try database.cachedStatement(
            sql: """
                UPDATE clientCertificate SET
                serial = ?, commonName = ?, organizationalUnit = ?, notBefore = ?, notAfter = ?,
                subject = ?, issuer = ?, keyKind = ?, keyBits = ?, keyName = ?
                WHERE fingerprint = ?
                """
        )
        try statement.execute(arguments: [
            facts.serial?.hex ?? "", facts.commonName ?? "", facts.organizationalUnit ?? "",
            facts.notBefore?.milliseconds ?? .min, facts.notAfter?.milliseconds ?? .max,
            facts.subject, facts.issuer, key.kind, key.bits, key.name, Data(facts.fingerprint.bytes),
        ])
    }

    /// Removes a record, and gives the id that its row had.
    static func remove(_ fingerprint: Fingerprint, from database: Database) throws -> Int64? {
        let statement = try database.cachedStatement(
            sql: "DELETE FROM clientCertificate WHERE fingerprint = ? RETURNING id"
        )
        return try Int64.fetchOne(statement, arguments: [Data(fingerprint.bytes)])
    }

    /// Another active certificate with the same value, looked for among the first of those.
    static func activeTwin(
        of fingerprint: Fingerprint,
        column: String,
        value: String,
        in database: Database
    ) throws -> Fingerprint? {
        guard !value.isEmpty else { return nil }
        let statement = try database.cachedStatement(
            sql: """
                SELECT fingerprint FROM
                (SELECT fingerprint, state FROM clientCertificate WHERE \(column) = ? LIMIT \(twinSearchBound))
                WHERE state = 'active' AND fingerprint <> ? LIMIT 1
                """
        )
        let row = try Row.fetchOne(statement, arguments: [value, Data(fingerprint.bytes)])
        return try row.map { try StoredRow($0, table: table).fingerprint("fingerprint") }
    }

    private static func record(_ row: Row) throws -> ClientCertificateRecord {
        let row = StoredRow(row, table: table)
        return ClientCertificateRecord(
            facts: try row.clientCertificateFacts(),
            authority: try row.fingerprint("authority"),
            clientID: ClientIdentifier(try row.text("clientID")),
            state: try row.parsed("state", ClientCertificateState.init(rawValue:)),
            source: try row.parsed("source", RegistrationSource.init(rawValue:)),
            createdAt: try row.date("createdAt"),
            stateChangedAt: try row.date("stateChangedAt"),
            lastSeenAt: try row.integer("lastSeenAt") == 0 ? nil : try row.date("lastSeenAt")
        )
    }
}

extension StoredRow {
    /// The facts that client certificates and rows of an import have in the same columns.
    func clientCertificateFacts() throws -> ClientCertificateFacts {
        var facts = ClientCertificateFacts(fingerprint: try fingerprint("fingerprint"))
        facts.serial = try nonEmptyText("serial").map { text in
            guard let serial = SerialNumber(hex: text) else { throw unreadable("serial") }
            return serial
        }
        facts.subject = try optionalText("subject")
        facts.issuer = try optionalText("issuer")
        facts.commonName = try nonEmptyText("commonName")
        facts.organizationalUnit = try nonEmptyText("organizationalUnit")
        facts.notBefore = try optionalInteger("notBefore").flatMap { $0 == .min ? nil : Date(milliseconds: $0) }
        facts.notAfter = try optionalInteger("notAfter").flatMap { $0 == .max ? nil : Date(milliseconds: $0) }
        facts.key = try StoredKey(
            kind: optionalText("keyKind"),
            bits: optionalInteger("keyBits"),
            name: optionalText("keyName")
        ).key(orThrow: unreadable("keyKind"))
        return facts
    }

    private func nonEmptyText(_ column: String) throws -> String? {
        guard let text = try optionalText(column), !text.isEmpty else { return nil }
        return text
    }

    func optionalInteger(_ column: String) throws -> Int64? {
        isNull(column) ? nil : try integer(column)
    }
}

/// A public key's kind in three columns.
struct StoredKey {
    let kind: String?
    let bits: Int64?
    let name: String?

    init(kind: String?, bits: Int64?, name: String?) {
        (self.kind, self.bits, self.name) = (kind, bits, name)
    }

    init(_ key: CertificateKey?) {
        switch key {
        case .rsa(let bits): self.init(kind: "rsa", bits: Int64(bits), name: nil)
        case .ec(let curve, let bits): self.init(kind: "ec", bits: Int64(bits), name: curve)
        case .ed25519: self.init(kind: "ed25519", bits: nil, name: nil)
        case .other(let name): self.init(kind: "other", bits: nil, name: name)
        case nil: self.init(kind: nil, bits: nil, name: nil)
        }
    }

    /// The key that the columns stand for; `nil` if none is known.
    func key(orThrow error: StorageError) throws -> CertificateKey? {
        switch (kind, bits, name) {
        case (nil, _, _): nil
        case ("rsa", let bits?, _): .rsa(bits: Int(bits))
        case ("ec", let bits?, let name?): .ec(curve: name, bits: Int(bits))
        case ("ed25519", _, _): .ed25519
        case ("other", _, let name?): .other(name: name)
        default: throw error
        }
    }
}
