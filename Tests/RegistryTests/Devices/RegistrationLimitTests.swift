import Foundation
import Registry
import Testing

@Suite struct RegistrationLimitTests {
    @Test func `lets 15 pass at once, and the 16th wait for a fifteenth of a second`() throws {
        let limit = RegistrationLimit()
        for _ in 0..<15 { #expect(limit.take(at: noon) == nil) }
        let wait = try #require(limit.take(at: noon))
        #expect(abs(wait / .seconds(1) - 1.0 / 15) < 0.0001)
    }

    @Test(arguments: [(0.066, false), (0.067, true), (0.99, true)])
    func `fills at 15 per second`(seconds: Double, passes: Bool) {
        let limit = RegistrationLimit()
        for _ in 0..<15 { _ = limit.take(at: noon) }
        #expect((limit.take(at: noon + seconds) == nil) == passes)
    }

    @Test func `lets exactly 15 more pass after a second`() {
        let limit = RegistrationLimit()
        for _ in 0..<15 { _ = limit.take(at: noon) }
        #expect((0..<100).count { _ in limit.take(at: noon + 1) == nil } == 15)
    }

    @Test func `lets 15 per second pass in the long run, however often it is asked`() {
        let limit = RegistrationLimit()
        let passed = (0..<10_000).count { limit.take(at: noon + Double($0) / 1000) == nil }
        #expect(passed == 15 + 15 * 10 - 1 || passed == 15 + 15 * 10)
    }

    @Test func `does not gather more than its burst`() {
        let limit = RegistrationLimit(RegistrationLimit.Rate(perSecond: 15, burst: 3))
        #expect((0..<100).count { _ in limit.take(at: noon + 3600) == nil } == 3)
    }

    @Test func `a clock that is set back neither fills nor empties it`() {
        let limit = RegistrationLimit()
        for _ in 0..<15 { _ = limit.take(at: noon) }
        #expect(limit.take(at: noon - 3600) != nil)
        #expect(limit.take(at: noon - 3600 + 0.1) == nil)
    }

    @Test func `takes back what was not used`() {
        let limit = RegistrationLimit(RegistrationLimit.Rate(perSecond: 1, burst: 1))
        #expect(limit.take(at: noon) == nil)
        limit.giveBack()
        #expect(limit.take(at: noon) == nil)
        #expect(limit.take(at: noon) == .seconds(1))
    }

    @Test func `keeps no more than a smaller rate allows`() {
        let limit = RegistrationLimit(RegistrationLimit.Rate(perSecond: 100, burst: 100))
        limit.set(RegistrationLimit.Rate(perSecond: 2, burst: 2))
        #expect((0..<100).count { _ in limit.take(at: noon) == nil } == 2)
        #expect(limit.rate == RegistrationLimit.Rate(perSecond: 2, burst: 2))
    }
}
