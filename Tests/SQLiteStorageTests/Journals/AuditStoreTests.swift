import Foundation
import GRDB
import Registry
import Testing

@testable import SQLiteStorage

@Suite struct AuditStoreTests {
    private let directory = TemporaryDirectory()

    @Test func `gives back what was appended, the newest first`() async throws {
        let audit = try openStore(directory.path).audit
        for number in 1...5 { try await audit.append(draft(number)) }
        let page = try await audit.page(AuditQuery(), before: nil, limit: 2)
        #expect(page.entries.map(\.sequence) == [5, 4])
        let entry = try #require(page.entries.first)
        #expect(entry.time == noon + 5)
        #expect(entry.principal == "uid 1000")
        #expect(entry.role == "operator")
        #expect(entry.action == "ca-certificate.deactivate")
        #expect(entry.object == "root-5")
        #expect(entry.before == ["state": "active"])
        #expect(entry.after == ["state": "inactive"])
        #expect(entry.previousHash == page.entries.last?.hash)
        let rest = try await audit.page(AuditQuery(), before: page.nextCursor, limit: 100)
        #expect(rest.entries.map(\.sequence) == [3, 2, 1])
        #expect(rest.nextCursor == nil)
        #expect(rest.entries.last?.previousHash == .zero)
    }

    @Test func `filters by action, principal, object and time, all at once`() async throws {
        let audit = try openStore(directory.path).audit
        let drafts = [
            draft(1), draft(2, action: "ca-certificate.activate"), draft(3, action: "ca-certificates.x"),
            draft(4, uid: 0), draft(5),
        ]
        for draft in drafts { try await audit.append(draft) }
        let expected: [(AuditQuery, [Int64])] = [
            (AuditQuery(action: "ca-certificate"), [5, 4, 2, 1]),
            (AuditQuery(action: "ca-certificate.deactivate"), [5, 4, 1]),
            (AuditQuery(action: "ca-cert"), []),
            (AuditQuery(principal: "uid 0"), [4]),
            (AuditQuery(object: "root-2"), [2]),
            (AuditQuery(from: noon + 2, until: noon + 5), [4, 3, 2]),
            (AuditQuery(action: "ca-certificate", principal: "uid 1000", from: noon + 2), [5, 2]),
        ]
        for (query, sequences) in expected {
            #expect(
                try await audit.page(query, before: nil, limit: 10).entries.map(\.sequence) == sequences,
                "\(query)"
            )
            var exported: [Int64] = []
            for try await entry in audit.export(query) { exported.append(entry.sequence) }
            #expect(exported == sequences.reversed(), "\(query)")
        }
    }

    @Test func `exports a log of several pages, and verifies it`() async throws {
        let store = try openStore(directory.path)
        let drafts = (1...2_500).map { draft($0) }
        try await store.pool.write { try AuditRows.append(drafts, to: $0) }
        var sequences: [Int64] = []
        for try await entry in store.audit.export(AuditQuery()) { sequences.append(entry.sequence) }
        #expect(sequences == Array(1...2_500))
        guard case .intact(let head) = try await store.audit.verify() else {
            Issue.record("not intact")
            return
        }
        #expect(head.sequence == 2_500)
        #expect(try await store.audit.head() == head)
    }

    @Test func `goes on after a restart`() async throws {
        let claimed = try DataDirectory(claiming: directory.path)
        let first = try SQLiteRegistryStore(in: claimed)
        try await first.audit.append(draft(1))
        try first.close()
        let second = try SQLiteRegistryStore(in: claimed)
        try await second.audit.append(draft(2))
        #expect(try await second.audit.verify().isIntact)
        #expect(try await second.audit.head().sequence == 2)
    }

    @Test func `takes an entry back with the change that it tells of`() async throws {
        struct Failure: Error {}
        let store = try openStore(directory.path)
        try await store.audit.append(draft(1))
        await #expect(throws: Failure.self) {
            try await store.pool.write { database in
                try AuditRows.append([draft(2), draft(3)], to: database)
                throw Failure()
            }
        }
        #expect(try await store.audit.head().sequence == 1)
        try await store.audit.append(draft(4))
        #expect(try await store.audit.verify().isIntact)
    }

    @Test(arguments: [
        "UPDATE audit SET object = 'other'", "DELETE FROM audit", "DELETE FROM audit WHERE sequence = 3",
        "INSERT OR REPLACE INTO audit SELECT * FROM audit WHERE sequence = 3",
        "INSERT INTO audit SELECT 9, time, principal, role, action, object, NULL, NULL, previousHash, hash FROM audit LIMIT 1",
        "INSERT INTO audit SELECT 4, time, principal, role, action, object, NULL, NULL, previousHash, hash FROM audit LIMIT 1",
        "UPDATE auditHead SET sequence = 1", "UPDATE auditHead SET sequence = sequence", "DELETE FROM auditHead",
    ])
    func `is refused by SQL that would change it`(statement: String) async throws {
        let store = try openStore(directory.path)
        for number in 1...3 { try await store.audit.append(draft(number)) }
        await #expect(throws: DatabaseError.self) {
            try await store.pool.write { try $0.execute(sql: statement) }
        }
        #expect(try await store.audit.verify().isIntact)
        #expect(try await store.audit.head().sequence == 3)
    }

    /// What somebody does who has the file, and the break that it leaves: its sequence and code.
    @Test(arguments: [
        ("UPDATE audit SET object = 'root-9' WHERE sequence = 3", 3, "audit-entry-changed"),
        ("UPDATE audit SET time = time + 1 WHERE sequence = 1", 1, "audit-entry-changed"),
        ("UPDATE audit SET role = 'viewer' WHERE sequence = 5", 5, "audit-entry-changed"),
        ("UPDATE audit SET factsAfter = NULL WHERE sequence = 2", 2, "audit-entry-changed"),
        (
            "UPDATE audit SET factsBefore = factsAfter, factsAfter = factsBefore WHERE sequence = 2", 2,
            "audit-entry-changed"
        ),
        ("UPDATE audit SET hash = zeroblob(32) WHERE sequence = 4", 4, "audit-entry-changed"),
        ("UPDATE audit SET previousHash = zeroblob(32) WHERE sequence = 4", 4, "audit-entry-unchained"),
        ("DELETE FROM audit WHERE sequence = 3", 3, "audit-entry-missing"),
        ("DELETE FROM audit WHERE sequence = 1", 1, "audit-entry-missing"),
        ("DELETE FROM audit WHERE sequence >= 4", 4, "audit-truncated"),
        ("DELETE FROM audit", 1, "audit-truncated"),
        // Taken out, and the gap closed.
        (
            "DELETE FROM audit WHERE sequence = 3; UPDATE audit SET sequence = sequence - 1 WHERE sequence > 3", 3,
            "audit-entry-unchained"
        ),
        // Two changed places.
        (
            """
            UPDATE audit SET sequence = 99 WHERE sequence = 2; UPDATE audit SET sequence = 2 WHERE sequence = 3;
            UPDATE audit SET sequence = 3 WHERE sequence = 99
            """, 2, "audit-entry-unchained"
        ),
        (
            "INSERT INTO audit SELECT 0, time, principal, role, action, object, NULL, NULL, previousHash, hash FROM audit LIMIT 1",
            0, "audit-entry-unreadable"
        ),
        (
            """
            INSERT INTO audit SELECT 6, time, principal, role, action, object, factsBefore, factsAfter, hash, hash
            FROM audit WHERE sequence = 5
            """, 6, "audit-entry-changed"
        ),
        ("UPDATE auditHead SET sequence = 3", 4, "audit-beyond-head"),
        ("UPDATE auditHead SET hash = zeroblob(32)", 5, "audit-head-differs"),
        ("DELETE FROM auditHead", 5, "audit-entry-unreadable"),
    ])
    func `names the first entry that is not as it was written`(
        statement: String,
        sequence: Int,
        code: String
    ) async throws {
        let store = try openStore(directory.path)
        for number in 1...5 { try await store.audit.append(draft(number)) }
        try await tamper(store, statement)
        guard case .broken(let broken) = try await store.audit.verify() else {
            Issue.record("nothing was found")
            return
        }
        #expect(broken.sequence == Int64(sequence), "\(broken)")
        #expect(broken.code == code, "\(broken)")
    }

    @Test func `finds a log that was written anew, by a note of an earlier head`() async throws {
        let store = try openStore(directory.path)
        for number in 1...3 { try await store.audit.append(draft(number)) }
        let note = try await store.audit.head()
        try await store.audit.append(draft(4))
        #expect(try await store.audit.verify(against: note).isIntact)
        // Everything from the second entry on, by somebody who can compute hashes.
        try await tamper(
            store,
            """
            DELETE FROM audit WHERE sequence > 1;
            UPDATE auditHead SET sequence = 1, hash = (SELECT hash FROM audit WHERE sequence = 1)
            """
        )
        for number in 7...9 { try await store.audit.append(draft(number)) }
        #expect(try await store.audit.verify().isIntact)
        guard case .broken(let broken) = try await store.audit.verify(against: note) else {
            Issue.record("nothing was found")
            return
        }
        #expect(broken.sequence == 3)
        #expect(broken.code == "audit-note-differs")
    }

    @Test func `finds a log that ends before a note`() async throws {
        let store = try openStore(directory.path)
        for number in 1...3 { try await store.audit.append(draft(number)) }
        let note = try await store.audit.head()
        try await tamper(
            store,
            """
            DELETE FROM audit WHERE sequence > 1;
            UPDATE auditHead SET sequence = 1, hash = (SELECT hash FROM audit WHERE sequence = 1)
            """
        )
        #expect(
            try await store.audit.verify(against: note)
                == .broken(AuditBreak(sequence: 3, finding: .noteDiffers(found: nil, noted: note.hash)))
        )
    }

    @Test func `goes on writing after somebody cut it, and still says so`() async throws {
        let store = try openStore(directory.path)
        for number in 1...3 { try await store.audit.append(draft(number)) }
        try await tamper(store, "DELETE FROM audit WHERE sequence = 3")
        try await store.audit.append(draft(4))
        #expect(
            try await store.audit.verify()
                == .broken(AuditBreak(sequence: 3, finding: .missing(next: 4)))
        )
    }

    /// Without the triggers, as somebody with another program does it.
    private func tamper(_ store: SQLiteRegistryStore, _ statements: String) async throws {
        try await store.pool.write { database in
            let triggers = try Row.fetchAll(database, sql: "SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'")
            for trigger in triggers {
                let name: String = trigger["name"]
                if name.hasPrefix("audit") { try database.execute(sql: "DROP TRIGGER \(name)") }
            }
            try database.execute(sql: statements)
            for trigger in triggers {
                let name: String = trigger["name"]
                if name.hasPrefix("audit") { try database.execute(sql: trigger["sql"]) }
            }
        }
    }
}

private func draft(_ number: Int, action: String = "ca-certificate.deactivate", uid: UInt32 = 1000) -> AuditDraft {
    AuditDraft(
        time: noon + Double(number),
        principal: Principal(kind: .socket(uid: uid), role: .operator),
        action: action,
        object: "root-\(number)",
        before: ["state": "active"],
        after: ["state": "inactive"]
    )
}
