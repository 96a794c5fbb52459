import Foundation
import Registry
import Testing

/// What a handshake pays for being remembered; printed, and bounded loosely for a debug build on a busy machine.
@Suite struct JournalCostTests {
    @Test func `takes a storm of refusals that share a server name at the same cost, full or not`() throws {
        let journal = RefusalJournal(capacity: 4_096)
        let first = time(journal, from: 0)
        for start in 1..<4 { _ = time(journal, from: start * 2_000) }
        let full = time(journal, from: 20_000)
        // Lists that had to be searched would cost thousands of times as much.
        #expect(full < first * 10, "\(first) then \(full)")
        print("refusal note: \(first / 2_000) empty, \(full / 2_000) full")
    }

    private func time(_ journal: RefusalJournal, from start: Int) -> Duration {
        ContinuousClock().measure {
            for number in start..<start + 2_000 {
                var note = RefusalNote(
                    time: noon,
                    reason: "client_certificate_unknown_issuer",
                    words: "No CA.",
                    remedy: "Register it.",
                    accessPoint: "public",
                    address: "192.0.2.1"
                )
                note.serverName = "mqtt.shop.test"
                note.clientID = "pump-\(number)"
                journal.note(note)
            }
        }
    }
}
