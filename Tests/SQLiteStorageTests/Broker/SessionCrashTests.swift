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
            .put(try message(number, payload: [UInt8](repeating: UInt8(number % 251), count: 3000))),
            .put(delivery(1, number, message: number)), .put(session(1, "after \(number)")),
            .put(.inbound(SessionKey(1), packetID: UInt16(number % 5))),
        ]
        if number > lag {
            changes.append(.removeDeliveries(SessionKey(1), number - lag...number - lag))
            changes.append(.removeMessage(number - lag))
        }
        return StoreBatch(changes)
    }

    @Test(arguments: 1...10)
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
        let reference = TemporaryDirectory()
        let other = try openSessions(reference.path)
        var number: UInt64 = 0
        while number < commits {
            number += 1
            try other.commit(try Self.batch(number))
        }
        // At most some more than were counted.
        for _ in 0..<2000 where try other.contents() != found {
            number += 1
            try other.commit(try Self.batch(number))
        }
        #expect(try other.contents() == found, "no number of whole batches gives what is stored")
    }
}
