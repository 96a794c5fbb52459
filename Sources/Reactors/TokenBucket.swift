/// A token bucket in eight bytes: the time at which it will be full again.
///
/// The generic cell rate algorithm (ITU-T I.371): taking a token moves that time on by one interval; a token is there
/// as long as the time stays within a burst's worth of now.
package struct TokenBucket: Sendable {
    private var fullAt: UInt64 = 0

    /// A full bucket.
    package init() {}

    /// Takes one token, or says that none is there.
    package mutating func take(at now: MonotonicTime, _ pace: Pace) -> Bool {
        let next = max(fullAt, now.nanoseconds) + pace.interval
        guard next - now.nanoseconds <= pace.span else { return false }
        fullAt = next
        return true
    }

    /// Takes tokens for what has already happened, there or not; what is owed is never more than `longest` takes to come
    /// in.
    package mutating func charge(_ tokens: Int, at now: MonotonicTime, _ pace: Pace, atMost longest: Duration) {
        let next = max(fullAt, now.nanoseconds) + pace.time(for: tokens)
        fullAt = min(next, now.nanoseconds + pace.span + UInt64(max(.zero, longest) / .nanoseconds(1)))
    }

    /// Until when tokens are owed; nil when none are.
    package func isOwing(at now: MonotonicTime, _ pace: Pace) -> MonotonicTime? {
        guard fullAt > now.nanoseconds + pace.span else { return nil }
        return MonotonicTime(nanoseconds: fullAt - pace.span)
    }

    /// Whether the bucket is full, so that forgetting it changes nothing.
    package func isFull(at now: MonotonicTime) -> Bool { fullAt <= now.nanoseconds }

    /// Rate and burst of a bucket in nanoseconds.
    package struct Pace: Sendable {
        /// From one token to the next.
        let interval: UInt64
        /// From empty to full.
        let span: UInt64
        private let exactInterval: Double

        /// - Parameters:
        ///   - rate: tokens per second, above zero.
        ///   - burst: tokens in a full bucket, at least one.
        package init(rate: Double, burst: Double) {
            exactInterval = 1e9 / max(rate, Self.slowestRate)
            interval = UInt64(exactInterval)
            span = UInt64(min(exactInterval * max(burst, 1), Self.longestSpan))
        }

        /// How long so many tokens take to come in.
        fileprivate func time(for tokens: Int) -> UInt64 {
            UInt64(min(exactInterval * Double(max(tokens, 0)), Self.longestSpan))
        }

        /// One token in about eleven days; keeps the arithmetic inside 64 bits.
        private static let slowestRate = 1e-6
        /// Thirty years in nanoseconds; the same purpose.
        private static let longestSpan = 1e18
    }
}
