import FoundationEssentials
import Registry
import Synchronization

/// A client certificate registry that is not kept. A test can make it fail, or hold its writes back.
final class MemoryDeviceStore: DeviceStore {
    /// What a failing store says.
    struct Broken: Error, CustomStringConvertible {
        var description: String { "The disk is full." }
    }

    private struct State {
        var records: [Fingerprint: ClientCertificateRecord] = [:]
        var tombstones: [Fingerprint: Tombstone] = [:]
        var isBroken = false
        var isHeld = false
        var held: [CheckedContinuation<Void, Never>] = []
        var writes = 0
    }

    private let state = Mutex(State())

    /// Records stored so far.
    var recordCount: Int { state.withLock { $0.records.count } }

    /// Writes that have begun, held ones too.
    var writeCount: Int { state.withLock { $0.writes } }

    /// Lets every write fail from now on.
    func breakDown() { state.withLock { $0.isBroken = true } }

    /// Lets every write wait from now on, until they are let go.
    func holdWrites() { state.withLock { $0.isHeld = true } }

    /// Lets the writes go that wait.
    func releaseWrites() {
        let held = state.withLock { state in
            state.isHeld = false
            defer { state.held = [] }
            return state.held
        }
        for continuation in held { continuation.resume() }
    }

    func load(into loader: DeviceTableLoader) async throws {}

    func write<Value: Sendable>(
        _ body: @escaping @Sendable (any DeviceTransaction) throws -> Value
    ) async throws -> Value {
        await withCheckedContinuation { continuation in
            let goesOn = state.withLock { state in
                state.writes += 1
                if state.isHeld { state.held.append(continuation) }
                return !state.isHeld
            }
            if goesOn { continuation.resume() }
        }
        return try state.withLock { state in
            guard !state.isBroken else { throw Broken() }
            let transaction = Transaction(state.records, state.tombstones)
            let value = try body(transaction)
            (state.records, state.tombstones) = (transaction.records, transaction.tombstones)
            return value
        }
    }

    func read<Value: Sendable>(_ body: @escaping @Sendable (any DeviceReader) throws -> Value) async throws -> Value {
        try state.withLock { try body(Transaction($0.records, $0.tombstones)) }
    }

    func page(_ query: DeviceQuery, at now: Date, effort: DeviceQueryEffort) async throws -> DevicePage {
        throw Broken()
    }

    func tombstones(after cursor: Fingerprint?, limit: Int) async throws -> [Tombstone] { [] }

    func markSeen(_ seen: [Fingerprint: Date]) async throws {}

    func history(of fingerprint: Fingerprint, before cursor: Int64?, limit: Int) async throws -> AuditPage {
        throw Broken()
    }

    private final class Transaction: DeviceTransaction {
        var records: [Fingerprint: ClientCertificateRecord]
        var tombstones: [Fingerprint: Tombstone]

        init(_ records: [Fingerprint: ClientCertificateRecord], _ tombstones: [Fingerprint: Tombstone]) {
            self.records = records
            self.tombstones = tombstones
        }

        func record(_ fingerprint: Fingerprint) throws -> ClientCertificateRecord? { records[fingerprint] }
        func tombstone(_ fingerprint: Fingerprint) throws -> Tombstone? { tombstones[fingerprint] }
        func activeTwin(of fingerprint: Fingerprint, commonName: String) throws -> Fingerprint? { nil }
        func activeTwin(of fingerprint: Fingerprint, clientID: ClientIdentifier) throws -> Fingerprint? { nil }
        func records(fingerprintPrefix: String, limit: Int) throws -> [ClientCertificateRecord] { [] }
        func records(serial: SerialNumber, limit: Int) throws -> [ClientCertificateRecord] { [] }
        func records(clientID: ClientIdentifier, limit: Int) throws -> [ClientCertificateRecord] { [] }
        func records(authority: Fingerprint, limit: Int) throws -> [ClientCertificateRecord] { [] }
        func job(_ id: Int64) throws -> ImportJob? { nil }
        func jobs() throws -> [ImportJob] { [] }
        func importRows(of job: Int64, after position: Int, limit: Int) throws -> [ImportRow] { [] }
        func put(_ record: ClientCertificateRecord) throws { records[record.fingerprint] = record }
        func put(_ facts: ClientCertificateFacts) throws { records[facts.fingerprint]?.facts = facts }
        func removeRecord(_ fingerprint: Fingerprint) throws { records[fingerprint] = nil }
        func put(_ tombstone: Tombstone) throws { tombstones[tombstone.fingerprint] = tombstone }
        func removeTombstone(_ fingerprint: Fingerprint) throws { tombstones[fingerprint] = nil }
        func removeTombstones(endedBefore now: Date, limit: Int) throws -> [Fingerprint] { [] }
        func append(_ drafts: [AuditDraft]) throws {}
        func insert(_ job: ImportJob) throws -> ImportJob { job }
        func update(_ job: ImportJob) throws {}
        func append(_ rows: [ImportRow], to job: Int64, at position: Int) throws {}
        func removeRows(of job: Int64, limit: Int) throws -> Int { 0 }
        func trimJobs(to limit: Int) throws {}
    }
}
