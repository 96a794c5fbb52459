import Foundation
import Logging
import Registry
import Synchronization

/// Hands the client certificates of a CA that was replaced over to the one in its place, so that counts, filters and the
/// rules of deletion speak of a CA that is registered.
///
/// What is to be handed over is stored with the replacement itself: a crash or a failure in between is made good at the next
/// start, or with the next look.
final class CASuccession: Sendable {
    /// How often it is looked for what a failure left undone.
    static let interval = Duration.seconds(60)

    private struct Work {
        var isRunning = false
        /// Somebody asked while it was running, and may have been too late for it.
        var isWanted = false
    }

    private let cluster: @Sendable () -> ClusterState
    private let devices: DeviceControl
    private let successors: @Sendable () async throws -> [Fingerprint: Fingerprint]
    private let logger: Logger
    private let now: @Sendable () -> Date
    private let work = Mutex(Work())

    init(_ registry: OpenedRegistry, logger: Logger, now: @escaping @Sendable () -> Date = { Date() }) {
        cluster = { registry.control.current.state }
        devices = registry.devices
        successors = registry.successors
        self.logger = logger
        self.now = now
    }

    /// The cluster has changed. Returns at once: the records follow a moment later.
    func changed(_ transition: ClusterTransition) {
        guard !transition.replaced.isEmpty else { return }
        Task { await carryOn() }
    }

    /// Hands over what there is, one caller at a time: of two replacements the later one must have the last word.
    func carryOn() async {
        let begins = work.withLock { work in
            defer { (work.isRunning, work.isWanted) = (true, work.isRunning) }
            return !work.isRunning
        }
        guard begins else { return }
        repeat { await handOver() } while isWantedStill
    }

    private var isWantedStill: Bool {
        work.withLock { work in
            defer { (work.isRunning, work.isWanted) = (work.isWanted, false) }
            return work.isWanted
        }
    }

    private func handOver() async {
        do {
            for (old, new) in try await successors() where devices.counts.count(of: old) > 0 {
                let state = cluster()
                guard state.authorities[old] == nil, let authority = state.authorities[new] else { continue }
                let count = try await devices.reassign(from: old, to: new, at: now(), by: .system)
                guard count > 0 else { continue }
                logger.notice(
                    "client certificates follow their CA",
                    metadata: ["count": "\(count)", "replaced": "\(old.short)", "ca": "\(authority.label)"]
                )
            }
        } catch {
            logger.error("client certificates do not follow their CA yet", metadata: ["reason": "\(error)"])
        }
    }
}
