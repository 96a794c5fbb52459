import FoundationEssentials
import Glibc

/// Where verification and session expiry take the date from; tests give their own.
package struct WallClock: Sendable {
    /// Seconds since 1970, UTC.
    package var seconds: @Sendable () -> Int64

    package init(seconds: @escaping @Sendable () -> Int64) {
        self.seconds = seconds
    }

    /// The system's clock.
    package static let system = WallClock { Int64(time(nil)) }

    var date: Date { Date(timeIntervalSince1970: TimeInterval(seconds())) }
}
