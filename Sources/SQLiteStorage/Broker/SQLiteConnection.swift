import GRDBSQLite
import Glibc

/// What SQLite refused, in its own numbers and words. Values that were bound never appear in it.
struct SQLiteFailure: Error, Hashable {
    /// SQLite's extended result code.
    let code: Int32
    /// The errno of the call that failed below SQLite; 0 if none did.
    let systemError: Int32
    let message: String

    /// The kind of failure, without its details.
    var primaryCode: Int32 { code & 0xFF }
}

/// A connection to a SQLite file by the C API itself: the broker writes hundreds of thousands of rows a second, and a layer
/// that boxes every value costs more than SQLite does.
///
/// For one thread at a time.
final class SQLiteConnection {
    fileprivate let handle: OpaquePointer

    /// Opens a file that is there.
    init(_ path: String, readonly: Bool = false) throws(SQLiteFailure) {
        var handle: OpaquePointer?
        // The connection is used by one thread at a time; SQLite need not lock it.
        let access = readonly ? SQLITE_OPEN_READONLY : SQLITE_OPEN_READWRITE
        let result = sqlite3_open_v2(path, &handle, access | SQLITE_OPEN_NOMUTEX, nil)
        guard result == SQLITE_OK, let handle else {
            defer { sqlite3_close_v2(handle) }
            throw SQLiteFailure(handle, result)
        }
        sqlite3_extended_result_codes(handle, 1)
        self.handle = handle
    }

    /// Closes it as soon as its last statement has gone.
    deinit { sqlite3_close_v2(handle) }

    /// Runs statements that give no rows, or whose rows nobody wants.
    func execute(_ sql: String) throws(SQLiteFailure) {
        let result = sqlite3_exec(handle, sql, nil, nil, nil)
        guard result == SQLITE_OK else { throw SQLiteFailure(handle, result) }
    }

    /// The first column of the first row as a number; nil without a row.
    func integer(_ sql: String) throws(SQLiteFailure) -> Int64? {
        let statement = try PreparedStatement(sql, on: self)
        return try statement.step() ? statement.integer(0) : nil
    }

    /// The first column of the first row as text; nil without a row.
    func text(_ sql: String) throws(SQLiteFailure) -> String? {
        let statement = try PreparedStatement(sql, on: self)
        guard try statement.step() else { return nil }
        return statement.bytes(0).withMemoryRebound(to: UInt8.self) { String(decoding: $0, as: UTF8.self) }
    }

    /// How long a lock that another process holds is waited for.
    func setBusyTimeout(milliseconds: Int32) {
        sqlite3_busy_timeout(handle, milliseconds)
    }
}

/// A statement that is prepared once and run many times.
final class PreparedStatement {
    private let statement: OpaquePointer
    /// SQLITE_TRANSIENT, a macro that Swift does not import: SQLite makes a copy.
    private static var transient: sqlite3_destructor_type { unsafeBitCast(-1, to: sqlite3_destructor_type.self) }

    init(_ sql: String, on connection: SQLiteConnection) throws(SQLiteFailure) {
        var statement: OpaquePointer?
        let result = sqlite3_prepare_v3(
            connection.handle,
            sql,
            -1,
            UInt32(SQLITE_PREPARE_PERSISTENT),
            &statement,
            nil
        )
        guard result == SQLITE_OK, let statement else { throw SQLiteFailure(connection.handle, result) }
        self.statement = statement
    }

    deinit { sqlite3_finalize(statement) }

    /// Binds a number; parameters count from 1.
    func bind(_ index: Int32, _ value: Int64) {
        sqlite3_bind_int64(statement, index, value)
    }

    /// Binds a number, or nothing at all.
    func bind(_ index: Int32, _ value: Int64?) {
        if let value { bind(index, value) } else { sqlite3_bind_null(statement, index) }
    }

    /// Binds a copy of some bytes, or nothing at all.
    func bind(_ index: Int32, copying bytes: [UInt8]?) {
        guard let bytes else {
            sqlite3_bind_null(statement, index)
            return
        }
        guard !bytes.isEmpty else {
            sqlite3_bind_zeroblob(statement, index, 0)
            return
        }
        sqlite3_bind_blob64(statement, index, bytes, UInt64(bytes.count), Self.transient)
    }

    /// Binds bytes that must stay where they are until `run` has returned.
    func bind(_ index: Int32, _ bytes: UnsafeRawBufferPointer) {
        guard let start = bytes.baseAddress, !bytes.isEmpty else {
            sqlite3_bind_zeroblob(statement, index, 0)
            return
        }
        // A null destructor is SQLITE_STATIC: no copy is made.
        sqlite3_bind_blob64(statement, index, start, UInt64(bytes.count), nil)
    }

    /// Runs it to its end and makes it ready for other values.
    func run() throws(SQLiteFailure) {
        let result = sqlite3_step(statement)
        guard result == SQLITE_DONE || result == SQLITE_ROW else { throw failure(result) }
        sqlite3_reset(statement)
    }

    /// Goes to the next row; false when there is none, and then it is ready to run again.
    func step() throws(SQLiteFailure) -> Bool {
        let result = sqlite3_step(statement)
        if result == SQLITE_ROW { return true }
        guard result == SQLITE_DONE else { throw failure(result) }
        sqlite3_reset(statement)
        return false
    }

    /// A column of the row as a number; columns count from 0.
    func integer(_ column: Int32) -> Int64 { sqlite3_column_int64(statement, column) }

    func isNull(_ column: Int32) -> Bool { sqlite3_column_type(statement, column) == SQLITE_NULL }

    /// A column of the row as bytes, valid until the next step.
    func bytes(_ column: Int32) -> UnsafeRawBufferPointer {
        let start = sqlite3_column_blob(statement, column)
        return UnsafeRawBufferPointer(start: start, count: Int(sqlite3_column_bytes(statement, column)))
    }

    /// The failure of this statement, which is made ready to run again.
    private func failure(_ result: Int32) -> SQLiteFailure {
        let failure = SQLiteFailure(sqlite3_db_handle(statement), result)
        sqlite3_reset(statement)
        return failure
    }
}

extension SQLiteFailure {
    fileprivate init(_ handle: OpaquePointer?, _ code: Int32) {
        self.code = code
        systemError = handle.map { sqlite3_system_errno($0) } ?? 0
        let words = handle.flatMap { sqlite3_errmsg($0) } ?? sqlite3_errstr(code)
        message = words.map { String(cString: $0) } ?? "error \(code)"
    }

    /// Whether there is no room: on the disk, in the quota, or in the file.
    var isFull: Bool {
        primaryCode == SQLITE_FULL || (primaryCode == SQLITE_IOERR && [ENOSPC, EDQUOT].contains(systemError))
    }

    /// Whether the file is not what SQLite wrote.
    var isDamage: Bool { primaryCode == SQLITE_CORRUPT || primaryCode == SQLITE_NOTADB }
}
