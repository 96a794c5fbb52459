import Foundation
import Registry
import TestAuthority
import Testing

@testable import Node

@Suite("The sweeper of grace periods") struct GraceSweeperTests {
    @Test(arguments: [(599.0, false), (599.999, false), (600, true), (601, true)])
    func `ends one at its deadline and not before`(seconds: Double, isOver: Bool) async throws {
        let bench = try await RegistryBench()
        let authority = try TestAuthority()
        let (old, new) = (
            try await bench.host(try authority.issue("a", .server("a.test"))),
            try await bench.host(try authority.issue("b", .server("a.test")))
        )
        let start = Date()
        try await bench.apply(.bind(old, slot: .custom(1)), at: start)
        try await bench.apply(.replace(.custom(1), with: new, grace: .seconds(600)), at: start)
        let deadline = try #require(bench.state.nextGraceEnd)
        let time = deadline.addingTimeInterval(seconds - 600)
        let sweeper = GraceSweeper(cluster: bench.registry.control, logger: bench.logger, now: { time })
        await sweeper.sweep()
        #expect((bench.state.slots[.custom(1)]?.superseded == nil) == isOver)
        #expect(sweeper.pause <= (isOver ? GraceSweeper.interval : .seconds(600 - seconds) + .milliseconds(2)))
    }

    @Test func `sleeps until the deadline, if that is near`() async throws {
        let bench = try await RegistryBench()
        #expect(GraceSweeper(cluster: bench.registry.control, logger: bench.logger).pause == GraceSweeper.interval)
    }
}
