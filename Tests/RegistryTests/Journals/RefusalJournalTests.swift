import Foundation
import Registry
import Testing

@Suite struct RefusalJournalTests {
    @Test(arguments: [
        ("pump-7", true), ("pump-8", false), ("pump", false), ("Pump Seven", true), ("0A1B", true), ("a1b", true),
        ("0a:1b", true), ("a1", false), ("192.0.2.7", true), ("192.0.2", false), ("MQTT.shop.test", true),
        ("other.test", false), ("", false),
    ])
    func `finds a refusal by whatever is known of the device`(query: String, isFound: Bool) throws {
        let journal = RefusalJournal()
        journal.note(try note(7))
        journal.note(try note(9, serial: "ff"))
        let found = journal.find(query).records.map(\.note.clientID)
        // The server name is the same for all.
        let others: [String?] = query.lowercased() == "mqtt.shop.test" ? ["pump-9"] : []
        #expect(Set(found) == Set(isFound ? ["pump-7"] + others : []))
    }

    @Test func `finds a certificate by four digits of its fingerprint or more, with or without colons`() throws {
        let journal = RefusalJournal()
        let note = try note(7)
        journal.note(note)
        let hex = try #require(note.fingerprint?.hex)
        let colons = stride(from: 0, to: 8, by: 2).map { String(hex.dropFirst($0).prefix(2)) }.joined(separator: ":")
        for query in [hex, String(hex.prefix(12)), hex.uppercased(), String(hex.prefix(4)), colons] {
            #expect(journal.find(query).records.count == 1, "\(query)")
        }
        let other = String(hex.prefix(4)) + (hex.dropFirst(4).first == "0" ? "1" : "0")
        #expect(journal.find(other).records.isEmpty)
        #expect(journal.find(String(hex.prefix(3))).records.isEmpty)
    }

    @Test func `keeps a repeated refusal once, with its count and its first and last time`() throws {
        let journal = RefusalJournal()
        for second in 0..<50 {
            var note = try note(7)
            note.time = noon + Double(second)
            note.words = "expired \(second) s ago"
            journal.note(note)
        }
        let record = try #require(journal.find("pump-7").records.first)
        #expect(journal.count == 1)
        #expect(record.count == 50)
        #expect(record.firstTime == noon)
        #expect(record.lastTime == noon + 49)
        #expect(record.note.words == "expired 49 s ago")
    }

    @Test func `keeps refusals for different reasons apart, the last one first`() throws {
        let journal = RefusalJournal()
        for (second, reason) in ["a", "b", "c", "a"].enumerated() {
            var note = try note(7)
            note.reason = reason
            note.time = noon + Double(second)
            journal.note(note)
        }
        #expect(journal.find("pump-7").records.map(\.note.reason) == ["a", "c", "b"])
        #expect(journal.recent(2).map(\.note.reason) == ["a", "c"])
    }

    @Test func `drops what was quiet the longest`() throws {
        let journal = RefusalJournal(capacity: 3)
        for number in [1, 2, 3] { journal.note(try note(number)) }
        journal.note(try note(1))
        journal.note(try note(4))
        #expect(journal.find("pump-2").records.isEmpty)
        for number in [1, 3, 4] { #expect(journal.find("pump-\(number)").records.count == 1, "\(number)") }
        #expect(journal.find("mqtt.shop.test").records.count == 3)
    }

    @Test func `lets a port scan push out a quarter of itself at most`() throws {
        let journal = RefusalJournal(capacity: 40)
        for number in 0..<30 { journal.note(try note(number)) }
        for number in 0..<1_000 {
            journal.note(nameless("198.51.100.\(number)"))
        }
        for number in 0..<30 { #expect(journal.find("pump-\(number)").records.count == 1, "\(number)") }
        #expect(journal.count == 40)
        #expect(journal.find("198.51.100.999").records.count == 1)
    }

    @Test func `holds no more bytes than it may, even from clients with long ids`() throws {
        let journal = RefusalJournal(byteLimit: 100_000)
        for number in 0..<2_000 {
            var note = try note(number)
            note.clientID = "\(number)" + String(repeating: "x", count: 65_000)
            journal.note(note)
        }
        // Each takes 600 bytes and its texts, of which the client id is cut to 512.
        #expect(journal.count > 50)
        #expect(journal.count < 90)
        #expect(journal.find("1999" + String(repeating: "x", count: 65_000)).records.count == 1)
    }

    @Test func `finds the same as a list that is searched from end to end`() throws {
        var random = SplitMix(seed: 5)
        let journal = RefusalJournal(capacity: 32)
        var model: [RefusalRecord] = []
        for second in 0..<5_000 {
            var note = try note(
                Int.random(in: 0..<60, using: &random),
                serial: "\(Int.random(in: 1...9, using: &random))"
            )
            note.time = noon + Double(second)
            journal.note(note)
            let old = model.firstIndex { $0.note.clientID == note.clientID && $0.note.serial == note.serial }
            let record = old.map { model.remove(at: $0) }
            model.append(
                RefusalRecord(note: note, count: (record?.count ?? 0) + 1, firstTime: record?.firstTime ?? note.time)
            )
            if model.count > 32 { model.removeFirst() }
            let serial = "\(Int.random(in: 1...9, using: &random))"
            let expected = model.filter { $0.note.serial?.hex == serial }.sorted { $0.lastTime > $1.lastTime }
            #expect(journal.find(serial, limit: 100).records == expected)
        }
    }

    @Test func `takes notes from many threads`() async throws {
        let journal = RefusalJournal(capacity: 64)
        await withTaskGroup { group in
            for thread in 0..<4 {
                group.addTask {
                    for number in 0..<500 {
                        journal.note(nameless("192.0.2.\(thread * 500 + number)"))
                        _ = journal.find("192.0.2.1")
                    }
                }
            }
        }
        #expect(journal.count == 16)
    }

    @Test func `says what it searched when it found nothing`() throws {
        let journal = RefusalJournal()
        #expect(journal.find("pump-7").wordsForNothing.hasPrefix("Nobody has been refused"))
        journal.note(try note(1))
        let words = journal.find("pump-7").wordsForNothing
        #expect(
            words.hasPrefix("No refusal of \"pump-7\" among the last 1, which reach back to 2027-01-15T08:00:00Z. ")
        )
    }
}

@Suite struct ExplanationTests {
    @Test func `tells in plain words what happened, how often, and what to do`() throws {
        var note = try note(7)
        note.depth = 0
        note.alert = "certificate_expired (45)"
        note.time = noon + 60
        let explanation = Explanation(RefusalRecord(note: note, count: 3, firstTime: noon))
        #expect(explanation.code == "client_certificate_expired")
        #expect(explanation.words == "The certificate expired.")
        #expect(explanation.remedy == "Renew it.")
        #expect(
            explanation.occurrence == "Client pump-7 from 192.0.2.7 was refused at access point public 3 times, "
                + "first at 2027-01-15T08:00:00Z, last at 2027-01-15T08:01:00Z."
        )
        #expect(
            explanation.facts.map(\.name) == [
                "address", "accessPoint", "serverName", "fingerprint", "serial", "commonName", "depth", "clientID",
                "alert",
            ]
        )
        #expect(explanation.facts.first { $0.name == "depth" }?.value == "depth 0, the device's own certificate")
    }

    @Test(arguments: [
        (true, true, "Client pump-7 from 192.0.2.7 was refused at access point public at 2027-01-15T08:00:00Z."),
        (
            false, true,
            "The device Pump Seven from 192.0.2.7 was refused at access point public at 2027-01-15T08:00:00Z."
        ),
        (false, false, "A client from 192.0.2.7 was refused at access point public at 2027-01-15T08:00:00Z."),
    ])
    func `names the device by the best that is known`(hasClientID: Bool, hasName: Bool, words: String) throws {
        var note = try note(7)
        if !hasClientID { note.clientID = nil }
        if !hasName {
            note.commonName = nil
            note.fingerprint = nil
        }
        #expect(Explanation(RefusalRecord(note: note, count: 1, firstTime: noon)).occurrence == words)
    }

    @Test func `writes no control characters that a device sent`() throws {
        var note = try note(7)
        note.clientID = "pump\u{1B}[2J"
        let explanation = Explanation(RefusalRecord(note: note, count: 1, firstTime: noon))
        #expect(!explanation.occurrence.contains("\u{1B}"))
        #expect(explanation.facts.allSatisfy { !$0.value.contains("\u{1B}") })
    }
}

private func nameless(_ address: String) -> RefusalNote {
    RefusalNote(
        time: noon,
        reason: "not_tls",
        words: "The first bytes were no TLS record.",
        remedy: "Use TLS.",
        accessPoint: "public",
        address: address
    )
}

private func note(_ number: Int, serial: String = "0a1b") throws -> RefusalNote {
    var note = RefusalNote(
        time: noon,
        reason: "client_certificate_expired",
        words: "The certificate expired.",
        remedy: "Renew it.",
        accessPoint: "public",
        address: "192.0.2.\(number)"
    )
    note.serverName = "mqtt.shop.test"
    note.fingerprint = try fingerprint("device \(number)")
    note.serial = SerialNumber(hex: serial)
    note.commonName = number == 7 ? "Pump Seven" : "Pump \(number)"
    note.clientID = "pump-\(number)"
    return note
}
