/// Durations as people write them in the configuration file.
package enum DurationText {
    /// Reads a whole number with a unit: `500ms`, `10s`, `5m`, `1h`, `30d`; nil for anything else. A bare `0` is allowed.
    package static func parse(_ text: String) -> Duration? {
        if text == "0" { return .zero }
        let digits = text.prefix { $0.isASCII && $0.isNumber }
        let unit = String(text.dropFirst(digits.count))
        guard let count = Int64(digits), let milliseconds = milliseconds[unit] else { return nil }
        let (total, overflow) = count.multipliedReportingOverflow(by: milliseconds)
        return overflow ? nil : .milliseconds(total)
    }

    /// The form with the largest unit that is exact: 600 s are `10m`.
    package static func render(_ duration: Duration) -> String {
        let (seconds, attoseconds) = duration.components
        let total = seconds * 1_000 + attoseconds / 1_000_000_000_000_000
        if total == 0 { return "0s" }
        for (unit, milliseconds) in [("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", Int64(1_000))]
        where total.isMultiple(of: milliseconds) {
            return "\(total / milliseconds)\(unit)"
        }
        return "\(total)ms"
    }

    private static let milliseconds: [String: Int64] = [
        "ms": 1, "s": 1_000, "m": 60_000, "h": 3_600_000, "d": 86_400_000,
    ]
}
