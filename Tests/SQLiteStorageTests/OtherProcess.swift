import Foundation
import Glibc
import Testing

/// A python that does something to a file, says so, and waits to be killed.
final class OtherProcess {
    private let process = Process()

    var processID: Int32 { process.processIdentifier }

    /// Locks a file and writes its process id there, as Sluice does.
    static func holding(lock file: String) throws -> OtherProcess {
        try OtherProcess(
            """
            import fcntl, os, sys
            f = open(sys.argv[1], "r+")
            fcntl.flock(f, fcntl.LOCK_EX)
            f.truncate(0)
            f.write("%d\\n" % os.getpid())
            f.flush()
            """,
            file: file
        )
    }

    /// Stands in the middle of a transaction, half of it written to the journal already.
    static func changing(database file: String, by statements: String) throws -> OtherProcess {
        try OtherProcess(
            """
            import sqlite3, sys
            connection = sqlite3.connect(sys.argv[1], isolation_level=None)
            connection.execute("PRAGMA cache_size = 1")
            connection.execute("BEGIN IMMEDIATE")
            for statement in \"\"\"\(statements)\"\"\".split(";"):
                connection.execute(statement)
            """,
            file: file
        )
    }

    private init(_ script: String, file: String) throws {
        let output = Pipe()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        let epilogue = "\nsys.stdout.write('ready')\nsys.stdout.flush()\nsys.stdin.read()\n"
        process.arguments = ["python3", "-c", script + epilogue, file]
        process.standardOutput = output
        process.standardInput = Pipe()
        try process.run()
        // Blocks until the word comes or the process ends.
        let word = output.fileHandleForReading.availableData
        #expect(word == Data("ready".utf8))
    }

    /// SIGKILL, and waits for the end.
    func kill() {
        guard process.isRunning else { return }
        Glibc.kill(processID, SIGKILL)
        process.waitUntilExit()
    }

    deinit { kill() }
}
