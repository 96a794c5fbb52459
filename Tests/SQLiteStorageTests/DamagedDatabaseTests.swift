import Foundation
import GRDB
import Registry
import SQLiteStorage
import Testing

@Suite struct DamagedDatabaseTests {
    private let directory = TemporaryDirectory()
    private var file: String { directory.path + "/registry.sqlite" }

    /// A closed store with something in it.
    private func fill() async throws {
        let store = try openStore(directory.path)
        var state = ClusterState.initial()
        for change in try everyChange() {
            let transition = try state.applying(change, at: noon)
            try await store.save(transition)
            state = transition.after
        }
        try store.close()
    }

    private func edit(_ sql: String) async throws {
        var configuration = Configuration()
        configuration.foreignKeysEnabled = false
        let database = try DatabaseQueue(path: file, configuration: configuration)
        try await database.write { try $0.execute(sql: sql) }
        try database.close()
    }

    private func openingError() throws -> StorageError? {
        do {
            _ = try openStore(directory.path)
            return nil
        } catch {
            return error as? StorageError
        }
    }

    @Test func `that is no database is refused as damaged`() async throws {
        try await fill()
        try Data(
            "this is no database, whatever its name says, and it is long enough to have a header. ".utf8
                + [UInt8](repeating: 7, count: 4096)
        )
        .write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        guard case .damaged? = try openingError() else { Issue.record("opened"); return }
    }

    @Test func `with a scribbled page is refused as damaged`() async throws {
        try await fill()
        let handle = try #require(FileHandle(forUpdatingAtPath: file))
        try handle.seek(toOffset: 4096)
        try handle.write(contentsOf: Data(repeating: 0xA5, count: 4096 * 4))
        try handle.close()
        guard case .damaged? = try openingError() else { Issue.record("opened"); return }
    }

    @Test func `cut short is refused as damaged`() async throws {
        try await fill()
        let handle = try #require(FileHandle(forUpdatingAtPath: file))
        try handle.truncate(atOffset: 10_000)
        try handle.close()
        guard case .damaged? = try openingError() else { Issue.record("opened"); return }
    }

    @Test func `of a newer version is refused, and says so`() async throws {
        try await fill()
        try await edit("INSERT INTO grdb_migrations (identifier) VALUES ('99: from the future')")
        #expect(try openingError() == .newerSchema(path: file))
    }

    @Test func `of another program is refused`() async throws {
        try FileManager.default.createDirectory(atPath: directory.path, withIntermediateDirectories: true)
        try FileManager.default.setAttributes([.posixPermissions: 0o700], ofItemAtPath: directory.path)
        try await edit("CREATE TABLE theirs (x)")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        #expect(try openingError() == .foreignDatabase(path: file, applicationID: 0))
    }

    @Test(arguments: [
        ("UPDATE cluster SET mode = 'no-way'", "cluster", "mode"),
        ("UPDATE cluster SET tlsMaximum = '1.1', tlsMinimum = '1.2'", "cluster", "tlsMaximum"),
        ("UPDATE slot SET slot = 'custom-x'", "slot", "slot"),
        ("UPDATE certificateName SET name = 'a b'", "certificateName", "name"),
        ("UPDATE certificate SET keyKind = 'dsa'", "certificate", "keyKind"),
        ("UPDATE ca SET state = 'perhaps'", "ca", "state"),
        ("UPDATE ca SET standing = 'superseded'", "ca", "standing"),
        (
            "INSERT INTO revocationList SELECT fingerprint, x'00', 0, NULL, 0, 'perhaps', NULL FROM ca",
            "revocationList", "onStale"
        ),
        ("INSERT INTO registrationCode VALUES ('a b', 0, 0)", "registrationCode", "text"),
    ])
    func `with a value that nobody writes says where it is`(sql: String, table: String, column: String) async throws {
        try await fill()
        try await edit(sql)
        let store = try openStore(directory.path)
        await #expect(throws: StorageError.unreadableValue(table: table, column: column)) { try await store.load() }
    }

    @Test func `open to others is refused with the command that mends it`() async throws {
        try await fill()
        try FileManager.default.setAttributes([.posixPermissions: 0o644], ofItemAtPath: file)
        let error = try openingError()
        #expect(error == .permissions(path: file, found: 0o644, needed: 0o600))
        #expect(error?.description.contains("chmod 0600 '\(file)'") == true)
    }

    @Test func `left by a process killed within a change holds the state before it`() async throws {
        try await fill()
        let before = try await openStore(directory.path).load()
        let junk = String(repeating: "00", count: 20_000)
        let killed = try OtherProcess.changing(
            database: file,
            by: "UPDATE cluster SET revision = 999; DELETE FROM slot; UPDATE ca SET der = x'\(junk)'"
        )
        killed.kill()
        #expect(try FileManager.default.attributesOfItem(atPath: file + "-wal")[.size] as? Int ?? 0 > 0)
        #expect(try await openStore(directory.path).load() == before)
    }
}
