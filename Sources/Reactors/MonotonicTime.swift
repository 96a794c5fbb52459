internal import CLinux

/// A point on the machine's monotonic clock, which never jumps and has no relation to the calendar.
package struct MonotonicTime: Comparable, Hashable, Sendable {
    /// Nanoseconds since the clock's arbitrary start (boot, on Linux).
    package let nanoseconds: UInt64

    /// A point so many nanoseconds after the clock's start; for tests and for deadlines computed elsewhere.
    package init(nanoseconds: UInt64) {
        self.nanoseconds = nanoseconds
    }

    /// A point that never comes.
    package static let distantFuture = MonotonicTime(nanoseconds: .max)

    /// Reads the clock (one vDSO call). On a reactor use `Reactor.now`, which is read once per turn.
    package static func now() -> MonotonicTime {
        MonotonicTime(nanoseconds: clinux_monotonic_nanoseconds())
    }

    /// The point `duration` later; saturates at the clock's start and at `distantFuture`.
    package func advanced(by duration: Duration) -> MonotonicTime {
        let (seconds, attoseconds) = duration.components
        let (whole, overflow) = seconds.multipliedReportingOverflow(by: 1_000_000_000)
        let (step, overflowed) = whole.addingReportingOverflow(attoseconds / 1_000_000_000)
        if overflow || overflowed { return seconds < 0 ? MonotonicTime(nanoseconds: 0) : .distantFuture }
        if step < 0 {
            return MonotonicTime(nanoseconds: nanoseconds - min(nanoseconds, step.magnitude))
        }
        let (sum, past) = nanoseconds.addingReportingOverflow(step.magnitude)
        return past ? .distantFuture : MonotonicTime(nanoseconds: sum)
    }

    /// How long after `earlier` this point is; negative when it is before.
    package func duration(since earlier: MonotonicTime) -> Duration {
        self >= earlier
            ? .nanoseconds(Int64(clamping: nanoseconds - earlier.nanoseconds))
            : .zero - .nanoseconds(Int64(clamping: earlier.nanoseconds - nanoseconds))
    }

    package static func < (left: MonotonicTime, right: MonotonicTime) -> Bool {
        left.nanoseconds < right.nanoseconds
    }
}
