import Foundation
import Glibc
import MQTTBroker
import Testing

@testable import SQLiteStorage

/// A process that commits batch after batch, until it is killed in the middle of it.
@Suite(.serialized) struct SessionCrashTests {
    private let directory = TemporaryDirectory()
    private static let lag: UInt64 = 3

    /// One message comes, one goes: what is stored tells how many batches were.
    private static func batch(_ number: UInt64) throws -> StoreBatch {
        var changes: [StoreChange] = [
            .put(try stored(number)), .put(delivery(1, number, message: number)), .put(session(1, "after \(number)")),
            .put(.inbound(SessionKey(1), packetID: UInt16(number % 5))),
        ]
        if number > lag {
            changes.append(.removeDeliveries(SessionKey(1), number - lag...number - lag))
            changes.append(.removeMessage(number - lag))
        }
        return StoreBatch(changes)
    }

    @Test(arguments: 1...6)
    func `killed at any moment, holds whole batches, and every one that was committed`(round: Int) async throws {
        let path = directory.path
        let (commits, pause) = (UInt64(round * 7), UInt32(round * 900 % 5000))
        await #expect(processExitsWith: .signal(SIGKILL)) {
            [path = path as String, commits = commits as UInt64, pause = pause as UInt32] in
            let store = try openSessions(path)
            for number in 1...1_000_000 as ClosedRange<UInt64> {
                try store.commit(try Self.batch(number))
                if number == commits {
                    Thread.detachNewThread {
                        usleep(pause)
                        kill(getpid(), SIGKILL)
                    }
                }
            }
        }
        let found = try openSessions(path).contents()
        let number = try #require(
            (commits...commits + 100_000).first { found.contains(session(1, "after \($0)").words) },
            "a batch that was committed is lost"
        )
        #expect(Set(found) == Set(try Self.contents(after: number).map(\.words)))
    }

    /// What so many batches leave.
    private static func contents(after number: UInt64) throws -> [StoredRecord] {
        let kept = (number > lag ? number - lag + 1 : 1)...number
        return try kept.map { try stored($0) } + kept.map { delivery(1, $0, message: $0) } + [
            session(1, "after \(number)")
        ] + Set((1...number).suffix(5).map { $0 % 5 }).map { .inbound(SessionKey(1), packetID: UInt16($0)) }
    }

    private static func stored(_ number: UInt64) throws -> StoredRecord {
        try message(number, payload: [UInt8](repeating: UInt8(number % 251), count: 3000))
    }
}
