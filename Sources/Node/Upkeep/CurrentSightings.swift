import Foundation
import Registry

/// What was seen of clients up to this moment: stores what still waits before it answers, so that a report shows the
/// connection that somebody has just watched.
struct CurrentSightings: SightingStore {
    let store: any SightingStore
    let flush: SightingFlush

    func record(_ batch: SightingBatch) async throws { try await store.record(batch) }

    func clients(of certificate: Fingerprint) async throws -> [AssociatedClient] {
        await flush.flush()
        return try await store.clients(of: certificate)
    }

    func cutOff(by range: TLSVersionRange, at now: Date, limit: Int) async throws -> CutOffReport {
        await flush.flush()
        return try await store.cutOff(by: range, at: now, limit: limit)
    }

    func openRotation(of superseded: Fingerprint, at now: Date) async throws {
        try await store.openRotation(of: superseded, at: now)
    }

    func rotation(of superseded: Fingerprint, limit: Int) async throws -> RotationReport {
        await flush.flush()
        return try await store.rotation(of: superseded, limit: limit)
    }

    func prune(at now: Date) async throws { try await store.prune(at: now) }
}
