internal import Glibc
package import Reactors

/// A moment of the calendar, as it stands in the file: milliseconds since 1970, UTC.
///
/// In memory all times are monotonic; only what outlives the process is written so.
package struct WallTime: Comparable, Hashable, Sendable {
    /// Milliseconds since 1970-01-01 00:00 UTC.
    package let milliseconds: Int64

    /// A moment so many milliseconds after the beginning of 1970.
    package init(milliseconds: Int64) {
        self.milliseconds = milliseconds
    }

    /// Reads the system's clock.
    package static func now() -> WallTime {
        var time = timespec()
        clock_gettime(CLOCK_REALTIME, &time)
        return WallTime(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
    }

    package static func < (left: WallTime, right: WallTime) -> Bool { left.milliseconds < right.milliseconds }
}

/// One moment on both clocks: what turns times of one into times of the other.
package struct ClockPair: Sendable {
    /// The moment on the monotonic clock.
    package let monotonic: MonotonicTime
    /// The same moment in the calendar.
    package let wall: WallTime

    /// Names one moment twice.
    package init(monotonic: MonotonicTime, wall: WallTime) {
        self.monotonic = monotonic
        self.wall = wall
    }

    /// The calendar's time for a monotonic one; nil for one that never comes.
    func wall(_ time: MonotonicTime) -> WallTime? {
        guard time != .distantFuture else { return nil }
        let later = Int64(clamping: time.nanoseconds) - Int64(clamping: monotonic.nanoseconds)
        return WallTime(milliseconds: wall.milliseconds.addingReportingOverflow(later / Self.nanoseconds).partialValue)
    }

    /// The monotonic time for one of the calendar; the pair's own moment for any that is past, never for none.
    func monotonic(_ time: WallTime?) -> MonotonicTime {
        guard let time else { return .distantFuture }
        let (later, overflow) = time.milliseconds.subtractingReportingOverflow(wall.milliseconds)
        guard !overflow else { return time < wall ? monotonic : .distantFuture }
        return monotonic.advanced(by: .milliseconds(max(0, later)))
    }

    private static let nanoseconds: Int64 = 1_000_000
}
