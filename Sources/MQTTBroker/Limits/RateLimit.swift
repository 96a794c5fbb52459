import Reactors

/// So many in a span of time in the long run, and so many at once after a pause.
package struct RateLimit: Hashable, Sendable {
    /// How many; 0 for as many as come.
    package var count: Int
    /// In which span.
    package var span: Duration
    /// How many at once.
    package var burst: Int

    /// Names a rate; by the second if nothing else is said.
    package init(_ count: Int, per span: Duration = .seconds(1), burst: Int) {
        self.count = count
        self.span = span
        self.burst = burst
    }

    /// No bound.
    package static let none = RateLimit(0, burst: 1)

    /// The rate for token buckets, of which there are `parts` that share it; nil where there is no bound.
    func pace(parts: Int = 1) -> TokenBucket.Pace? {
        guard count > 0 else { return nil }
        let perSecond = Double(count) / (span / .seconds(1))
        return TokenBucket.Pace(rate: perSecond / Double(parts), burst: Double(burst) / Double(parts))
    }
}

/// What a client meets that sends faster than it may.
package enum RateExceeded: String, Sendable, CaseIterable {
    /// It is not read until it may send again: nothing is lost, TCP holds it back.
    case hold
    /// It is sent away, MQTT 5 clients with 0x96.
    case disconnect
}
