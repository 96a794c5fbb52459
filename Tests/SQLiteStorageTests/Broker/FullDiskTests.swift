import Foundation
import MQTTBroker
import Testing

@testable import SQLiteStorage

/// A database that may not grow stands for a disk that is full; the end-to-end tests have a disk.
@Suite struct FullDiskTests {
    private let directory = TemporaryDirectory()

    private func full(_ store: SQLiteSessionStore) throws {
        let pages = try #require(try store.rows.connection.integer("PRAGMA page_count"))
        try store.rows.connection.execute("PRAGMA max_page_count = \(pages)")
    }

    private func large(_ id: UInt64) throws -> StoreChange {
        .put(try message(id, payload: [UInt8](repeating: 1, count: 50_000)))
    }

    @Test func `refuses the batch as a whole, says so, and takes it when there is room again`() throws {
        let store = try openSessions(directory.path)
        try store.commit(.put(session(1)))
        try full(store)
        let batch = StoreBatch([.put(session(2, "another")), .removeSession(SessionKey(1)), try large(1)])
        let error = #expect(throws: StoreError.self) { try store.commit(batch) }
        guard case .full(store.path, _)? = error else { Issue.record("\(error as Any)"); return }
        #expect(try store.contents() == [session(1).words])

        try store.rows.connection.execute("PRAGMA max_page_count = 1000000")
        try store.commit(batch)
        #expect(try store.contents().count == 2)
    }

    @Test func `what needs no room goes on`() throws {
        let store = try openSessions(directory.path)
        try store.commit(try large(1), .put(session(1)))
        try full(store)
        #expect(throws: StoreError.self) { try store.commit(try large(2)) }
        try store.commit(.removeMessage(1))
        // In the room of the one that went.
        try store.commit(try large(3))
        #expect(try store.contents().count == 2)
    }
}
