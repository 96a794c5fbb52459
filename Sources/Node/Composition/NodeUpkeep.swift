import Foundation
import Logging
import Registry
import ServiceLifecycle

/// What the node does by the clock.
struct NodeUpkeep: Sendable {
    let flush: SightingFlush
    let storage: StorageCheck
    let revocationLists: RevocationListWatch
    private let succession: CASuccession
    private let watchers: FileWatchers
    private let sweeper: GraceSweeper
    private let expiry: ExpiryWatch
    private let upkeep: RegistryUpkeep
    private let jobs: JobControl
    private let logger: Logger

    init(
        _ configuration: Configuration,
        _ registry: OpenedRegistry,
        _ journals: NodeJournals,
        watchers: FileWatchers,
        succession: CASuccession,
        logger: Logger
    ) {
        self.watchers = watchers
        self.succession = succession
        self.logger = logger
        jobs = registry.jobs
        let flush = SightingFlush(
            journals.sightings,
            into: registry.sightings,
            devices: registry.devices,
            logger: logger
        )
        self.flush = flush
        storage = StorageCheck(registry.audit, flush: flush, logger: logger)
        revocationLists = RevocationListWatch(
            configuration.revocationLists,
            cluster: { registry.control.current.state },
            events: journals.events,
            logger: logger
        )
        sweeper = GraceSweeper(cluster: registry.control, logger: logger)
        expiry = ExpiryWatch(
            cluster: registry.control,
            devices: registry.devices,
            events: journals.events,
            logger: logger
        )
        upkeep = RegistryUpkeep(
            devices: registry.devices,
            tokens: registry.tokens,
            sightings: registry.sightings,
            logger: logger
        )
    }

    var services: [any Service] {
        [
            PeriodicTask(every: RegistryUpkeep.interval, upkeep.work, last: upkeep.storeTokenUses),
            PeriodicTask(every: SightingFlush.interval, flush.flush, last: flush.flush),
            PeriodicTask(every: StorageCheck.interval, storage.look),
            PeriodicTask(every: RevocationListWatch.interval, revocationLists.look),
            PeriodicTask(every: ExpiryWatch.interval, expiry.look),
            PeriodicTask(every: CASuccession.interval, succession.carryOn),
            PeriodicTask(every: sweeper.pause, sweeper.sweep),
            PeriodicTask(every: FileWatchers.interval, watchers.look),
            ImportService(jobs: jobs, logger: logger),
        ]
    }
}

/// Goes on with bulk imports that a stop interrupted, and lets those that run come to a point where they can go on.
private struct ImportService: Service {
    let jobs: JobControl
    let logger: Logger

    func run() async throws {
        do {
            try await jobs.resume()
        } catch {
            logger.error("imports not resumed", metadata: ["reason": "\(error)"])
        }
        try? await gracefulShutdown()
        await jobs.shutDown()
    }
}
