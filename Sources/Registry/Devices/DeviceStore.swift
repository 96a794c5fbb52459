package import struct FoundationEssentials.Date

/// Where the client certificate registry is kept between two runs of the program.
package protocol DeviceStore: Sendable {
    /// Hands every record and tombstone to the loader, in any order.
    func load(into loader: DeviceTableLoader) async throws

    /// Runs the body in one transaction: what it wrote is on disk when this returns, and gone if it throws. One body at
    /// a time.
    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any DeviceTransaction) throws -> Value
    ) async throws -> Value

    /// Runs the body on one consistent state, beside writers.
    func read<Value: Sendable>(_ body: @escaping @Sendable (any DeviceReader) throws -> Value) async throws -> Value

    /// Matching records in order; throws `DeviceError.cursor` for a cursor of another order.
    func page(_ query: DeviceQuery, at now: Date, effort: DeviceQueryEffort) async throws -> DevicePage

    /// Tombstones in order of fingerprint, those after `cursor`.
    func tombstones(after cursor: Fingerprint?, limit: Int) async throws -> [Tombstone]

    /// Notes when devices were last let in; a moment before the one stored changes nothing.
    func markSeen(_ seen: [Fingerprint: Date]) async throws

    /// What the audit log says of a certificate, the newest first, below the sequence `cursor`.
    func history(of fingerprint: Fingerprint, before cursor: Int64?, limit: Int) async throws -> AuditPage
}

/// How long a store may look for the records of one page.
package enum DeviceQueryEffort: Hashable, Sendable {
    /// So many rows at most; a page may then be shorter than asked for.
    case bounded
    /// Until the page is full or nothing is left.
    case exhaustive
}

/// What the rules of the client certificate registry look at.
package protocol DeviceReader {
    /// The record of a certificate.
    func record(_ fingerprint: Fingerprint) throws -> ClientCertificateRecord?

    /// The tombstone of a certificate.
    func tombstone(_ fingerprint: Fingerprint) throws -> Tombstone?

    /// Another active certificate with the common name.
    func activeTwin(of fingerprint: Fingerprint, commonName: String) throws -> Fingerprint?

    /// Another active certificate that carries the client id.
    func activeTwin(of fingerprint: Fingerprint, clientID: ClientIdentifier) throws -> Fingerprint?

    /// Records whose fingerprint begins with these hexadecimal digits, in order.
    func records(fingerprintPrefix: String, limit: Int) throws -> [ClientCertificateRecord]

    /// Records with the serial number, of whatever CA.
    func records(serial: SerialNumber, limit: Int) throws -> [ClientCertificateRecord]

    /// Records that carry the client id.
    func records(clientID: ClientIdentifier, limit: Int) throws -> [ClientCertificateRecord]

    /// Records of a CA.
    func records(authority: Fingerprint, limit: Int) throws -> [ClientCertificateRecord]

    /// The import job of a number.
    func job(_ id: Int64) throws -> ImportJob?

    /// All import jobs that are kept, the newest first.
    func jobs() throws -> [ImportJob]

    /// Rows of an import job that come after a position, in order.
    func importRows(of job: Int64, after position: Int, limit: Int) throws -> [ImportRow]
}

/// What the client certificate registry writes, in one transaction.
package protocol DeviceTransaction: DeviceReader {
    /// Stores a record, new or changed. Throws `DeviceError.noSuchCA` if its CA is not registered; then this record alone
    /// was not stored, and the transaction may go on.
    func put(_ record: ClientCertificateRecord) throws

    /// Stores what is now known of a registered certificate, and nothing else of its record.
    func put(_ facts: ClientCertificateFacts) throws

    /// Removes a record.
    func removeRecord(_ fingerprint: Fingerprint) throws

    /// Stores a tombstone.
    func put(_ tombstone: Tombstone) throws

    /// Removes a tombstone.
    func removeTombstone(_ fingerprint: Fingerprint) throws

    /// Removes the tombstones that ended before the moment, at most so many; returns whose they were.
    func removeTombstones(endedBefore now: Date, limit: Int) throws -> [Fingerprint]

    /// Adds to the audit log.
    func append(_ drafts: [AuditDraft]) throws

    /// Stores a new job and gives it a number.
    func insert(_ job: ImportJob) throws -> ImportJob

    /// Stores how far a job is.
    func update(_ job: ImportJob) throws

    /// Adds rows to a job at the end.
    func append(_ rows: [ImportRow], to job: Int64, at position: Int) throws

    /// Removes a job's rows, at most so many; returns how many there were.
    func removeRows(of job: Int64, limit: Int) throws -> Int

    /// Removes the oldest jobs that are over, so that no more than `limit` stay.
    func trimJobs(to limit: Int) throws
}
