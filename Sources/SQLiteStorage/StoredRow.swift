import FoundationEssentials
import GRDB
import Registry

/// A row whose columns are read strictly: a value that Sluice never writes is an error that names its place.
struct StoredRow {
    private let row: Row
    private let table: String

    init(_ row: Row, table: String) {
        self.row = row
        self.table = table
    }

    /// Every row of a table, in an order of its own if `order` names columns.
    static func fetchAll(_ database: Database, table: String, order: String? = nil) throws -> [StoredRow] {
        let sql = "SELECT * FROM \(table)" + (order.map { " ORDER BY \($0)" } ?? "")
        return try Row.fetchAll(database, sql: sql).map { StoredRow($0, table: table) }
    }

    func isNull(_ column: String) -> Bool {
        let value: DatabaseValue = row[column]
        return value.isNull
    }

    func integer(_ column: String) throws -> Int64 {
        guard let value = Int64.fromDatabaseValue(row[column]) else { throw unreadable(column) }
        return value
    }

    func optionalText(_ column: String) throws -> String? {
        let value: DatabaseValue = row[column]
        if value.isNull { return nil }
        guard let text = String.fromDatabaseValue(value) else { throw unreadable(column) }
        return text
    }

    func text(_ column: String) throws -> String {
        guard let text = try optionalText(column) else { throw unreadable(column) }
        return text
    }

    func bytes(_ column: String) throws -> [UInt8] {
        guard let data = Data.fromDatabaseValue(row[column]) else { throw unreadable(column) }
        return Array(data)
    }

    func date(_ column: String) throws -> Date {
        Date(milliseconds: try integer(column))
    }

    func optionalDate(_ column: String) throws -> Date? {
        let value: DatabaseValue = row[column]
        return value.isNull ? nil : try date(column)
    }

    func fingerprint(_ column: String) throws -> Fingerprint {
        guard let fingerprint = try? Fingerprint(try bytes(column)) else { throw unreadable(column) }
        return fingerprint
    }

    func optionalFingerprint(_ column: String) throws -> Fingerprint? {
        isNull(column) ? nil : try fingerprint(column)
    }

    /// The name in a column that may be empty.
    func objectName(_ column: String) throws -> ObjectName? {
        guard let text = try optionalText(column) else { return nil }
        guard let name = try? ObjectName(text) else { throw unreadable(column) }
        return name
    }

    /// The value that `parse` makes of the column's text; its `nil` is an error.
    func parsed<Value>(_ column: String, _ parse: (String) -> Value?) throws -> Value {
        guard let value = parse(try text(column)) else { throw unreadable(column) }
        return value
    }

    func unreadable(_ column: String) -> StorageError {
        .unreadableValue(table: table, column: column)
    }
}

extension Date {
    /// Whole milliseconds since 1970: how times are stored.
    var milliseconds: Int64 { Int64((timeIntervalSince1970 * 1000).rounded()) }

    init(milliseconds: Int64) { self.init(timeIntervalSince1970: Double(milliseconds) / 1000) }
}
