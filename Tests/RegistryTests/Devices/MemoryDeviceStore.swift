import Foundation
import Registry
import Synchronization

/// Client certificates in memory, that can be told to fail; a body that throws leaves everything as it was.
final class MemoryDeviceStore: DeviceStore {
    struct Failure: Error {}

    private let content: Mutex<MemoryDevices>
    private let broken = Mutex(false)
    private let writes = Mutex(0)

    init(authorities: [Fingerprint] = []) {
        content = Mutex(MemoryDevices(authorities: Set(authorities)))
    }

    var devices: MemoryDevices { content.withLock { $0 } }
    /// Transactions that were committed.
    var transactions: Int { writes.withLock { $0 } }

    var isBroken: Bool {
        get { broken.withLock { $0 } }
        set { broken.withLock { $0 = newValue } }
    }

    func load(into loader: DeviceTableLoader) async throws {
        let devices = devices
        for record in devices.records.values {
            var clientID = record.clientID?.text ?? ""
            record.fingerprint.bytes.withUnsafeBytes { fingerprint in
                record.authority.bytes.withUnsafeBytes { authority in
                    clientID.withUTF8 { text in
                        _ = loader.add(
                            fingerprint: fingerprint,
                            authority: authority,
                            state: record.state,
                            clientID: UnsafeRawBufferPointer(text),
                            isFromList: record.facts.isFromList
                        )
                    }
                }
            }
        }
        for (fingerprint, tombstone) in devices.tombstones {
            fingerprint.bytes.withUnsafeBytes { _ = loader.addTombstone(fingerprint: $0, state: tombstone.state) }
        }
    }

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any DeviceTransaction) throws -> Value
    ) async throws -> Value {
        await Task.yield()
        if isBroken { throw Failure() }
        let value = try content.withLock { devices in
            let transaction = MemoryTransaction(devices)
            let value = try body(transaction)
            devices = transaction.devices
            return value
        }
        writes.withLock { $0 += 1 }
        return value
    }

    func read<Value: Sendable>(
        _ body: @escaping @Sendable (any DeviceReader) throws -> Value
    ) async throws -> Value {
        if isBroken { throw Failure() }
        return try body(MemoryTransaction(devices))
    }

    func page(_ query: DeviceQuery, at now: Date, effort: DeviceQueryEffort) async throws -> DevicePage {
        let start = query.cursor.flatMap { Int($0) } ?? 0
        let all = devices.records.values.sorted { $0.fingerprint < $1.fingerprint }
        let records = Array(all.dropFirst(start).prefix(query.limit))
        let end = start + records.count
        return DevicePage(records: records, nextCursor: end < all.count ? "\(end)" : nil)
    }

    func tombstones(after cursor: Fingerprint?, limit: Int) async throws -> [Tombstone] {
        Array(devices.tombstones.values.sorted { $0.fingerprint < $1.fingerprint }.prefix(limit))
    }

    func markSeen(_ seen: [Fingerprint: Date]) async throws {
        content.withLock { devices in
            for (fingerprint, time) in seen { devices.records[fingerprint]?.lastSeenAt = time }
        }
    }

    func history(of fingerprint: Fingerprint, before cursor: Int64?, limit: Int) async throws -> AuditPage {
        AuditPage(entries: [], nextCursor: nil)
    }
}

/// What a `MemoryDeviceStore` holds.
struct MemoryDevices {
    var authorities: Set<Fingerprint>
    var records: [Fingerprint: ClientCertificateRecord] = [:]
    var tombstones: [Fingerprint: Tombstone] = [:]
    var audit: [AuditDraft] = []
    var jobs: [Int64: ImportJob] = [:]
    var rows: [Int64: [ImportRow]] = [:]
}

private final class MemoryTransaction: DeviceTransaction {
    var devices: MemoryDevices

    init(_ devices: MemoryDevices) { self.devices = devices }

    func record(_ fingerprint: Fingerprint) -> ClientCertificateRecord? { devices.records[fingerprint] }

    func tombstone(_ fingerprint: Fingerprint) -> Tombstone? { devices.tombstones[fingerprint] }

    func activeTwin(of fingerprint: Fingerprint, commonName: String) -> Fingerprint? {
        twin(of: fingerprint) { $0.facts.commonName == commonName }
    }

    func activeTwin(of fingerprint: Fingerprint, clientID: ClientIdentifier) -> Fingerprint? {
        twin(of: fingerprint) { $0.clientID == clientID }
    }

    func records(fingerprintPrefix: String, limit: Int) -> [ClientCertificateRecord] {
        records(limit) { $0.fingerprint.hasPrefix(fingerprintPrefix) }
    }

    func records(serial: SerialNumber, limit: Int) -> [ClientCertificateRecord] {
        records(limit) { $0.facts.serial == serial }
    }

    func records(clientID: ClientIdentifier, limit: Int) -> [ClientCertificateRecord] {
        records(limit) { $0.clientID == clientID }
    }

    func records(authority: Fingerprint, limit: Int) -> [ClientCertificateRecord] {
        records(limit) { $0.authority == authority }
    }

    func put(_ record: ClientCertificateRecord) throws {
        guard devices.authorities.contains(record.authority) else { throw DeviceError.noSuchCA(record.authority) }
        devices.records[record.fingerprint] = record
    }

    func put(_ facts: ClientCertificateFacts) { devices.records[facts.fingerprint]?.facts = facts }

    func removeRecord(_ fingerprint: Fingerprint) { devices.records[fingerprint] = nil }

    func put(_ tombstone: Tombstone) { devices.tombstones[tombstone.fingerprint] = tombstone }

    func removeTombstone(_ fingerprint: Fingerprint) { devices.tombstones[fingerprint] = nil }

    func removeTombstones(endedBefore now: Date, limit: Int) -> [Fingerprint] {
        let ended = devices.tombstones.values.filter { $0.until < now }.map(\.fingerprint).prefix(limit)
        for fingerprint in ended { devices.tombstones[fingerprint] = nil }
        return Array(ended)
    }

    func append(_ drafts: [AuditDraft]) { devices.audit += drafts }

    func job(_ id: Int64) -> ImportJob? { devices.jobs[id] }

    func jobs() -> [ImportJob] { devices.jobs.values.sorted { $0.id > $1.id } }

    func importRows(of job: Int64, after position: Int, limit: Int) -> [ImportRow] {
        Array((devices.rows[job] ?? []).dropFirst(position).prefix(limit))
    }

    func insert(_ job: ImportJob) -> ImportJob {
        let stored = ImportJob(
            id: Int64(devices.jobs.count + 1),
            request: job.request,
            state: job.state,
            total: 0,
            done: 0,
            registered: 0,
            unchanged: 0,
            failed: 0,
            failures: [],
            createdAt: job.createdAt,
            finishedAt: nil,
            reason: nil
        )
        devices.jobs[stored.id] = stored
        return stored
    }

    func update(_ job: ImportJob) { devices.jobs[job.id] = job }

    func append(_ rows: [ImportRow], to job: Int64, at position: Int) { devices.rows[job, default: []] += rows }

    func removeRows(of job: Int64, limit: Int) -> Int { devices.rows.removeValue(forKey: job)?.count ?? 0 }

    func trimJobs(to limit: Int) {}

    private func twin(
        of fingerprint: Fingerprint,
        _ matches: (ClientCertificateRecord) -> Bool
    ) -> Fingerprint? {
        devices.records.values
            .first { $0.fingerprint != fingerprint && $0.state == .active && matches($0) }?.fingerprint
    }

    private func records(
        _ limit: Int,
        _ matches: (ClientCertificateRecord) -> Bool
    ) -> [ClientCertificateRecord] {
        Array(devices.records.values.filter(matches).sorted { $0.fingerprint < $1.fingerprint }.prefix(limit))
    }
}
