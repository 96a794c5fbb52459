import Reactors

/// A token bucket in eight bytes: the time at which it will be full again.
///
/// The generic cell rate algorithm (ITU-T I.371): taking a token moves that time on by one interval; a token is there
/// as long as the time stays within a burst's worth of now.
struct TokenBucket {
    private var fullAt: UInt64 = 0

    /// Takes one token, or says that none is there.
    mutating func take(at now: MonotonicTime, _ pace: Pace) -> Bool {
        let next = max(fullAt, now.nanoseconds) + pace.interval
        guard next - now.nanoseconds <= pace.span else { return false }
        fullAt = next
        return true
    }

    /// Whether the bucket is full, so that forgetting it changes nothing.
    func isFull(at now: MonotonicTime) -> Bool { fullAt <= now.nanoseconds }

    /// Rate and burst of a bucket in nanoseconds.
    struct Pace: Sendable {
        /// From one token to the next.
        let interval: UInt64
        /// From empty to full.
        let span: UInt64

        /// - Parameters:
        ///   - rate: tokens per second, above zero.
        ///   - burst: tokens in a full bucket, at least one.
        init(rate: Double, burst: Double) {
            let interval = 1e9 / max(rate, Self.slowestRate)
            self.interval = UInt64(interval)
            span = UInt64(min(interval * max(burst, 1), Self.longestSpan))
        }

        /// One token in about eleven days; keeps the arithmetic inside 64 bits.
        private static let slowestRate = 1e-6
        /// Thirty years in nanoseconds; the same purpose.
        private static let longestSpan = 1e18
    }
}
