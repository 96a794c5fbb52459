import Glibc
import TestProcess
import Testing

/// A python that does something to a file, says so, and waits to be killed.
final class OtherProcess {
    private let process: ChildProcess

    var processID: Int32 { process.processID }

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
        let epilogue = "\nsys.stdout.write('ready')\nsys.stdout.flush()\nsys.stdin.read()\n"
        process = try ChildProcess(
            "python3",
            ["-c", script + epilogue, file],
            input: .pipe,
            output: .pipe,
            errors: .inherited
        )
        // Blocks until the word comes or the process ends.
        let word = try process.readOutput(upTo: 100)
        #expect(word == Array("ready".utf8))
    }

    /// SIGKILL, and waits for the end.
    func kill() {
        process.send(signal: SIGKILL)
        _ = process.wait()
    }
}
