import Testing

@testable import Reactors

@Suite struct MonotonicTimeTests {
    @Test(
        arguments: [
            (Duration.zero, 1_000), (.nanoseconds(5), 1_005), (.seconds(2), 2_000_001_000), (.nanoseconds(-1), 999),
            (.seconds(-10), 0), (.seconds(Int64.max), UInt64.max), (.seconds(Int64.min), 0),
        ] as [(Duration, UInt64)]
    )
    func `time advances and saturates at both ends`(step: Duration, nanoseconds: UInt64) {
        #expect(MonotonicTime(nanoseconds: 1_000).advanced(by: step).nanoseconds == nanoseconds)
    }

    @Test func `the distance between two points has a sign`() {
        let early = MonotonicTime(nanoseconds: 10)
        let late = MonotonicTime(nanoseconds: 25)
        #expect(late.duration(since: early) == .nanoseconds(15))
        #expect(early.duration(since: late) == .nanoseconds(-15))
    }

    @Test func `the clock does not go backwards`() {
        let first = MonotonicTime.now()
        #expect(MonotonicTime.now() >= first)
    }
}
