import Foundation
import GRDB
import MQTTBroker
import Testing

@testable import SQLiteStorage

/// The file: whose it is, whether it is whole, and what is done when not.
@Suite struct BrokerDatabaseTests {
    private let directory = TemporaryDirectory()
    private var file: String { directory.path + "/broker.sqlite" }

    /// A closed store with something in it.
    private func fill() throws {
        let store = try openSessions(directory.path)
        for number in 1...200 as ClosedRange<UInt64> {
            try store.commit(
                .put(session(number, "device \(number)")),
                .put(try message(number, payload: [UInt8](repeating: 7, count: 500))),
                .put(delivery(number, 1, message: number))
            )
        }
    }

    private func edit(_ sql: String) throws {
        let database = try DatabaseQueue(path: file)
        try database.write { try $0.execute(sql: sql) }
        try database.close()
    }

    private func openingError() -> StorageError? {
        do {
            _ = try openSessions(directory.path)
            return nil
        } catch {
            return error as? StorageError
        }
    }

    private func overwrite(at offset: UInt64, with bytes: [UInt8]) throws {
        let handle = try #require(FileHandle(forUpdatingAtPath: file))
        try handle.seek(toOffset: offset)
        try handle.write(contentsOf: Data(bytes))
        try handle.close()
    }

    @Test func `is its owner's alone, with its journal`() throws {
        let store = try openSessions(directory.path)
        try store.commit(.put(session(1)))
        for name in ["broker.sqlite", "broker.sqlite-wal", "broker.sqlite-shm"] {
            #expect(try permissions(of: "\(directory.path)/\(name)") == 0o600)
        }
    }

    @Test func `commits are synchronised with the disk`() throws {
        _ = try openSessions(directory.path)
        let connection = try BrokerDatabase.open(in: DataDirectory(claiming: directory.path))
        #expect(try connection.text("PRAGMA journal_mode") == "wal")
        // 2 is FULL.
        #expect(try connection.integer("PRAGMA synchronous") == 2)
    }

    @Test func `open to others is refused with the command that mends it`() throws {
        try fill()
        try FileManager.default.setAttributes([.posixPermissions: 0o640], ofItemAtPath: file)
        #expect(openingError() == .permissions(path: file, found: 0o640, needed: 0o600))
    }

    @Test func `that is no database is refused, left as it is, and the way out is told`() throws {
        try fill()
        try overwrite(at: 0, with: Array("this is no database, whatever its name says".utf8))
        let before = try Data(contentsOf: URL(fileURLWithPath: file))
        let error = try #require(openingError())
        guard case .damaged(file, _) = error else { Issue.record("\(error)"); return }
        #expect(error.description.contains("sluice restore"))
        #expect(error.description.contains("move the file away"))
        #expect(try Data(contentsOf: URL(fileURLWithPath: file)) == before)
    }

    @Test(arguments: [4096, 8192, 40_960] as [UInt64])
    func `with a scribbled page is refused as damaged`(offset: UInt64) throws {
        try fill()
        try overwrite(at: offset, with: [UInt8](repeating: 0xA5, count: 4096))
        guard case .damaged(file, _)? = openingError() else { Issue.record("opened"); return }
    }

    @Test func `cut short is refused as damaged`() throws {
        try fill()
        let handle = try #require(FileHandle(forUpdatingAtPath: file))
        try handle.truncate(atOffset: 20_000)
        try handle.close()
        guard case .damaged(file, _)? = openingError() else { Issue.record("opened"); return }
    }

    @Test func `of a newer version is refused and left as it is`() throws {
        try fill()
        try edit("PRAGMA user_version = 99")
        #expect(openingError() == .newerSchema(path: file))
        let database = try DatabaseQueue(path: file)
        #expect(try database.read { try Int.fetchOne($0, sql: "PRAGMA user_version") } == 99)
    }

    @Test func `of another program is refused`() throws {
        try FileManager.default.createDirectory(
            atPath: directory.path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700]
        )
        try edit("CREATE TABLE theirs (x)")
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: file)
        #expect(openingError() == .foreignDatabase(path: file, applicationID: 0))
    }

    @Test(arguments: [
        ("UPDATE message SET qos = 3 WHERE id = 5", "row 5 of table message"),
        ("UPDATE message SET topicCount = 1000 WHERE id = 1", "row 1 of table message"),
        ("UPDATE session SET expiryInterval = -1 WHERE number = 2", "row 2 of table session"),
        ("UPDATE session SET credential = x'00' WHERE number = 3", "row 3 of table session"),
        ("UPDATE session SET clientID = x'FF' WHERE number = 4", "row 4 of table session"),
        ("UPDATE delivery SET stage = 9 WHERE session = 6", "row 6 of table delivery"),
        ("UPDATE delivery SET packetID = 70000 WHERE session = 6", "row 6 of table delivery"),
        ("UPDATE delivery SET identifiers = x'000001' WHERE session = 6", "row 6 of table delivery"),
        ("INSERT INTO inbound VALUES (1, 65536)", "row 1 of table inbound"),
        ("INSERT INTO will VALUES (1, 1, 1, -1, 0, NULL)", "row 1 of table will"),
        ("INSERT INTO subscription VALUES (1, x'61', 3, 0, 0, 0, 0)", "row 1 of table subscription"),
    ])
    func `with a value that nobody writes says where it is`(sql: String, place: String) throws {
        try fill()
        try edit(sql)
        let store = try openSessions(directory.path)
        let error = #expect(throws: StoreError.self) { try store.contents() }
        guard case .damaged(file, let finding)? = error else { Issue.record("\(error as Any)"); return }
        #expect(finding.hasPrefix(place))
    }

    @Test func `in use by another gateway is refused with its process`() throws {
        let store = try openSessions(directory.path)
        #expect(openingError() == .inUse(path: directory.path, processID: getpid()))
        withExtendedLifetime(store) {}
    }
}
