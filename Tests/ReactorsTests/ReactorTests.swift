import Testing

@testable import Reactors

@Suite struct ReactorTests {
    private final class Calls: TimerHandler, EndOfTurnHandler {
        var tokens: [TimerToken] = []
        var ends = 0
        var onTimer: () -> Void = {}
        var onEnd: () -> Void = {}

        func timerExpired(_ token: TimerToken) {
            tokens.append(token)
            onTimer()
        }

        func turnEnded() {
            ends += 1
            onEnd()
        }
    }

    @Test func `a timer fires at its time, rounded up to a millisecond, and never before`() throws {
        let manual = try ManualReactor()
        let calls = Calls()
        let token = manual.reactor.schedule(calls, at: manual.clock.now.advanced(by: .microseconds(1_500)))
        manual.clock.advance(by: .microseconds(1_999))
        manual.turn()
        #expect(calls.tokens.isEmpty)
        manual.clock.advance(by: .microseconds(1))
        manual.turn()
        #expect(calls.tokens == [token])
        manual.clock.advance(by: .seconds(10))
        manual.turn()
        #expect(calls.tokens == [token])
    }

    @Test func `a timer that asks for another one at once does not hold up the turn`() throws {
        let manual = try ManualReactor()
        let calls = Calls()
        calls.onTimer = { [reactor = manual.reactor] in _ = reactor.schedule(calls, at: reactor.now) }
        _ = manual.reactor.schedule(calls, at: manual.clock.now)
        manual.turn(3)
        #expect(calls.tokens.count == 3)
        calls.onTimer = {}
    }

    @Test func `the present is read once per turn`() throws {
        let manual = try ManualReactor()
        let before = manual.reactor.now
        manual.clock.advance(by: .seconds(1))
        #expect(manual.reactor.now == before)
        manual.turn()
        #expect(manual.reactor.now == before.advanced(by: .seconds(1)))
    }

    @Test func `an end-of-turn call comes once, after the timers of the turn`() throws {
        let manual = try ManualReactor()
        let calls = Calls()
        calls.onTimer = { [reactor = manual.reactor] in
            #expect(calls.ends == 0)
            reactor.atEndOfTurn(calls)
        }
        _ = manual.reactor.schedule(calls, at: manual.clock.now)
        manual.turn(3)
        #expect(calls.ends == 1)
    }

    @Test func `an end-of-turn call asked for in one comes in the next turn`() throws {
        let manual = try ManualReactor()
        let calls = Calls()
        calls.onEnd = { [reactor = manual.reactor] in if calls.ends == 1 { reactor.atEndOfTurn(calls) } }
        manual.reactor.atEndOfTurn(calls)
        manual.turn()
        #expect(calls.ends == 1)
        manual.turn()
        #expect(calls.ends == 2)
    }

    @Test func `a waiting turn ends when its timer is due, by the real clock`() throws {
        let reactor = try Reactor()
        reactor.turn()
        let calls = Calls()
        let due = MonotonicTime.now().advanced(by: .milliseconds(5))
        _ = reactor.schedule(calls, at: due)
        while calls.tokens.isEmpty { reactor.turn(mayWait: true) }
        #expect(MonotonicTime.now() >= due)
        #expect(reactor.statistics.turns < 20, "it slept and did not spin")
    }

    @Test func `a stream closed by another one's event hears nothing more in the same batch`() throws {
        let manual = try ManualReactor()
        let (first, second) = (RecordingHandler(), RecordingHandler())
        let one = try manual.stream(handler: first)
        let two = try manual.stream(handler: second)
        // Whichever comes first ends both, the other's event already being in the batch.
        first.consume = { _, bytes in
            two.stream.terminate(.closed)
            return bytes.count
        }
        second.consume = { _, bytes in
            one.stream.terminate(.closed)
            return bytes.count
        }
        one.peer.send([1])
        two.peer.send([2])
        manual.turn()
        #expect(first.shown.count + second.shown.count == 1)
        #expect(first.reasons.count + second.reasons.count == 1)
    }

    @Test func `a slot given to a newcomer within a batch is not mistaken for its predecessor`() throws {
        let manual = try ManualReactor()
        let handler = RecordingHandler()
        let (old, peer) = try manual.stream(handler: handler)
        let stale = old.state.pointee.watch
        let newcomer = RecordingHandler()
        old.terminate(.closed)
        let (fresh, other) = try manual.stream(handler: newcomer)
        defer { withExtendedLifetime(other) {} }
        #expect(fresh.state.pointee.watch.slot == stale.slot)
        #expect(manual.reactor.core.pointee.slots[stale] == nil)
        peer.send([1])
        manual.turn(2)
        #expect(newcomer.shown.isEmpty)
    }

    @Test func `an idle reactor does not turn by itself`() throws {
        let group = try ReactorGroup(count: 1)
        try group.start()
        let reactor = group.reactors[0]
        let before = reactor.statistics.turns
        group.stop()
        // The turn that found the stop, and at most the one begun before it.
        #expect(reactor.statistics.turns <= before + 2)
    }
}
