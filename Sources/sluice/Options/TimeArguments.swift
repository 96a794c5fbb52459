import ArgumentParser
import Foundation

/// A span of time as people type it: 30d, 12h, 10m, 90s.
struct TimeSpan: ExpressibleByArgument, Hashable {
    /// As it was typed.
    let text: String
    let seconds: Double

    init?(argument: String) {
        let units = ["d": 86_400.0, "h": 3600, "m": 60, "s": 1]
        guard let unit = argument.last.flatMap({ units[String($0)] }), let count = Double(argument.dropLast()),
            count >= 0, count * unit <= Self.longest
        else { return nil }
        text = argument
        seconds = count * unit
    }

    var wholeSeconds: Int64 { Int64(seconds.rounded(.up)) }

    /// So many seconds.
    init(seconds: Int) {
        text = "\(seconds)s"
        self.seconds = Double(seconds)
    }

    var defaultValueDescription: String { text }

    /// A century, in seconds: whatever is longer was mistyped.
    private static let longest = 100.0 * 365 * 86_400
}

/// A moment as people type it: an RFC 3339 time, a day, or a span from now (`+30d`, `-2h`).
struct PointInTime: ExpressibleByArgument, Hashable {
    let date: Date

    init?(argument: String) {
        self.init(argument, now: Date())
    }

    init?(_ text: String, now: Date) {
        if let sign = text.first, "+-".contains(sign), let span = TimeSpan(argument: String(text.dropFirst())) {
            date = now.addingTimeInterval(sign == "+" ? span.seconds : -span.seconds)
        } else if let moment = try? Date(text, strategy: .iso8601) {
            date = moment
        } else if let day = try? Date(text, strategy: .iso8601.year().month().day()) {
            date = day
        } else {
            return nil
        }
    }

    /// RFC 3339 in UTC.
    var text: String { date.timestamp }
}
