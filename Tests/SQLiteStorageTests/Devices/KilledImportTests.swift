import Foundation
import GRDB
import Registry
import TestProcess
import Testing

@testable import SQLiteStorage

@Suite struct KilledImportTests {
    private let directory = TemporaryDirectory()
    private static let rows = 8_000

    private var program: String {
        URL(fileURLWithPath: CommandLine.arguments[0]).deletingLastPathComponent().path + "/device-importer"
    }

    private func importer() throws -> ChildProcess {
        try ChildProcess(program, [directory.path, "\(Self.rows)"], output: .pipe, errors: .inherited)
    }

    @Test(.timeLimit(.minutes(2)))
    func `kill -9 in the middle of an import leaves whole records, and a restart completes it`() async throws {
        for round in 1...2 {
            let child = try importer()
            // The first words come after the first transaction; the next is under way.
            let words = try child.readOutput(upTo: 1)
            #expect(!words.isEmpty)
            child.send(signal: SIGKILL)
            #expect(child.wait() == .signalled(SIGKILL))
            let (registered, done) = try await check()
            #expect(registered >= round * 1_000)
            #expect(registered < Self.rows)
            #expect(done == registered)
        }
        let last = try importer()
        let said = try last.readOutput()
        #expect(last.wait() == .exited(0))
        #expect(said.hasSuffix("finished\n"))
        let (registered, done) = try await check()
        #expect(registered == Self.rows)
        #expect(done == Self.rows)
    }

    /// Records and rows done; that each record has its one line in the audit log, whose chain is whole, is checked here.
    private func check() async throws -> (registered: Int, done: Int) {
        let store = try openStore(directory.path)
        guard case .intact(let head) = try await store.audit.verify(against: nil) else {
            Issue.record("the audit log is broken")
            return (0, 0)
        }
        let counts = try await store.pool.read { database in
            (
                try Int.fetchOne(database, sql: "SELECT count(*) FROM clientCertificate") ?? -1,
                try Int.fetchOne(database, sql: "SELECT count(DISTINCT object) FROM audit") ?? -1,
                try Int.fetchOne(database, sql: "SELECT done FROM importJob") ?? -1
            )
        }
        #expect(head.sequence == Int64(counts.0))
        #expect(counts.1 == counts.0)
        try store.close()
        return (counts.0, counts.2)
    }
}
