import Glibc

/// How much of something happens in a minute, over the last one, five and fifteen: Mosquitto's moving averages.
///
/// They decay as `exp(-elapsed / span)`, so that an average over a minute has forgotten 63 % of what it was a minute ago.
struct LoadAverage {
    /// One of the three.
    enum Span: Int, CaseIterable {
        case oneMinute = 1
        case fiveMinutes = 5
        case fifteenMinutes = 15

        /// The last level of its topic.
        var name: String { "\(rawValue)min" }

        /// Seconds.
        var seconds: Double { Double(rawValue) * 60 }
    }

    private var values = [Double](repeating: 0, count: Span.allCases.count)
    private var last: UInt64 = 0

    /// Takes what a counter shows now, `elapsed` seconds after the last time.
    mutating func update(_ count: UInt64, elapsed: Double) {
        guard elapsed > 0 else { return }
        let perMinute = Double(count &- last) * 60 / elapsed
        last = count
        for (index, span) in Span.allCases.enumerated() {
            values[index] = perMinute + exp(-elapsed / span.seconds) * (values[index] - perMinute)
        }
    }

    /// Happenings a minute, over a span.
    subscript(_ span: Span) -> Double {
        values[Span.allCases.firstIndex(of: span) ?? 0]
    }
}
