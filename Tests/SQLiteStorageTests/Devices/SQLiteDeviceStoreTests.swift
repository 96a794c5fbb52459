import Foundation
import GRDB
import Registry
import Testing

@testable import SQLiteStorage

@Suite struct SQLiteDeviceStoreTests {
    private let directory = TemporaryDirectory()

    private func registration(_ number: Int, authority: Fingerprint) throws -> DeviceRegistration {
        let record = try deviceRecord(number, authority: authority)
        return DeviceRegistration(
            facts: record.facts,
            authority: authority,
            clientID: record.clientID,
            initialState: .active
        )
    }

    @Test func `gives back what was registered, changed and deleted, when opened again`() async throws {
        let counts: DeviceCounts
        do {
            let (registry, authorities) = try await deviceRegistry(directory.path)
            let control = try await deviceControl(registry)
            for number in 0..<5 {
                _ = try await control.register(
                    registration(number, authority: authorities[0]),
                    at: noon,
                    by: administrator
                )
            }
            let fingerprint = try deviceFingerprint(1)
            _ = try await control.apply(.revoke, to: fingerprint, at: noon, by: administrator)
            _ = try await control.apply(.delete, to: fingerprint, at: noon, by: administrator)
            _ = try await control.apply(.deactivate, to: deviceFingerprint(2), at: noon, by: administrator)
            let clientID = ClientIdentifier("other")
            _ = try await control.apply(.setClientID(clientID), to: deviceFingerprint(3), at: noon, by: administrator)
            counts = control.counts
            try registry.close()
        }
        let (registry, authorities) = try await deviceRegistry(directory.path)
        let control = try await deviceControl(registry)
        #expect(control.counts == counts)
        #expect(counts.total == 4)
        #expect(counts.tombstones == 1)
        #expect(control.isBarred(try deviceFingerprint(1)))
        #expect(control.entry(try deviceFingerprint(2))?.state == .inactive)
        let entry = DeviceEntry(state: .active, authority: authorities[0], clientID: ClientIdentifier("other"))
        #expect(control.entry(try deviceFingerprint(3)) == entry)
        #expect(try await control.record(deviceFingerprint(3))?.entry == entry)
        let outcome = await control.registerAutomatically(try registration(1, authority: authorities[0]), at: noon)
        #expect(outcome == .barred)
        let tombstone = try #require(try await control.tombstones().first)
        #expect(tombstone.state == .revoked)
        #expect(tombstone.fingerprint == (try deviceFingerprint(1)))
    }

    @Test func `what a record from a list has learned is there, and found, when opened again`() async throws {
        let whole = try deviceRecord(2, authority: deviceFingerprint(0)).facts
        do {
            let (registry, authorities) = try await deviceRegistry(directory.path)
            let control = try await deviceControl(registry)
            for number in [2, 3] {
                let listed = ClientCertificateFacts(fingerprint: try deviceFingerprint(number))
                let registration = DeviceRegistration(
                    facts: listed,
                    authority: authorities[0],
                    clientID: nil,
                    initialState: .active
                )
                _ = try await control.register(registration, at: noon, by: administrator)
            }
            let shown = DeviceRegistration(
                facts: whole,
                authority: authorities[1],
                clientID: nil,
                initialState: .active
            )
            _ = try await control.learn(shown, at: noon)
            try registry.close()
        }
        let (registry, authorities) = try await deviceRegistry(directory.path)
        let control = try await deviceControl(registry)
        #expect(control.entry(whole.fingerprint) == DeviceEntry(state: .active, authority: authorities[1]))
        #expect(control.entry(try deviceFingerprint(3))?.isFromList == true)
        var query = DeviceQuery()
        query.serial = whole.serial
        query.organizationalUnit = whole.organizationalUnit.map { .exactly($0) }
        #expect(try await control.list(query, at: noon).records.map(\.facts) == [whole])
    }

    @Test func `the database refuses a certificate of a CA that is not there, and nothing else of its group`()
        async throws
    {
        let (registry, authorities) = try await deviceRegistry(directory.path)
        let control = try await deviceControl(registry)
        let foreign = try registration(1, authority: deviceFingerprint(99))
        #expect(
            await control.registerAutomatically(foreign, at: noon) == .failed(.noSuchCA(try deviceFingerprint(99)))
        )
        let both = await withTaskGroup(of: AutomaticRegistration.self) { group in
            for registration in [foreign, try? registration(2, authority: authorities[1])].compactMap(\.self) {
                group.addTask { await control.registerAutomatically(registration, at: noon) }
            }
            return await group.reduce(into: Set()) { $0.insert($1) }
        }
        #expect(both.count == 2)
        #expect(control.counts.total == 1)
        guard case .intact(let head) = try await registry.audit.verify(against: nil) else {
            Issue.record("the audit log is broken")
            return
        }
        #expect(head.sequence == 1)
    }

    @Test func `a CA with client certificates cannot leave the database`() async throws {
        let (registry, authorities) = try await deviceRegistry(directory.path)
        let control = try await deviceControl(registry)
        _ = try await control.register(registration(1, authority: authorities[0]), at: noon, by: administrator)
        await #expect(throws: DatabaseError.self) {
            try await registry.pool.write { database in
                try database.execute(
                    sql: "DELETE FROM ca WHERE fingerprint = ?",
                    arguments: [Data(authorities[0].bytes)]
                )
            }
        }
        #expect(
            try await control.reassign(from: authorities[0], to: authorities[1], at: noon, by: administrator) == 1
        )
        try await registry.pool.write { database in
            try database.execute(
                sql: "DELETE FROM ca WHERE fingerprint = ?",
                arguments: [Data(authorities[0].bytes)]
            )
        }
    }

    @Test func `notes sightings, and none that is older`() async throws {
        let (registry, authorities) = try await deviceRegistry(directory.path)
        let control = try await deviceControl(registry)
        _ = try await control.register(registration(1, authority: authorities[0]), at: noon, by: administrator)
        let one = try deviceFingerprint(1)
        try await control.markSeen([one: noon + 5, try deviceFingerprint(2): noon])
        try await control.markSeen([one: noon + 4])
        #expect(try await control.record(one)?.lastSeenAt == noon + 5)
        _ = try await control.apply(.deactivate, to: one, at: noon + 6, by: administrator)
        #expect(try await control.record(one)?.lastSeenAt == noon + 5)
    }

    @Test func `tells the history of one certificate, also after its end`() async throws {
        let (registry, authorities) = try await deviceRegistry(directory.path)
        let control = try await deviceControl(registry)
        let one = try deviceFingerprint(1)
        for number in 1...2 {
            _ = try await control.register(registration(number, authority: authorities[0]), at: noon, by: administrator)
        }
        for verb in [DeviceVerb.deactivate, .deactivate, .revoke, .delete, .purge] {
            _ = try await control.apply(verb, to: one, at: noon, by: administrator)
        }
        let all = try await control.history(of: one)
        #expect(
            all.entries.map(\.action)
                == ["purge", "delete", "revoke", "deactivate", "register"].map {
                    "client-certificate.\($0)"
                }
        )
        let deactivation = try #require(all.entries.first { $0.action.hasSuffix("deactivate") })
        #expect(deactivation.before?.values == ["state": "active"])
        #expect(deactivation.after?.values == ["state": "inactive"])
        #expect(deactivation.principal == "uid 0")
        let first = try await control.history(of: one, limit: 2)
        let second = try await control.history(of: one, before: first.nextCursor, limit: 10)
        #expect(first.entries + second.entries == all.entries)
    }

    @Test func `a broken database is our fault, and nothing is changed`() async throws {
        let (registry, authorities) = try await deviceRegistry(directory.path)
        let control = try await deviceControl(registry)
        try registry.close()
        let registration = try registration(1, authority: authorities[0])
        do {
            _ = try await control.register(registration, at: noon, by: administrator)
            Issue.record("stored")
        } catch {
            #expect(error.kind == .unavailable)
        }
        #expect(control.counts.total == 0)
    }

    @Test func `keeps jobs, rows and failures over a restart`() async throws {
        let (registry, authorities) = try await deviceRegistry(directory.path)
        let good = try registration(1, authority: authorities[0])
        let rows = [
            ImportRow(line: 2, .registration(good)), ImportRow(line: 3, .unusable(code: "csv-form", words: "broken")),
        ]
        let control = try await deviceControl(registry)
        let jobs = JobControl(devices: control, now: { noon }, sleep: { _ in })
        let request = ImportRequest(name: "list", by: administrator, unthrottled: true)
        let started = try await jobs.startImport(request, rows: rows)
        await jobs.wait(for: started.id)
        let job = try await jobs.job(started.id)
        #expect(job.request == request)
        #expect(job.state == .finished)
        #expect(job.finishedAt == noon)
        #expect(job.failures == [ImportFailure(line: 3, code: "csv-form", words: "broken")])
        let stored = try await registry.devices.read { try $0.record(good.fingerprint) }
        #expect(stored?.facts == good.facts)
        #expect(stored?.clientID == good.clientID)
        #expect(try await registry.devices.read { try $0.importRows(of: started.id, after: 0, limit: 9) }.isEmpty)
    }

    @Test func `gives import rows back as they were taken in`() async throws {
        let (registry, authorities) = try await deviceRegistry(directory.path)
        let bare = try deviceRecord(9, authority: authorities[0], bare: true)
        let rows = [
            ImportRow(line: 2, .registration(try registration(1, authority: authorities[0]))),
            ImportRow(line: 7, .unusable(code: "x", words: "y")),
            ImportRow(
                line: 8,
                .registration(
                    DeviceRegistration(
                        facts: bare.facts,
                        authority: authorities[1],
                        clientID: nil,
                        initialState: .inactive
                    )
                )
            ),
        ]
        let control = try await deviceControl(registry)
        let jobs = JobControl(devices: control, now: { noon }, sleep: { _ in try await Task.sleep(for: .seconds(9)) })
        let started = try await jobs.startImport(ImportRequest(name: "x", by: administrator, dryRun: true), rows: [])
        await jobs.wait(for: started.id)
        let found = try await registry.devices.write { transaction in
            try transaction.append(Array(rows.prefix(1)), to: started.id, at: 0)
            try transaction.append(Array(rows.dropFirst()), to: started.id, at: 1)
            return try transaction.importRows(of: started.id, after: 0, limit: 9)
        }
        #expect(found == rows)
    }
}
