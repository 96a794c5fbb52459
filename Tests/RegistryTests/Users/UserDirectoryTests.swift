import Foundation
import Registry
import Synchronization
import Testing

@Suite struct UserDirectoryTests {
    private let store = MemoryUserStore()
    private let admin = Principal(kind: .socket(uid: 0), role: .admin)

    @Test func `finds a user from the moment it is stored`() async throws {
        let directory = try await UserDirectory(store: store)
        let change = try await directory.add(draft("anna"), at: noon, by: admin)
        #expect(change.words == "added user anna")
        #expect(change.undo == "sluice users remove 'anna'")
        let record = try #require(directory.record(try UserName("anna")))
        #expect(record.passwordHash.text == "$7$1")
        #expect(record.createdAt == noon)
        #expect(record.isEnabled)
        #expect(store.records[record.name] == record)
        #expect(try await UserDirectory(store: store).record(record.name) == record)
    }

    @Test func `prints an undo that a shell takes as it is meant, whatever a user is called`() async throws {
        let directory = try await UserDirectory(store: store)
        let added = try await directory.add(draft("o'neil; reboot"), at: noon, by: admin)
        #expect(added.undo == #"sluice users remove 'o'\''neil; reboot'"#)
        let name = try UserName("o'neil; reboot")
        let disabled = try await directory.setEnabled(name, false, at: noon, by: admin)
        #expect(disabled.undo == #"sluice users enable 'o'\''neil; reboot'"#)
        #expect(
            try await directory.setEnabled(name, true, at: noon, by: admin).undo?.hasPrefix("sluice users disable ")
                == true
        )
    }

    @Test func `tells names apart byte by byte`() async throws {
        let directory = try await UserDirectory(store: store)
        _ = try await directory.add(draft("caf\u{E9}"), at: noon, by: admin)
        #expect(directory.record(try UserName("cafe\u{301}")) == nil)
        #expect(directory.record(try UserName("Caf\u{E9}")) == nil)
    }

    @Test func `refuses a name that is taken, unless it is to be replaced`() async throws {
        let directory = try await UserDirectory(store: store)
        _ = try await directory.add(draft("anna", clientID: "pump-7"), at: noon, by: admin)
        await #expect(throws: UserError.alreadyExists(try UserName("anna"))) {
            try await directory.add(draft("anna", hash: "$7$2"), at: noon + 1, by: admin)
        }
        _ = try await directory.setEnabled(try UserName("anna"), false, at: noon + 1, by: admin)
        let change = try await directory.add(draft("anna", hash: "$7$2"), replacing: true, at: noon + 2, by: admin)
        #expect(change.words == "set the password of user anna")
        let record = try #require(directory.record(try UserName("anna")))
        #expect(record.passwordHash.text == "$7$2")
        #expect(record.createdAt == noon)
        #expect(record.updatedAt == noon + 2)
        #expect(record.clientID?.text == "pump-7")
        #expect(!record.isEnabled)
    }

    @Test func `removes a user for good`() async throws {
        let directory = try await UserDirectory(store: store)
        _ = try await directory.add(draft("anna"), at: noon, by: admin)
        #expect(try await directory.remove(try UserName("anna"), at: noon, by: admin).words == "removed user anna")
        #expect(directory.record(try UserName("anna")) == nil)
        #expect(store.records.isEmpty)
        await #expect(throws: UserError.noSuchUser(try UserName("anna"))) {
            try await directory.remove(try UserName("anna"), at: noon, by: admin)
        }
    }

    @Test func `stores nothing when there is nothing to do, or when it only rehearses`() async throws {
        let directory = try await UserDirectory(store: store)
        _ = try await directory.add(draft("anna"), at: noon, by: admin)
        let anna = try UserName("anna")
        #expect(try await !directory.setEnabled(anna, true, at: noon, by: admin).isChange)
        #expect(try await !directory.setClientID(anna, nil, at: noon, by: admin).isChange)
        #expect(try await directory.setEnabled(anna, false, at: noon, by: admin, dryRun: true).isChange)
        #expect(try await directory.remove(anna, at: noon, by: admin, dryRun: true).removed == 1)
        #expect(store.saves == 1)
        #expect(directory.record(anna)?.isEnabled == true)
    }

    @Test func `changes nothing when the store fails`() async throws {
        let directory = try await UserDirectory(store: store)
        store.fail()
        await #expect(throws: UserError.storage(reason: "Failure()")) {
            try await directory.add(draft("anna"), at: noon, by: admin)
        }
        #expect(directory.count == 0)
    }

    @Test func `refuses more users than may be, and adds none of them`() async throws {
        let directory = try await UserDirectory(store: store, limit: 2)
        _ = try await directory.add(draft("anna"), at: noon, by: admin)
        let file = try UserImport("bert:$7$1\ncleo:$7$1\n") { _ in nil }
        await #expect(throws: UserError.limit(registered: 1, adding: 2, limit: 2)) {
            try await directory.importUsers(file, at: noon, by: admin)
        }
        #expect(directory.count == 1)
    }

    @Test func `tells the audit log who did what, and no hash`() async throws {
        let directory = try await UserDirectory(store: store)
        let anna = try UserName("anna")
        _ = try await directory.add(draft("anna"), at: noon, by: admin)
        _ = try await directory.add(draft("anna", hash: "$7$2"), replacing: true, at: noon, by: admin)
        _ = try await directory.setEnabled(anna, false, at: noon, by: admin)
        _ = try await directory.setEnabled(anna, true, at: noon, by: admin)
        _ = try await directory.setClientID(anna, ClientIdentifier("pump-7"), at: noon, by: admin)
        _ = try await directory.remove(anna, at: noon, by: admin)
        #expect(
            store.audit.map(\.action) == [
                "user.add", "user.replace", "user.disable", "user.enable", "user.set-client-id", "user.remove",
            ]
        )
        #expect(store.audit.allSatisfy { $0.principal == admin && $0.object == "anna" })
        #expect(!store.audit.contains { "\($0)".contains("$7$") })
        #expect(store.audit[4].after == ["enabled": "yes", "clientID": "pump-7"])
    }

    @Test func `lists by name in pages, and searches`() async throws {
        let directory = try await UserDirectory(store: store)
        for name in ["dora", "anna", "cleo", "bert", "hannah"] {
            _ = try await directory.add(draft(name), at: noon, by: admin)
        }
        let first = directory.list(limit: 2)
        #expect(first.users.map(\.name.text) == ["anna", "bert"])
        let second = directory.list(after: first.nextCursor, limit: 3)
        #expect(second.users.map(\.name.text) == ["cleo", "dora", "hannah"])
        #expect(second.nextCursor == nil)
        #expect(directory.list(search: "ANNA", limit: 9).users.map(\.name.text) == ["anna", "hannah"])
    }

    @Test func `changes a user only while it is as it was seen`() async throws {
        let directory = try await UserDirectory(store: store)
        let anna = try UserName("anna")
        _ = try await directory.add(draft("anna"), at: noon, by: admin)
        let seen = try #require(directory.record(anna))
        _ = try await directory.setEnabled(anna, false, expecting: seen, at: noon, by: admin)
        let now = try #require(directory.record(anna))
        let attempts: [() async throws -> UserChange] = [
            {
                try await directory.add(
                    draft("anna", hash: "$7$2"),
                    replacing: true,
                    expecting: seen,
                    at: noon,
                    by: admin
                )
            },
            { try await directory.setEnabled(anna, true, expecting: seen, at: noon, by: admin) },
            { try await directory.setClientID(anna, ClientIdentifier("pump"), expecting: seen, at: noon, by: admin) },
            { try await directory.remove(anna, expecting: seen, at: noon, by: admin) },
        ]
        for attempt in attempts {
            await #expect(throws: UserError.changedMeanwhile(now)) { try await attempt() }
        }
        #expect(directory.record(anna) == now)
        _ = try await directory.remove(anna, expecting: now, at: noon, by: admin)
        await #expect(throws: UserError.noSuchUser(anna)) { try await attempts[0]() }
    }

    @Test func `tells observers of what was stored, in its order`() async throws {
        let directory = try await UserDirectory(store: store)
        let told = Mutex<[String]>([])
        directory.observe { change in told.withLock { $0.append("\(change.words) \(change.steps[0].endsSessions)") } }
        let anna = try UserName("anna")
        _ = try await directory.add(draft("anna"), at: noon, by: admin)
        _ = try await directory.setEnabled(anna, false, at: noon, by: admin, dryRun: true)
        _ = try await directory.setEnabled(anna, false, at: noon, by: admin)
        _ = try await directory.setEnabled(anna, true, at: noon, by: admin)
        _ = try await directory.add(draft("anna", hash: "$7$2"), replacing: true, at: noon, by: admin)
        _ = try await directory.remove(anna, at: noon, by: admin)
        #expect(
            told.withLock(\.self) == [
                "added user anna false", "disabled user anna true", "enabled user anna false",
                "set the password of user anna true", "removed user anna true",
            ]
        )
    }

    @Test func `never prints a hash`() async throws {
        let directory = try await UserDirectory(store: store)
        let change = try await directory.add(draft("anna", hash: "$7$geheim"), at: noon, by: admin)
        var dumped = ""
        dump(change, to: &dumped)
        for text in ["\(change)", String(reflecting: change), dumped, "\(try draft("anna", hash: "$7$geheim"))"] {
            #expect(!text.contains("geheim"))
        }
    }

    private func draft(_ name: String, hash: String = "$7$1", clientID: String? = nil) throws -> UserDraft {
        UserDraft(
            name: try UserName(name),
            passwordHash: PasswordHashText(hash),
            clientID: clientID.flatMap(ClientIdentifier.init)
        )
    }
}
