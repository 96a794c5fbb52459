import Foundation
import Registry
import Testing

@Suite struct SightingJournalTests {
    @Test func `makes one observation of a client that comes often`() throws {
        let journal = SightingJournal()
        for second in [0, 2, 1] {
            var sighting = sighting("pump-7", at: Double(second))
            sighting.address = "192.0.2.\(second)"
            journal.note(sighting)
        }
        let batch = journal.drain()
        let observation = try #require(batch.observations.first)
        #expect(batch.observations.count == 1)
        #expect(observation.count == 3)
        #expect(observation.last.time == noon + 2)
        #expect(observation.last.address == "192.0.2.2")
    }

    @Test func `keeps clients and their certificates apart`() throws {
        let journal = SightingJournal()
        var withOther = sighting("pump-7", at: 0)
        withOther.fingerprint = try fingerprint("b")
        var nameless = sighting(nil, at: 0)
        var elsewhere = nameless
        elsewhere.serverName = "b.test"
        for sighting in [sighting("pump-7", at: 0), withOther, sighting("pump-8", at: 0), nameless, elsewhere] {
            journal.note(sighting)
        }
        nameless.time += 1
        journal.note(nameless)
        #expect(journal.drain().observations.count == 5)
        #expect(journal.drain().isEmpty)
    }

    @Test func `counts what does not fit, and still renews what does`() {
        let journal = SightingJournal(capacity: 2)
        for id in ["a", "b", "c", "d", "a"] { journal.note(sighting(id, at: 0)) }
        let batch = journal.drain()
        #expect(batch.observations.count == 2)
        #expect(batch.dropped == 2)
        #expect(batch.observations.map(\.count).sorted() == [1, 2])
    }

    @Test func `keeps no more bytes of what clients say of themselves than it may`() {
        let journal = SightingJournal(byteLimit: 200_000)
        func sighting(_ number: Int) -> Sighting {
            var sighting = Sighting(time: noon, accessPoint: "public", address: "192.0.2.1")
            sighting.clientID = "\(number)" + String(repeating: "x", count: 60_000)
            return sighting
        }
        for number in 0..<10 { journal.note(sighting(number)) }
        // Who is known already goes on being counted.
        journal.note(sighting(0))
        let batch = journal.drain()
        #expect(batch.observations.count == 3)
        #expect(batch.dropped == 7)
        #expect(batch.observations.map(\.count).sorted() == [1, 1, 2])
        journal.note(sighting(9))
        #expect(journal.drain().observations.count == 1)
    }

    @Test func `tells when each certificate was seen last, and by whom`() throws {
        let journal = SightingJournal()
        let print = try fingerprint("a")
        for (id, second) in [("a", 1.0), ("b", 3), ("c", 2)] {
            var sighting = sighting(id, at: second)
            sighting.fingerprint = print
            journal.note(sighting)
        }
        let seen = journal.drain().certificatesSeen
        #expect(seen.keys.map(\.self) == [print])
        #expect(seen[print]?.last.clientID == "b")
    }

    @Test func `adds up what a client needed of a grace period`() throws {
        let journal = SightingJournal()
        let old = try fingerprint("old")
        for (second, neededOld) in [(1.0, true), (2, true), (3, false)] {
            var sighting = sighting("a", at: second)
            sighting.rotations = [RotationUse(superseded: old, neededOld: neededOld)]
            journal.note(sighting)
        }
        let tally = try #require(journal.drain().observations.first?.rotations[old])
        #expect((tally.old, tally.new) == (2, 1))
        #expect(tally.firstOld == noon + 1)
        #expect(tally.lastOld == noon + 2)
        #expect(tally.lastNew == noon + 3)
    }

    @Test func `takes sightings from many threads`() async {
        let journal = SightingJournal()
        await withTaskGroup { group in
            for _ in 0..<4 {
                group.addTask { for number in 0..<500 { journal.note(sighting("\(number)", at: 0)) } }
            }
        }
        #expect(journal.drain().observations.map(\.count) == [Int](repeating: 4, count: 500))
    }
}

@Suite struct RotationVerdictTests {
    @Test func `is safe once everybody who came does with the new certificate`() throws {
        #expect(try report(old: 3, new: 9).verdict(at: noon + 180) == .safe)
        #expect(try report(old: 0, new: 1).verdict(at: noon + 180) == .safe)
    }

    @Test func `is too early for three minutes`() throws {
        #expect(try report(old: 0, new: 9).verdict(at: noon + 179) == .tooEarly(observed: .seconds(179)))
    }

    @Test func `is unsafe while a client has not come with the new certificate since it needed the old one`() throws {
        let report = try report(old: 3, new: 9, pending: 1)
        #expect(report.verdict(at: noon + 100_000) == .unsafe(pending: 1, last: noon + 10))
        #expect(report.verdict(at: noon + 100_000).description.hasPrefix("Not safe to close: 1 client needed"))
    }

    @Test func `cannot tell when nobody came, or when too many did`() throws {
        #expect(try report(old: 0, new: 0).verdict(at: noon + 600) == .nobodySeen)
        #expect(try report(old: 5, new: 5, unlisted: 2).verdict(at: noon + 600) == .tooMany(unlisted: 2))
    }

    @Test(arguments: [(Double?.none, true), (5.0, true), (10.0, false), (11.0, false)])
    func `counts a client as pending until it has used the new certificate`(lastUsedNew: Double?, isPending: Bool) {
        let client = RotationReport.Client(
            client: .clientID("a"),
            commonName: nil,
            address: "192.0.2.1",
            serverName: nil,
            count: 1,
            firstNeeded: noon + 1,
            lastNeeded: noon + 10,
            lastUsedNew: lastUsedNew.map { noon + $0 }
        )
        #expect(client.isPending == isPending)
    }

    private func report(old: Int, new: Int, pending: Int = 0, unlisted: Int = 0) throws -> RotationReport {
        RotationReport(
            superseded: try fingerprint("old"),
            openedAt: noon,
            oldConnections: old,
            lastOld: old > 0 ? noon + 10 : nil,
            newConnections: new,
            lastNew: new > 0 ? noon + 20 : nil,
            clientCount: pending,
            pendingCount: pending,
            clients: [],
            unlisted: unlisted
        )
    }
}

private func sighting(_ clientID: String?, at seconds: Double) -> Sighting {
    var sighting = Sighting(time: noon + seconds, accessPoint: "public", address: "192.0.2.1")
    sighting.clientID = clientID
    sighting.serverName = "a.test"
    return sighting
}
