import Foundation
import Logging
import Registry
import Synchronization

/// Stores what was seen of clients, a second's worth at a time.
///
/// A batch that could not be stored is tried again with the next one; what is seen meanwhile waits in the journal, which is
/// bounded.
final class SightingFlush: Sendable {
    /// How often there is a flush.
    static let interval = Duration.seconds(1)

    private let journal: SightingJournal
    private let store: any SightingStore
    private let devices: DeviceControl
    private let logger: Logger
    private let unstored = Mutex<SightingBatch?>(nil)
    /// The flush that was begun last; they follow each other.
    private let latest = Mutex<Task<Void, Never>?>(nil)

    init(_ journal: SightingJournal, into store: any SightingStore, devices: DeviceControl, logger: Logger) {
        self.journal = journal
        self.store = store
        self.devices = devices
        self.logger = logger
    }

    /// Stores what there is, after the flushes that were begun before.
    func flush() async {
        let task = latest.withLock { latest in
            let task = Task { [previous = latest] in
                await previous?.value
                await self.work()
            }
            latest = task
            return task
        }
        await task.value
    }

    private func work() async {
        let earlier = unstored.withLock { $0 }
        if let earlier, await !save(earlier) { return }
        let hadFailed = earlier != nil
        unstored.withLock { $0 = nil }
        if hadFailed { logger.notice("what is seen of clients can be stored again") }
        let batch = journal.drain()
        guard !batch.isEmpty else { return }
        if batch.dropped > 0 {
            logger.warning("more clients came than could be remembered", metadata: ["forgotten": "\(batch.dropped)"])
        }
        guard await !save(batch) else { return }
        unstored.withLock { $0 = batch }
        if !hadFailed { logger.error("what is seen of clients cannot be stored; it is tried again each second") }
    }

    private func save(_ batch: SightingBatch) async -> Bool {
        do {
            try await store.record(batch)
            try await devices.markSeen(batch.certificatesSeen.mapValues(\.last.time))
            return true
        } catch {
            logger.debug("sightings not stored", metadata: ["reason": "\(error)"])
            return false
        }
    }

    /// Whether the last flush went well.
    var isWorking: Bool { unstored.withLock { $0 == nil } }
}
