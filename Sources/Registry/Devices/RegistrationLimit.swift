package import FoundationEssentials
import Synchronization

/// How many certificates may be registered in a time: one token bucket for operators and devices alike.
///
/// The caller brings the time. A clock that is set back stands still for the bucket; one that jumps fills it once.
package final class RegistrationLimit: Sendable {
    /// The bucket's size and pace.
    package struct Rate: Hashable, Sendable {
        /// Registrations per second in the long run.
        package var perSecond: Int
        /// Registrations at once after a quiet time.
        package var burst: Int

        /// The product's limit: 15 per second, 15 at once. Below one counts as one.
        package init(perSecond: Int = 15, burst: Int = 15) {
            self.perSecond = max(1, perSecond)
            self.burst = max(1, burst)
        }
    }

    private struct Bucket {
        var rate: Rate
        var tokens: Double
        var filledAt: Date?
    }

    private let bucket: Mutex<Bucket>

    /// A full bucket.
    package init(_ rate: Rate = Rate()) {
        bucket = Mutex(Bucket(rate: rate, tokens: Double(rate.burst), filledAt: nil))
    }

    /// The rate in force.
    package var rate: Rate { bucket.withLock { $0.rate } }

    /// Sets another rate; what is in the bucket stays, up to its new size.
    package func set(_ rate: Rate) {
        bucket.withLock { bucket in
            bucket.rate = rate
            bucket.tokens = min(bucket.tokens, Double(rate.burst))
        }
    }

    /// Takes one registration out; or returns how long to wait for the next one.
    package func take(at now: Date) -> Duration? {
        bucket.withLock { bucket in
            let elapsed = bucket.filledAt.map { max(0, now.timeIntervalSince($0)) } ?? 0
            bucket.tokens = min(Double(bucket.rate.burst), bucket.tokens + elapsed * Double(bucket.rate.perSecond))
            bucket.filledAt = now
            // A sum of many small fillings misses a whole token by rounding alone.
            guard bucket.tokens >= 1 - 1e-6 else {
                return .seconds((1 - bucket.tokens) / Double(bucket.rate.perSecond))
            }
            bucket.tokens = max(0, bucket.tokens - 1)
            return nil
        }
    }

    /// Puts one registration back that was not made after all.
    package func giveBack() {
        bucket.withLock { $0.tokens = min(Double($0.rate.burst), $0.tokens + 1) }
    }
}
