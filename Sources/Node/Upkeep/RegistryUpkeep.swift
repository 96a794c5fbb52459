import Foundation
import Logging
import Registry
import Synchronization

/// What keeps the registry's tables small: tombstones that have ended, uses of tokens, sightings past their time.
final class RegistryUpkeep: Sendable {
    /// How often something is looked at.
    static let interval = Duration.seconds(60)
    /// How many intervals pass between two rounds of the slower chores.
    private static let pruneEvery = 5
    private static let tombstonesEvery = 60

    private let devices: DeviceControl
    private let tokens: TokenDirectory
    private let sightings: any SightingStore
    private let logger: Logger
    private let now: @Sendable () -> Date
    private let round = Mutex(0)

    init(
        devices: DeviceControl,
        tokens: TokenDirectory,
        sightings: any SightingStore,
        logger: Logger,
        now: @escaping @Sendable () -> Date = { Date() }
    ) {
        self.devices = devices
        self.tokens = tokens
        self.sightings = sightings
        self.logger = logger
        self.now = now
    }

    /// Does what is due this minute.
    func work() async {
        let round = round.withLock { round in
            defer { round += 1 }
            return round
        }
        await storeTokenUses()
        if round.isMultiple(of: Self.pruneEvery) {
            await attempt("sightings") { try await self.sightings.prune(at: self.now()) }
        }
        if round.isMultiple(of: Self.tombstonesEvery) {
            await attempt("tombstones") { _ = try await self.devices.removeEndedTombstones(at: self.now()) }
        }
    }

    /// Stores when tokens were used.
    func storeTokenUses() async {
        await attempt("token uses") { try await self.tokens.storeUses() }
    }

    private func attempt(_ what: String, _ body: () async throws -> Void) async {
        do {
            try await body()
        } catch {
            logger.error("upkeep of the registry failed", metadata: ["of": "\(what)", "reason": "\(error)"])
        }
    }
}
