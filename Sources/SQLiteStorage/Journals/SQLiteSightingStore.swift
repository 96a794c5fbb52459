package import FoundationEssentials
import GRDB
package import Registry

/// What was seen of clients, in `sightings.sqlite` in the data directory.
package struct SQLiteSightingStore: SightingStore {
    private let file: JournalFile
    private let limits: SightingLimits
    /// Why the file of the last run was set aside and a new one begun; `nil` if it was not.
    package let setAside: StorageError?

    /// Opens the file in a claimed directory, or makes it. A damaged one is set aside, never in the way. Blocks.
    ///
    /// Throws `StorageError.permissions`, `.inaccessible` or `.failed`.
    package init(in directory: DataDirectory, limits: SightingLimits = SightingLimits()) throws(StorageError) {
        let (pool, found) = try SightingDatabase.open(in: directory)
        file = JournalFile(pool, in: directory)
        setAside = found
        self.limits = limits
    }

    /// Stores a batch in one transaction; for 1,000 clients some 20 ms. Throws a `StorageError`.
    package func record(_ batch: SightingBatch) async throws {
        guard !batch.isEmpty else { return }
        let limits = limits
        try await file.write { database in
            for observation in batch.observations {
                try SightingRows.record(observation, limits: limits, in: database)
            }
        }
    }

    /// The client ids that came with a certificate, the last seen first. Throws a `StorageError`.
    package func clients(of certificate: Fingerprint) async throws -> [AssociatedClient] {
        try await file.read { try SightingRows.clients(of: certificate, in: $0) }
    }

    /// Whom the range would cut off. Throws a `StorageError`.
    package func cutOff(by range: TLSVersionRange, at now: Date, limit: Int) async throws -> CutOffReport {
        let from = now.addingTimeInterval(-limits.retention)
        return try await file.read { try HelloInventory.cutOff(by: range, from: from, limit: limit, in: $0) }
    }

    /// Begins the report on a certificate that was superseded. Throws a `StorageError`.
    package func openRotation(of superseded: Fingerprint, at now: Date) async throws {
        try await file.write { try RotationRows.open(superseded, at: now, in: $0) }
    }

    /// Who needed a superseded certificate. Throws a `StorageError`.
    package func rotation(of superseded: Fingerprint, limit: Int) async throws -> RotationReport {
        try await file.read { try RotationRows.report(on: superseded, limit: limit, in: $0) }
    }

    /// Forgets what is past the retention time or the limits. Throws a `StorageError`.
    package func prune(at now: Date) async throws {
        let limits = limits
        let before = now.addingTimeInterval(-limits.retention).milliseconds
        try await file.write { database in
            try SightingRows.prune(before: before, limits: limits, in: database)
            try RotationRows.prune(before: before, in: database)
        }
    }

    /// Closes the file. Throws a `StorageError`.
    package func close() throws(StorageError) {
        try file.close()
    }
}
