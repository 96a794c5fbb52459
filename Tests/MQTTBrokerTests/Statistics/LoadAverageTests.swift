import Testing

@testable import MQTTBroker

/// The moving averages, with the seconds that a test says have passed.
@Suite struct LoadAverageTests {
    /// 1 − 1/e: what an average has taken up of a steady rate after a time as long as its span.
    private static let taken = 0.632_120_558_8

    /// Seconds between looks, looks, and what a steady 10 a second come to over 1, 5 and 15 minutes.
    private static let steady: [(elapsed: Double, looks: Int, averages: [Double])] = [
        (10, 6, [379.272, 108.762, 38.696]),
        (60, 1, [379.272, 108.762, 38.696]),
        (1, 60, [379.272, 108.762, 38.696]),
        (10, 90, [600, 570.128, 379.272]),
        (3600, 24, [600, 600, 600]),
    ]

    @Test(arguments: steady)
    func `a steady rate is approached the same way however often one looks`(
        elapsed: Double,
        looks: Int,
        averages: [Double]
    ) {
        var load = LoadAverage()
        for look in 1...looks { load.update(UInt64(Double(look) * elapsed * 10), elapsed: elapsed) }
        for (span, average) in zip(LoadAverage.Span.allCases, averages) {
            #expect(abs(load[span] - average) < 0.001)
        }
    }

    @Test func `what has ended is forgotten at the pace of its span`() {
        var load = LoadAverage()
        load.update(6000, elapsed: 60)
        let before = load[.oneMinute]
        load.update(6000, elapsed: 60)
        #expect(abs(load[.oneMinute] / before - (1 - Self.taken)) < 1e-9)
        load.update(6000, elapsed: 24 * 60 * 60)
        #expect(load[.fifteenMinutes] < 1e-9)
    }

    @Test func `no time passed changes nothing, and loses nothing`() {
        var load = LoadAverage()
        load.update(100, elapsed: 0)
        #expect(load[.oneMinute] == 0)
        load.update(100, elapsed: 60)
        #expect(abs(load[.oneMinute] - 100 * Self.taken) < 1e-6)
    }
}
