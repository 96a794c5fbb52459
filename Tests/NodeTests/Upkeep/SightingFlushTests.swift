import Foundation
import Registry
import Synchronization
import TestAuthority
import Testing

@testable import Node

@Suite("The flush of sightings") struct SightingFlushTests {
    private static func sighting(_ clientID: String, _ certificate: Fingerprint? = nil) -> Sighting {
        var sighting = Sighting(time: Date(), accessPoint: "public", address: "192.0.2.7")
        sighting.clientID = clientID
        sighting.fingerprint = certificate
        return sighting
    }

    @Test func `a report shows what was seen a moment ago, and when the certificate was seen last`() async throws {
        let bench = try await RegistryBench()
        let authority = try await bench.register(try TestAuthority())
        let device = try await bench.registerDevice(1, of: authority)
        let journal = SightingJournal()
        let flush = SightingFlush(
            journal,
            into: bench.registry.sightings,
            devices: bench.registry.devices,
            logger: bench.logger
        )
        journal.note(Self.sighting("pump-1", device))
        let current = CurrentSightings(store: bench.registry.sightings, flush: flush)
        #expect(try await current.clients(of: device).map(\.clientID) == ["pump-1"])
        #expect(try await bench.registry.devices.record(device)?.lastSeenAt != nil)
    }

    @Test func `what cannot be stored is kept and tried again, and readiness says so`() async throws {
        let bench = try await RegistryBench()
        let (journal, log) = (SightingJournal(), RecordedLog())
        let store = FailingStore(bench.registry.sightings)
        let flush = SightingFlush(journal, into: store, devices: bench.registry.devices, logger: log.logger)
        journal.note(Self.sighting("a"))
        await flush.flush()
        journal.note(Self.sighting("b"))
        for _ in 0..<3 { await flush.flush() }
        #expect(!flush.isWorking)
        #expect(log.lines == ["error: what is seen of clients cannot be stored; it is tried again each second"])
        store.fails.withLock { $0 = false }
        await flush.flush()
        #expect(flush.isWorking)
        #expect(store.recorded.withLock { $0 } == 2)
    }

    /// A store that fails until it is told not to.
    private final class FailingStore: SightingStore {
        let fails = Mutex(true)
        let recorded = Mutex(0)
        private let store: any SightingStore

        private struct Failure: Error {}

        init(_ store: any SightingStore) { self.store = store }

        func record(_ batch: SightingBatch) async throws {
            if fails.withLock({ $0 }) { throw Failure() }
            recorded.withLock { $0 += 1 }
        }

        func clients(of certificate: Fingerprint) async throws -> [AssociatedClient] {
            try await store.clients(of: certificate)
        }

        func cutOff(by range: TLSVersionRange, at now: Date, limit: Int) async throws -> CutOffReport {
            try await store.cutOff(by: range, at: now, limit: limit)
        }

        func openRotation(of superseded: Fingerprint, at now: Date) async throws {}

        func rotation(of superseded: Fingerprint, limit: Int) async throws -> RotationReport {
            try await store.rotation(of: superseded, limit: limit)
        }

        func prune(at now: Date) async throws {}
    }
}
