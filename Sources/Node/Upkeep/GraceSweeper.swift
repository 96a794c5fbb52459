import Credentials
import Foundation
import Logging
import Registry

/// Ends grace periods when their time has come: at the deadline that is stored, whatever was restarted in between.
///
/// Handshakes compare the deadline with the clock themselves; this takes the old certificate out of the registry, closes
/// its sessions' contexts, and tells it.
struct GraceSweeper: Sendable {
    let cluster: ClusterControl<ContextCatalog>
    let logger: Logger
    var now: @Sendable () -> Date = { Date() }

    /// How often the deadlines are looked at: one may be set, moved or ended at any time, and clocks are put right.
    static let interval = Duration.seconds(1)

    /// How long to sleep: until the next deadline, if that is nearer than the next look.
    var pause: Duration {
        guard let end = cluster.current.state.nextGraceEnd else { return Self.interval }
        let left = Duration.milliseconds(Int64((end.timeIntervalSince(now()) * 1000).rounded(.up)))
        return min(Self.interval, max(.milliseconds(1), left))
    }

    /// Ends what is due.
    func sweep() async {
        let time = now()
        guard let end = cluster.current.state.nextGraceEnd, end <= time else { return }
        do {
            let transition = try await cluster.apply(.expireGraces, at: time, by: .system)
            if transition.isChange { logger.notice("\(transition.summary)") }
        } catch {
            logger.error(
                "grace period not ended in the registry; it is over nevertheless",
                metadata: ["reason": "\(error)"]
            )
            // Not at once again: storage that fails is not helped by being asked a thousand times a second.
            try? await Task.sleep(for: Self.interval)
        }
    }
}
