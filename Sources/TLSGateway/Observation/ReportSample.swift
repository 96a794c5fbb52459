import Reactors
import Synchronization

/// Lets only so many reports a second through, over all reactors.
final class ReportSample: Sendable {
    private let bucket = Mutex(TokenBucket())
    private let pace: TokenBucket.Pace

    init(perSecond rate: Double) { pace = TokenBucket.Pace(rate: rate, burst: max(1, rate)) }

    /// Whether this one is reported.
    func take(at now: MonotonicTime) -> Bool { bucket.withLock { $0.take(at: now, pace) } }
}
