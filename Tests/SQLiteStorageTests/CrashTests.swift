import Foundation
import Glibc
import Registry
import Testing

@testable import SQLiteStorage

/// A process that changes the registry over and over, until it is killed in the middle of it.
@Suite(.serialized) struct CrashTests {
    private let directory = TemporaryDirectory()

    /// The states that the changes lead through, and how many lines of the audit log there are in each.
    private static func history() throws -> [(transition: ClusterTransition, audited: Int)] {
        var state = ClusterState.initial()
        var audited = 0
        return try (everyReplacement() + [.expireGraces] + everyTurn()).map { change in
            let transition = try state.applying(change, at: change == .expireGraces ? noon + 86_400 : noon)
            state = transition.after
            audited += transition.records.count
            return (transition, audited)
        }
    }

    /// A CA that comes with a list, is replaced, and goes: rows of many tables each time.
    private static func everyTurn() throws -> [ClusterChange] {
        let (one, two) = (try authority(20), try authority(21))
        return Array(
            repeating: [
                .registerCAs([one], proof: .waived), .setRevocationList(one.fingerprint, revocationList(.upload)),
                .replaceCA(one.fingerprint, with: two, proof: .waived), .setCAState(two.fingerprint, .inactive),
                .unregisterCA(two.fingerprint),
            ] as [ClusterChange],
            count: 200
        ).flatMap(\.self)
    }

    @Test(arguments: 1...12)
    func `killed at any moment, leaves the state before a change or after it, and its audit lines`(
        round: Int
    ) async throws {
        let path = directory.path
        // Another moment in each round, counted in stored changes and microseconds after the last of them.
        let (changes, pause) = (round * 4, UInt32(round * 700 % 5000))
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, changes = changes as Int, pause = pause as UInt32] in
            let store = try openStore(path)
            for (number, step) in try Self.history().enumerated() {
                if number == changes {
                    Thread.detachNewThread {
                        usleep(pause)
                        kill(getpid(), SIGKILL)
                    }
                }
                try await store.save(step.transition)
            }
            sleep(60)
        }
        let history = try Self.history()
        let store = try openStore(path)
        let found = try #require(try await store.load())
        let number = Int(found.revision)
        #expect(number >= changes)
        #expect(found == history[number - 1].transition.after)
        let audit = store.audit
        #expect(try await audit.head().sequence == Int64(history[number - 1].audited))
        guard case .intact = try await audit.verify() else {
            Issue.record("the audit log is broken")
            return
        }
    }
}
