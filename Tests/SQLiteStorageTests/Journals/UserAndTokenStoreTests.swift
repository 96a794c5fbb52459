import Foundation
import GRDB
import Registry
import Testing

@testable import SQLiteStorage

@Suite struct UserAndTokenStoreTests {
    private let directory = TemporaryDirectory()
    private let admin = Principal(kind: .socket(uid: 0), role: .admin)

    @Test func `gives back the users, also when opened again`() async throws {
        let claimed = try DataDirectory(claiming: directory.path)
        let store = try SQLiteRegistryStore(in: claimed)
        let users = try await UserDirectory(store: store.users)
        for name in ["anna", "bert", "caf\u{E9}", "cafe\u{301}"] {
            _ = try await users.add(try draft(name), at: noon, by: admin)
        }
        _ = try await users.add(try draft("anna", clientID: "pump-7"), replacing: true, at: noon + 1, by: admin)
        _ = try await users.setEnabled(try UserName("anna"), false, at: noon + 2, by: admin)
        _ = try await users.remove(try UserName("bert"), at: noon + 3, by: admin)
        try store.close()
        let reopened = try SQLiteRegistryStore(in: claimed)
        let again = try await UserDirectory(store: reopened.users)
        #expect(again.list(limit: 9).users == users.list(limit: 9).users)
        #expect(again.count == 3)
        #expect(again.record(try UserName("anna"))?.createdAt == noon)
        #expect(try await reopened.audit.head().sequence == 7)
        #expect(try await reopened.audit.verify().isIntact)
    }

    @Test func `stores an import of thousands in one transaction, with an entry for each`() async throws {
        let store = try openStore(directory.path)
        let users = try await UserDirectory(store: store.users)
        let text = (0..<5_000).map { "user\($0):$7$101$c2FsdA==$aGFzaA==\n" }.joined()
        let change = try await users.importUsers(try UserImport(text) { _ in nil }, at: noon, by: admin)
        #expect(change.added == 5_000)
        #expect(try await UserDirectory(store: store.users).count == 5_000)
        #expect(try await store.audit.head().sequence == 5_000)
    }

    @Test func `stores no user whose audit entry cannot be stored`() async throws {
        let store = try openStore(directory.path)
        try await store.pool.write { try $0.execute(sql: "DROP TABLE auditHead") }
        let users = try await UserDirectory(store: store.users)
        await #expect(throws: UserError.self) { try await users.add(try draft("anna"), at: noon, by: admin) }
        #expect(users.count == 0)
        #expect(try await store.users.load().isEmpty)
    }

    @Test func `gives back the tokens, and knows their secrets by SHA-256 alone`() async throws {
        let claimed = try DataDirectory(claiming: directory.path)
        let store = try SQLiteRegistryStore(in: claimed)
        let tokens = try await TokenDirectory(store: store.tokens, cryptography: .openSSL)
        let created = try await tokens.create(
            name: try ObjectName("ci"),
            role: .operator,
            expiresAt: noon + 1_000,
            at: noon,
            by: admin
        )
        let secret = try #require(created.secret?.text)
        _ = tokens.authenticate(presented: secret, at: noon + 10)
        try await tokens.storeUses()
        try store.close()
        for file in try FileManager.default.contentsOfDirectory(atPath: directory.path) {
            let bytes = try #require(FileManager.default.contents(atPath: directory.path + "/" + file))
            #expect(bytes.range(of: Data(secret.utf8)) == nil, "\(file)")
        }
        let reopened = try SQLiteRegistryStore(in: claimed)
        let again = try await TokenDirectory(store: reopened.tokens, cryptography: .openSSL)
        var record = created.record
        record.lastUsedAt = noon + 10
        #expect(again.list() == [record])
        #expect(again.authenticate(presented: secret, at: noon)?.role == .operator)
        _ = try await again.revoke("ci", at: noon + 20, by: admin)
        #expect(try await TokenDirectory(store: reopened.tokens, cryptography: .openSSL).list().isEmpty)
        let page = try await reopened.audit.page(AuditQuery(action: "token"), before: nil, limit: 9)
        #expect(page.entries.map(\.action) == ["token.revoke", "token.create"])
    }

    @Test(arguments: [
        ("UPDATE user SET name = ''", "user", "name"),
        ("UPDATE user SET clientID = ''", "user", "clientID"),
    ])
    func `refuses to read what it never writes`(statement: String, table: String, column: String) async throws {
        let store = try openStore(directory.path)
        let users = try await UserDirectory(store: store.users)
        _ = try await users.add(try draft("anna"), at: noon, by: admin)
        try await store.pool.write { try $0.execute(sql: statement) }
        await #expect(throws: StorageError.unreadableValue(table: table, column: column)) {
            try await store.users.load()
        }
    }

    private func draft(_ name: String, clientID: String? = nil) throws -> UserDraft {
        UserDraft(
            name: try UserName(name),
            passwordHash: PasswordHashText("$7$101$c2FsdA==$aGFzaA=="),
            clientID: clientID.flatMap(ClientIdentifier.init)
        )
    }
}
