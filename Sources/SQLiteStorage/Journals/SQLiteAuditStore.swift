import GRDB
package import Registry
import Synchronization

/// The audit log in the registry's database.
package struct SQLiteAuditStore: AuditStore {
    private let file: JournalFile

    /// Entries read at a time by `verify` and `export`: between two pages writers may go on.
    private static let pageSize = 1_000

    init(_ file: JournalFile) {
        self.file = file
    }

    /// Adds an entry of its own. Throws a `StorageError`.
    package func append(_ draft: AuditDraft) async throws {
        try await file.write { try AuditRows.append([draft], to: $0) }
    }

    /// Matching entries, the newest first. Throws a `StorageError`.
    package func page(_ query: AuditQuery, before cursor: Int64?, limit: Int) async throws -> AuditPage {
        let limit = max(1, limit)
        let entries = try await file.read { database in
            try AuditRows.fetch(query, before: cursor, after: nil, isNewestFirst: true, limit: limit + 1, in: database)
        }
        let page = Array(entries.prefix(limit))
        return AuditPage(entries: page, nextCursor: entries.count > limit ? page.last?.sequence : nil)
    }

    /// How far the log reaches. Throws a `StorageError`.
    package func head() async throws -> AuditHead {
        try await file.read { try AuditRows.readHead($0) }
    }

    /// Looks through the whole log. Throws a `StorageError` where the file itself cannot be read.
    package func verify(against note: AuditHead? = nil) async throws -> AuditVerification {
        var chain = AuditChainCheck(note: note)
        while true {
            try Task.checkCancellation()
            let after = chain.last.sequence
            let (rows, head) = try await file.read { database in
                let rows = try SealedRow.fetch(after: after, limit: Self.pageSize, in: database)
                // Read together with the last page, so that an entry written meanwhile is in both or in none.
                return (rows, try? AuditRows.readHead(database))
            }
            for row in rows {
                if let broken = chain.follow(row) { return .broken(broken) }
            }
            if rows.count < Self.pageSize { return chain.finish(head: head) }
        }
    }

    /// Every matching entry, oldest first, read page by page as the stream is. Its errors are `StorageError`s.
    package func export(_ query: AuditQuery) -> AsyncThrowingStream<AuditEntry, any Error> {
        let reader = ExportReader(file: file, query: query)
        return AsyncThrowingStream { try await reader.next() }
    }

    /// Where an export stands. One task reads it.
    private final class ExportReader: Sendable {
        private struct Progress {
            var page: ArraySlice<AuditEntry> = []
            var last: Int64 = 0
            var isAtEnd = false
        }

        private let progress = Mutex(Progress())
        private let file: JournalFile
        private let query: AuditQuery

        init(file: JournalFile, query: AuditQuery) {
            self.file = file
            self.query = query
        }

        func next() async throws -> AuditEntry? {
            if let entry = progress.withLock({ $0.page.popFirst() }) { return entry }
            let (last, isAtEnd) = progress.withLock { ($0.last, $0.isAtEnd) }
            guard !isAtEnd else { return nil }
            let query = query
            let entries = try await file.read { database in
                try AuditRows.fetch(
                    query,
                    before: nil,
                    after: last,
                    isNewestFirst: false,
                    limit: SQLiteAuditStore.pageSize,
                    in: database
                )
            }
            return progress.withLock { progress in
                progress.page = entries[...]
                progress.last = entries.last?.sequence ?? last
                progress.isAtEnd = entries.count < SQLiteAuditStore.pageSize
                return progress.page.popFirst()
            }
        }
    }
}
