import FoundationEssentials
import GRDB
import Registry

/// What the rules of the client certificate registry see and do of the database, within one transaction.
struct DeviceRowTransaction: DeviceTransaction {
    let database: Database
    /// Where it is told what the columns in memory have to take over; nowhere for one that only reads.
    var changes: DeviceColumnChanges?

    func record(_ fingerprint: Fingerprint) throws -> ClientCertificateRecord? {
        try ClientCertificateRows.record(fingerprint, in: database)
    }

    func tombstone(_ fingerprint: Fingerprint) throws -> Tombstone? {
        try TombstoneRows.tombstone(fingerprint, in: database)
    }

    func activeTwin(of fingerprint: Fingerprint, commonName: String) throws -> Fingerprint? {
        try ClientCertificateRows.activeTwin(of: fingerprint, column: "commonName", value: commonName, in: database)
    }

    func activeTwin(of fingerprint: Fingerprint, clientID: ClientIdentifier) throws -> Fingerprint? {
        try ClientCertificateRows.activeTwin(of: fingerprint, column: "clientID", value: clientID.text, in: database)
    }

    func records(fingerprintPrefix: String, limit: Int) throws -> [ClientCertificateRecord] {
        guard let range = FingerprintRange(prefix: fingerprintPrefix) else { return [] }
        return try ClientCertificateRows.records(
            database,
            "WHERE fingerprint BETWEEN ? AND ? ORDER BY fingerprint LIMIT ?",
            [range.first, range.last, limit]
        )
    }

    func records(serial: SerialNumber, limit: Int) throws -> [ClientCertificateRecord] {
        try ClientCertificateRows.records(database, "WHERE serial = ? ORDER BY id LIMIT ?", [serial.hex, limit])
    }

    func records(clientID: ClientIdentifier, limit: Int) throws -> [ClientCertificateRecord] {
        try ClientCertificateRows.records(database, "WHERE clientID = ? ORDER BY id LIMIT ?", [clientID.text, limit])
    }

    func records(authority: Fingerprint, limit: Int) throws -> [ClientCertificateRecord] {
        try ClientCertificateRows.records(
            database,
            "WHERE authority = ? ORDER BY createdAt LIMIT ?",
            [Data(authority.bytes), limit]
        )
    }

    func put(_ record: ClientCertificateRecord) throws {
        changes?.note(record, at: try ClientCertificateRows.put(record, into: database))
    }

    func put(_ facts: ClientCertificateFacts) throws {
        try ClientCertificateRows.put(facts, into: database)
    }

    func removeRecord(_ fingerprint: Fingerprint) throws {
        changes?.note(nil, at: try ClientCertificateRows.remove(fingerprint, from: database))
    }

    func put(_ tombstone: Tombstone) throws {
        try TombstoneRows.put(tombstone, into: database)
    }

    func removeTombstone(_ fingerprint: Fingerprint) throws {
        try TombstoneRows.remove(fingerprint, from: database)
    }

    func removeTombstones(endedBefore now: Date, limit: Int) throws -> [Fingerprint] {
        try TombstoneRows.removeEnded(before: now, limit: limit, from: database)
    }

    func append(_ drafts: [AuditDraft]) throws {
        try AuditRows.append(drafts, to: database)
    }

    // MARK: imports

    func job(_ id: Int64) throws -> ImportJob? { try ImportRows.job(id, in: database) }

    func jobs() throws -> [ImportJob] { try ImportRows.jobs(database) }

    func importRows(of job: Int64, after position: Int, limit: Int) throws -> [ImportRow] {
        try ImportRows.rows(of: job, after: position, limit: limit, in: database)
    }

    func insert(_ job: ImportJob) throws -> ImportJob { try ImportRows.insert(job, into: database) }

    func update(_ job: ImportJob) throws { try ImportRows.update(job, in: database) }

    func append(_ rows: [ImportRow], to job: Int64, at position: Int) throws {
        try ImportRows.append(rows, to: job, at: position, in: database)
    }

    func removeRows(of job: Int64, limit: Int) throws -> Int {
        try ImportRows.removeRows(of: job, limit: limit, from: database)
    }

    func trimJobs(to limit: Int) throws { try ImportRows.trim(to: limit, in: database) }
}

/// All fingerprints that begin with some hexadecimal digits, as the first and the last of them.
struct FingerprintRange {
    let first: Data
    let last: Data

    /// `nil` if the text has no digit, more than 64, or another character.
    init?(prefix: String) {
        let missing = 2 * Fingerprint.length - prefix.utf8.count
        guard missing >= 0, !prefix.isEmpty,
            let first = try? Fingerprint(hex: prefix + String(repeating: "0", count: missing)),
            let last = try? Fingerprint(hex: prefix + String(repeating: "f", count: missing))
        else { return nil }
        self.first = Data(first.bytes)
        self.last = Data(last.bytes)
    }
}
