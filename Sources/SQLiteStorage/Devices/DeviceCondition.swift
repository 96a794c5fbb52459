import FoundationEssentials
import GRDB
import Registry

/// One condition of a list, and the index that finds its rows.
struct DeviceCondition: Sendable {
    /// The column it speaks of; `nil` for a condition on several.
    let column: String?
    /// All columns it speaks of.
    let columns: [String]
    /// True or false for a row.
    let sql: String
    let arguments: [DatabaseValue]
    /// How its rows are found, if that takes less than looking at all.
    let access: Access
    /// Whether it asks for one value of its column.
    let isEquality: Bool

    /// How a condition's rows are found.
    enum Access: Sendable {
        /// By an index that begins with its column.
        case index(String)
        /// By several, each for a part of the condition.
        case union([DeviceCondition])
        /// Not without looking at all rows.
        case none
    }

    init(
        column: String,
        sql: String,
        arguments: [DatabaseValue],
        access: Access = .none,
        isEquality: Bool = false
    ) {
        self.init(
            column: column,
            columns: [column],
            sql: sql,
            arguments: arguments,
            access: access,
            isEquality: isEquality
        )
    }

    init(
        column: String?,
        columns: [String],
        sql: String,
        arguments: [DatabaseValue],
        access: Access,
        isEquality: Bool = false
    ) {
        self.column = column
        self.columns = columns
        self.sql = sql
        self.arguments = arguments
        self.access = access
        self.isEquality = isEquality
    }

    /// To be one of these rows.
    init(ids: [Int64]) {
        self.init(
            column: nil,
            columns: ["id"],
            sql: "id IN (SELECT value FROM json_each(?))",
            arguments: ["[\(ids.map(String.init).joined(separator: ","))]".databaseValue],
            access: .none
        )
    }

    /// How many rows it leaves, counted no further than the bound; `nil` if that cannot be told from an index.
    func count(upTo bound: Int, _ database: Database) throws -> Int? {
        switch access {
        case .none: return nil
        case .index(let index):
            let statement = try database.cachedStatement(
                sql: """
                    SELECT count(*) FROM
                    (SELECT 1 FROM clientCertificate INDEXED BY \(index) WHERE \(sql) LIMIT ?)
                    """
            )
            return try Int.fetchOne(statement, arguments: StatementArguments(arguments + [bound.databaseValue]))
        case .union(let parts):
            var sum = 0
            for part in parts where sum < bound { sum += try part.count(upTo: bound - sum, database) ?? bound }
            return sum
        }
    }

    /// The rows that it leaves, of which an index tells no more than the ids.
    func ids(_ database: Database) throws -> [Int64] {
        let parts = if case .union(let parts) = access { parts } else { [self] }
        let ids = try parts.flatMap { part in
            let statement = try database.cachedStatement(
                sql: "SELECT id FROM clientCertificate \(part.hint) WHERE \(part.sql)"
            )
            return try Int64.fetchAll(statement, arguments: StatementArguments(part.arguments))
        }
        // A row that several parts find is one row.
        return parts.count > 1 ? Array(Set(ids)) : ids
    }

    /// Whether the columns in memory tell it.
    var isInColumns: Bool {
        ["authority", "state", "source", "notBefore", "notAfter"].contains(column)
    }

    /// What stands behind the table's name so that SQLite goes this way and no other.
    var hint: String {
        switch access {
        case .index(let index): "INDEXED BY \(index)"
        case .union, .none: "NOT INDEXED"
        }
    }

    /// The condition so that its rows are found by its indexes, not tried one by one.
    var driving: DeviceCondition {
        guard case .union(let parts) = access else { return self }
        let selections = parts.map { part in
            "SELECT id FROM clientCertificate \(part.hint) WHERE \(part.sql)"
        }
        return DeviceCondition(
            column: nil,
            columns: ["id"],
            sql: "id IN (\(selections.joined(separator: " UNION ")))",
            arguments: parts.flatMap(\.arguments),
            access: .none
        )
    }

    /// The index that begins with the one value asked for and goes on in the list's order, if there is one.
    func path(sort: DeviceSort.Key) -> String? {
        guard sort == .createdAt, isEquality, case .index(let index) = access,
            column == "organizationalUnit" || column == "authority" || column == "state" || column == "source"
        else { return nil }
        return index
    }
}

extension [DeviceCondition] {
    /// All of them at once; true for every row if there are none.
    var joined: (sql: String, arguments: [DatabaseValue]) {
        (isEmpty ? "1" : map { "(\($0.sql))" }.joined(separator: " AND "), flatMap(\.arguments))
    }
}

extension DeviceCondition {
    /// The conditions of a query, those that mostly leave the fewest rows first.
    static func all(of query: DeviceQuery, at now: Date) -> [DeviceCondition] {
        var conditions: [DeviceCondition] = []
        if let serial = query.serial { conditions.append(.equal("serial", serial.hex, "BySerial")) }
        conditions += text("clientID", query.clientID, "ByClientID")
        conditions += text("commonName", query.commonName, "ByCommonName")
        conditions += search(query.search)
        conditions += text("organizationalUnit", query.organizationalUnit, "ByUnit")
        if let authority = query.authority {
            conditions.append(.equal("authority", Data(authority.bytes), "ByAuthority"))
        }
        conditions += states(query.states)
        if let source = query.source { conditions.append(.equal("source", source.rawValue, "BySource")) }
        let life = DeviceLifeRange(query, at: now)
        conditions += range("notAfter", life.end, "ByEnd")
        conditions += range("notBefore", life.start, "ByStart")
        return conditions
    }

    private static func equal(
        _ column: String,
        _ value: any DatabaseValueConvertible,
        _ index: String
    ) -> DeviceCondition {
        DeviceCondition(
            column: column,
            sql: "\(column) = ?",
            arguments: [value.databaseValue],
            access: .index("clientCertificate" + index),
            isEquality: true
        )
    }

    private static func text(_ column: String, _ match: TextMatch?, _ index: String) -> [DeviceCondition] {
        switch match {
        case nil, .prefix(""): []
        case .exactly(let text): [.equal(column, text, index)]
        case .prefix(let text): [.prefix(column, text, index)]
        }
    }

    private static func prefix(_ column: String, _ text: String, _ index: String) -> DeviceCondition {
        DeviceCondition(
            column: column,
            sql: "\(column) >= ? AND \(column) < ?",
            // SQLite compares the bytes of UTF-8, in which U+10FFFF, no character, comes last.
            arguments: [text.databaseValue, (text + "\u{10FFFF}").databaseValue],
            access: .index("clientCertificate" + index)
        )
    }

    private static func states(_ states: Set<ClientCertificateState>) -> [DeviceCondition] {
        guard !states.isEmpty, states.count < ClientCertificateState.allCases.count else { return [] }
        let words = states.map(\.rawValue).sorted()
        if let word = words.first, words.count == 1 { return [.equal("state", word, "ByState")] }
        return [
            DeviceCondition(
                column: "state",
                sql: "state IN (\(words.map { _ in "?" }.joined(separator: ", ")))",
                arguments: words.map(\.databaseValue),
                access: .index("clientCertificateByState")
            )
        ]
    }

    private static func range(_ column: String, _ range: ClosedRange<Int64>?, _ index: String) -> [DeviceCondition] {
        // Nothing at all: what was asked for contradicts itself.
        guard let range else { return [DeviceCondition(column: column, sql: "0", arguments: [])] }
        guard range != DeviceLifeRange.everything else { return [] }
        return [
            DeviceCondition(
                column: column,
                sql: "\(column) BETWEEN ? AND ?",
                arguments: [range.lowerBound.databaseValue, range.upperBound.databaseValue],
                access: .index("clientCertificate" + index)
            )
        ]
    }

    /// A text begins one of five columns; after a `*` it may stand anywhere in three, which no index tells.
    private static func search(_ text: String?) -> [DeviceCondition] {
        guard let text, !text.isEmpty, text != "*" else { return [] }
        if text.hasPrefix("*") {
            let columns = ["commonName", "clientID", "organizationalUnit"]
            return [
                DeviceCondition(
                    column: nil,
                    columns: columns,
                    sql: columns.map { "instr(\($0), ?) > 0" }.joined(separator: " OR "),
                    arguments: columns.map { _ in String(text.dropFirst()).databaseValue },
                    access: .none
                )
            ]
        }
        var parts: [DeviceCondition] = [
            .prefix("commonName", text, "ByCommonName"), .prefix("clientID", text, "ByClientID"),
            .prefix("organizationalUnit", text, "ByUnit"),
        ]
        if let digits = SerialNumber(hex: text)?.hex {
            parts.append(.prefix("serial", digits, "BySerial"))
            if let range = FingerprintRange(prefix: digits) {
                parts.append(
                    DeviceCondition(
                        column: "fingerprint",
                        sql: "fingerprint BETWEEN ? AND ?",
                        arguments: [range.first.databaseValue, range.last.databaseValue],
                        access: .index("sqlite_autoindex_clientCertificate_1")
                    )
                )
            }
        }
        return [
            DeviceCondition(
                column: nil,
                columns: parts.compactMap(\.column),
                sql: parts.map { "(\($0.sql))" }.joined(separator: " OR "),
                arguments: parts.flatMap(\.arguments),
                access: .union(parts)
            )
        ]
    }
}

/// Between which moments the certificates asked for begin and end, in milliseconds; `nil` for never.
struct DeviceLifeRange {
    var start: ClosedRange<Int64>?
    var end: ClosedRange<Int64>?

    static let everything = Int64.min...Int64.max

    init(_ query: DeviceQuery, at now: Date) {
        let present = now.milliseconds
        let soon = (now + CertificateValidity.expiringWindow).milliseconds
        var start = (Int64.min, Int64.max)
        var end = (Int64.min, Int64.max)
        switch query.validity {
        case nil: break
        case .notYetValid: start = (present + 1, .max)
        case .valid: (start, end) = ((.min, present), (soon + 1, .max))
        case .expiring: (start, end) = ((.min, present), (present, soon))
        case .expired: (start, end) = ((.min, present), (.min, present - 1))
        }
        if let bound = query.expiringBefore { end = (max(end.0, present), min(end.1, bound.milliseconds)) }
        if let bound = query.notBeforeFrom { start.0 = max(start.0, bound.milliseconds) }
        if let bound = query.notBeforeUntil { start.1 = min(start.1, bound.milliseconds - 1) }
        if let bound = query.notAfterFrom { end.0 = max(end.0, bound.milliseconds) }
        if let bound = query.notAfterUntil { end.1 = min(end.1, bound.milliseconds - 1) }
        self.start = start.0 <= start.1 ? start.0...start.1 : nil
        self.end = end.0 <= end.1 ? end.0...end.1 : nil
    }
}
