import FoundationEssentials
import GRDB
import Registry

extension AuditRows {
    /// Matching entries between two places, in either order.
    static func fetch(
        _ query: AuditQuery,
        before: Int64?,
        after: Int64?,
        isNewestFirst: Bool,
        limit: Int,
        in database: Database
    ) throws -> [AuditEntry] {
        var conditions: [String] = []
        var arguments = StatementArguments()
        func require(_ condition: String, _ values: any DatabaseValueConvertible...) {
            conditions.append(condition)
            arguments += StatementArguments(values)
        }
        if let before { require("sequence < ?", before) }
        if let after { require("sequence > ?", after) }
        // The words before the dots: everything from `x.` up to `x/`, which is the character after the dot.
        if let action = query.action {
            require("(action = ? OR (action >= ? AND action < ?))", action, action + ".", action + "/")
        }
        if let principal = query.principal { require("principal = ?", principal) }
        if let object = query.object { require("object = ?", object) }
        if let from = query.from { require("time >= ?", from.milliseconds) }
        if let until = query.until { require("time < ?", until.milliseconds) }
        let filter = conditions.isEmpty ? "" : "WHERE " + conditions.joined(separator: " AND ")
        let rows = try Row.fetchAll(
            database,
            sql: "SELECT * FROM audit \(filter) ORDER BY sequence \(isNewestFirst ? "DESC" : "ASC") LIMIT \(limit)",
            arguments: arguments
        )
        return try rows.map { try AuditEntry(StoredRow($0, table: "audit")) }
    }
}

extension AuditTexts {
    init(_ row: StoredRow) throws {
        self.init(
            principal: try row.text("principal"),
            role: try row.text("role"),
            action: try row.text("action"),
            object: try row.text("object"),
            before: try row.optionalText("factsBefore"),
            after: try row.optionalText("factsAfter")
        )
    }
}

extension AuditEntry {
    fileprivate init(_ row: StoredRow) throws {
        let texts = try AuditTexts(row)
        func facts(_ json: String?, column: String) throws -> AuditFacts? {
            guard let json else { return nil }
            guard let facts = AuditFacts(json: json) else { throw row.unreadable(column) }
            return facts
        }
        self.init(
            sequence: try row.integer("sequence"),
            time: try row.date("time"),
            principal: texts.principal,
            role: texts.role,
            action: texts.action,
            object: texts.object,
            before: try facts(texts.before, column: "factsBefore"),
            after: try facts(texts.after, column: "factsAfter"),
            previousHash: try row.auditHash("previousHash"),
            hash: try row.auditHash("hash")
        )
    }
}
