import FoundationEssentials
import GRDB
import Registry

/// One page of a list: which index to walk along, and how far.
///
/// SQLite's planner has no statistics and would choose by the shape of a query alone. Here the choice is made by counting,
/// with a bound, how many rows each condition leaves:
/// 1. If one leaves few enough, all of its rows are looked at and sorted.
/// 2. Otherwise the list is walked in its order, by an index that begins with one of the conditions where there is such a
///    one. Every condition leaves many rows then, and a page is mostly found soon. How long one page walks is bounded.
/// 3. If that found no whole page, and one condition leaves not too many rows, those are sorted after all. If not, the page
///    is short, with a cursor to go on: that is left to rare combinations of frequent values.
struct DeviceSearch: Sendable {
    private let query: DeviceQuery
    private let effort: DeviceQueryEffort
    private let patience: Duration
    private let sortable: Int
    private let walk: Int
    private let conditions: [DeviceCondition]
    private let position: DeviceListPosition?

    /// How long a page is walked for, at least one step.
    static let usualPatience = Duration.milliseconds(20)
    /// Rows of one condition that are looked at and sorted: some 30 ms where they lie scattered over a million others.
    static let usualSortable = 8_000
    /// Times `sortable` that are sorted where walking found no page: 100 ms or so.
    static let patientFactor = 4
    /// Rows of one step of a walk: some 15 ms at worst.
    static let usualWalk = 4_000

    /// Throws `DeviceError.cursor`.
    init(
        _ query: DeviceQuery,
        at now: Date,
        effort: DeviceQueryEffort,
        patience: Duration = Self.usualPatience,
        sortable: Int = Self.usualSortable,
        walk: Int = Self.usualWalk
    ) throws(DeviceError) {
        self.query = query
        self.effort = effort
        self.patience = patience
        self.sortable = sortable
        self.walk = walk
        conditions = DeviceCondition.all(of: query, at: now)
        position = try query.cursor.map { text throws(DeviceError) in
            guard let position = DeviceListPosition(text, sort: query.sort) else { throw .cursor(text) }
            return position
        }
    }

    func page(_ database: Database) throws -> DevicePage {
        let (rows, next) = try rows(database)
        let records = try rows.map { row in
            guard let record = try ClientCertificateRows.record(id: row.id, in: database) else {
                throw StorageError.unreadableValue(table: ClientCertificateRows.table, column: "id")
            }
            return record
        }
        return DevicePage(records: records, nextCursor: next?.text(sort: query.sort))
    }

    private func rows(_ database: Database) throws -> (rows: [DeviceListPosition], next: DeviceListPosition?) {
        let fewest = try fewest(database)
        if let fewest, fewest.count <= sortable { return try sorted(fewest.place, database) }
        let start = ContinuousClock.now
        var found: [DeviceListPosition] = []
        var position = position
        repeat {
            let (rows, next) = try walked(from: position, limit: query.limit - found.count, database)
            found += rows
            position = next
        } while position != nil && found.count < query.limit && ContinuousClock.now - start < patience
        guard let fewest, position != nil, found.count < query.limit else { return (found, position) }
        return try sorted(fewest.place, database)
    }

    /// The condition that leaves the fewest rows, if they are few enough to be sorted.
    private func fewest(_ database: Database) throws -> (place: Int, count: Int)? {
        var fewest: (place: Int, count: Int)?
        var bound = sortable * Self.patientFactor + 1
        for (place, condition) in conditions.enumerated() {
            guard let count = try condition.count(upTo: bound, database), count < bound else { continue }
            fewest = (place, count)
            bound = count
            if count <= query.limit { break }
        }
        return fewest
    }

    /// All rows of one condition, the others applied, sorted.
    private func sorted(
        _ driver: Int,
        _ database: Database
    ) throws -> (rows: [DeviceListPosition], next: DeviceListPosition?) {
        var all = conditions
        all[driver] = all[driver].driving
        if let position { all.append(position.condition(query.sort)) }
        let (sql, arguments) = all.joined
        let rows = try positions(
            database,
            """
            SELECT id, \(column) FROM clientCertificate \(conditions[driver].hint) WHERE \(sql) ORDER BY \(order) LIMIT ?
            """,
            arguments + [(query.limit + 1).databaseValue]
        )
        return (Array(rows.prefix(query.limit)), rows.count > query.limit ? rows[query.limit - 1] : nil)
    }

    /// The list in its order from a place on, row by row, up to the end of the step.
    private func walked(
        from position: DeviceListPosition?,
        limit: Int,
        _ database: Database
    ) throws -> (rows: [DeviceListPosition], next: DeviceListPosition?) {
        let start = conditions.firstIndex { $0.path(sort: query.sort.key) != nil }
        let index = start.flatMap { conditions[$0].path(sort: query.sort.key) } ?? query.sort.key.index
        // Conditions on what the index is sorted by tell where the walk begins and ends; the others are tried on its rows.
        var range: [DeviceCondition] = []
        var tried: [DeviceCondition] = []
        for (place, condition) in conditions.enumerated() {
            if place == start || condition.column == column { range.append(condition) } else { tried.append(condition) }
        }
        if let position { range.append(position.condition(query.sort)) }
        let (rangeSQL, rangeArguments) = range.joined
        let (triedSQL, triedArguments) = tried.joined
        let path = "FROM clientCertificate INDEXED BY \(index) WHERE \(rangeSQL) ORDER BY \(order)"
        let columns = Set(tried.flatMap(\.columns)).union([column]).sorted().joined(separator: ", ")
        let rows = try positions(
            database,
            "SELECT id, \(column) FROM (SELECT id, \(columns) \(path) LIMIT ?) WHERE \(triedSQL) LIMIT ?",
            rangeArguments + [(effort == .bounded ? walk : -1).databaseValue] + triedArguments
                + [(limit + 1).databaseValue]
        )
        guard rows.count <= limit else { return (Array(rows.prefix(limit)), rows[limit - 1]) }
        guard effort == .bounded, !tried.isEmpty else { return (rows, nil) }
        // The row at which the walk was cut off, if it was.
        let last = try positions(
            database,
            "SELECT id, \(column) \(path) LIMIT 1 OFFSET ?",
            rangeArguments + [(walk - 1).databaseValue]
        )
        return (rows, last.first)
    }

    private func positions(
        _ database: Database,
        _ sql: String,
        _ arguments: [DatabaseValue]
    ) throws -> [DeviceListPosition] {
        try Row.fetchAll(
            try database.cachedStatement(sql: sql),
            arguments: StatementArguments(arguments)
        ).map { row in
            DeviceListPosition(id: row[0], value: row[1])
        }
    }

    private var column: String { query.sort.key.rawValue }

    private var order: String {
        let direction = query.sort.isDescending ? "DESC" : "ASC"
        return "\(column) \(direction), id \(direction)"
    }
}

extension DeviceSort.Key {
    /// The index that a list in this order walks along.
    fileprivate var index: String {
        switch self {
        case .createdAt: "clientCertificateByCreation"
        case .notAfter: "clientCertificateByEnd"
        case .notBefore: "clientCertificateByStart"
        case .commonName: "clientCertificateByCommonName"
        case .clientID: "clientCertificateByClientID"
        case .lastSeenAt: "clientCertificateBySighting"
        case .serial: "clientCertificateBySerial"
        }
    }
}
