import Testing

@testable import Reactors

@Suite struct TimerWheelTests {
    private final class Note: TimerHandler {
        let tick: UInt64
        init(_ tick: UInt64) { self.tick = tick }
        func timerExpired(_ token: TimerToken) {}
    }

    /// Moves the wheel to `tick` and names what fired, in order.
    private func fired(_ wheel: inout TimerWheel, at tick: UInt64) -> [UInt64] {
        wheel.advance(to: tick)
        var ticks: [UInt64] = []
        while let (handler, _) = wheel.popDue() { ticks.append((handler as? Note)?.tick ?? .max) }
        return ticks
    }

    @Test func `timers fire in the order of their ticks`() {
        var wheel = TimerWheel(startingAt: 1000)
        let ticks: [UInt64] = [1001, 1064, 1063, 5096, 1000, 300_000, 5097, 70_000, 1001]
        for tick in ticks { _ = wheel.schedule(Note(tick), at: tick) }
        #expect(fired(&wheel, at: 400_000) == ticks.sorted())
        #expect(wheel.count == 0)
    }

    @Test func `no timer fires before its tick and none after it`() {
        var wheel = TimerWheel(startingAt: 77)
        var random = SystemRandomNumberGenerator()
        var expected: [UInt64] = []
        for _ in 0..<2000 {
            let tick = 77 + UInt64.random(in: 0..<20_000, using: &random)
            expected.append(tick)
            _ = wheel.schedule(Note(tick), at: tick)
        }
        expected.sort()
        var present: UInt64 = 77
        while present < 20_077 {
            present += UInt64.random(in: 1...90, using: &random)
            let due = expected.prefix { $0 <= present }
            #expect(fired(&wheel, at: present) == Array(due))
            expected.removeFirst(due.count)
        }
        #expect(expected.isEmpty)
    }

    @Test(
        arguments: [1, 63, 64, 65, 4095, 4096, 262_144, 1 << 30, 1 << 35, (1 << 36) - 1, 1 << 36, 1 << 40] as [UInt64]
    )
    func `a timer far ahead fires on its tick and not one before`(distance: UInt64) {
        for start in [0, 1, 63, 4095, 123_456_789] as [UInt64] {
            var wheel = TimerWheel(startingAt: start)
            _ = wheel.schedule(Note(start + distance), at: start + distance)
            #expect(fired(&wheel, at: start + distance - 1).isEmpty)
            #expect(fired(&wheel, at: start + distance) == [start + distance])
        }
    }

    @Test func `the next tick is never later than the first timer`() throws {
        var wheel = TimerWheel(startingAt: 0)
        #expect(wheel.nextTick == nil)
        for tick in [900_000, 5000, 70, 3] as [UInt64] {
            _ = wheel.schedule(Note(tick), at: tick)
            let next = wheel.nextTick
            #expect(try #require(next) <= tick)
        }
        var steps = 0
        while let next = wheel.nextTick {
            _ = fired(&wheel, at: next)
            steps += 1
        }
        #expect(steps < 20)
        #expect(wheel.count == 0)
    }

    @Test func `a cancelled timer does not fire and its handler is let go`() {
        var wheel = TimerWheel(startingAt: 0)
        weak var handler: Note?
        let token: TimerToken
        do {
            let note = Note(10)
            handler = note
            token = wheel.schedule(note, at: 10)
        }
        #expect(handler != nil)
        #expect(wheel.cancel(token) != nil)
        #expect(handler == nil)
        #expect(wheel.nextTick == nil)
        #expect(fired(&wheel, at: 20).isEmpty)
    }

    @Test func `a token is worth nothing once its timer is gone`() {
        var wheel = TimerWheel(startingAt: 0)
        let first = wheel.schedule(Note(1), at: 1)
        #expect(wheel.cancel(first) != nil)
        #expect(wheel.cancel(first) == nil)
        let second = wheel.schedule(Note(2), at: 2)
        #expect(second.slot == first.slot)
        #expect(wheel.cancel(first) == nil)
        #expect(wheel.cancel(.none) == nil)
        #expect(fired(&wheel, at: 2) == [2])
        #expect(wheel.cancel(second) == nil)
    }

    @Test func `a timer can be cancelled by one that is due at the same time`() {
        var wheel = TimerWheel(startingAt: 0)
        _ = wheel.schedule(Note(5), at: 5)
        let other = wheel.schedule(Note(5), at: 5)
        wheel.advance(to: 9)
        #expect(wheel.popDue() != nil)
        #expect(wheel.cancel(other) != nil)
        #expect(wheel.popDue() == nil)
    }

    @Test func `what is scheduled for now while timers fire waits for the next advance`() {
        var wheel = TimerWheel(startingAt: 0)
        _ = wheel.schedule(Note(5), at: 5)
        wheel.advance(to: 5)
        #expect(wheel.popDue() != nil)
        _ = wheel.schedule(Note(3), at: 3)
        #expect(wheel.popDue() == nil)
        #expect(fired(&wheel, at: 5) == [3])
    }

    @Test func `hundreds of thousands of timers are kept apart`() {
        var wheel = TimerWheel(startingAt: 0)
        var tokens: [TimerToken] = []
        for number in 0..<300_000 as Range<UInt64> {
            let tick = (number &* 2_654_435_761) % 60_000
            tokens.append(wheel.schedule(Note(tick), at: tick))
        }
        var cancelled = 0
        for index in stride(from: 0, to: tokens.count, by: 2) where wheel.cancel(tokens[index]) != nil {
            cancelled += 1
        }
        #expect(cancelled == 150_000)
        let all = fired(&wheel, at: 60_000)
        #expect(all.count == 150_000)
        #expect(all == all.sorted())
    }
}
