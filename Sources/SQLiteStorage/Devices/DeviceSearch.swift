import FoundationEssentials
import GRDB
import Registry

/// One page of a list: which index to walk along, and how far.
///
/// SQLite's planner has no statistics and would choose by the shape of a query alone. Here the choice is made by knowing, or
/// counting with a bound, how many rows the conditions leave:
/// 1. If one condition leaves few enough, all of its rows are looked at and sorted.
/// 2. A few rows are walked along as in 4: where every condition leaves many rows, they mostly fill the page.
/// 3. What else is known without looking at a row: the ids that indexes tell for rare texts, and of those, or of all, the
///    rows that the columns in memory leave. If they are few, they are looked at and sorted; if nothing else is asked of
///    them and the columns hold the order, too, the page is known at once.
/// 4. Otherwise the list is walked in its order, by an index that begins with one of the conditions where there is such a
///    one. How long one page walks is bounded.
/// 5. If that found no whole page, and one condition leaves not too many rows, those are sorted after all. If not, the page
///    is short, with a cursor to go on: that is left to rare combinations of frequent values.
struct DeviceSearch: Sendable {
    private let query: DeviceQuery
    private let effort: DeviceQueryEffort
    private let patience: Duration
    private let sortable: Int
    private let walk: Int
    private let conditions: [DeviceCondition]
    private let position: DeviceListPosition?
    private let columns: DeviceColumns?
    private let columnFilter: DeviceColumnFilter

    /// How long a page is walked for, at least one step.
    static let usualPatience = Duration.milliseconds(10)
    /// Rows of one condition that are looked at and sorted: some 30 ms where they lie scattered over a million others.
    static let usualSortable = 8_000
    /// Times `sortable` that are sorted where walking found no page: 40 ms or so.
    static let patientFactor = 2
    /// Times `sortable` that are read off an index for a text: 5 ms or so.
    static let textFactor = 8
    /// Rows of one step of a walk: some 15 ms at worst.
    static let usualWalk = 4_000
    /// The part of a step that is walked before anything else is tried: frequent values fill a page by that alone.
    static let glance = 10

    /// Throws `DeviceError.cursor`.
    init(
        _ query: DeviceQuery,
        at now: Date,
        effort: DeviceQueryEffort,
        columns: DeviceColumns? = nil,
        patience: Duration = Self.usualPatience,
        sortable: Int = Self.usualSortable,
        walk: Int = Self.usualWalk
    ) throws(DeviceError) {
        self.query = query
        self.effort = effort
        self.columns = columns
        columnFilter = DeviceColumnFilter(query, at: now)
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
        // The columns in memory may know a row a moment before or after this transaction does.
        let records = try rows.compactMap { try ClientCertificateRows.record(id: $0.id, in: database) }
        return DevicePage(records: records, nextCursor: next?.text(sort: query.sort))
    }

    private func rows(_ database: Database) throws -> (rows: [DeviceListPosition], next: DeviceListPosition?) {
        let fewest = try fewest(database)
        if let fewest, fewest.count <= sortable { return try sorted(fewest.place, database) }
        let start = ContinuousClock.now
        var (found, position) = try walked(
            from: position,
            limit: query.limit,
            steps: max(query.limit + 1, walk / Self.glance),
            database
        )
        guard position != nil, found.count < query.limit else { return (found, position) }
        if let found = try chosen(database) { return found }
        repeat {
            let (rows, next) = try walked(from: position, limit: query.limit - found.count, steps: walk, database)
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

    /// The page, where it is known which rows all conditions leave, or which few they leave at most.
    private func chosen(_ database: Database) throws -> (rows: [DeviceListPosition], next: DeviceListPosition?)? {
        guard let columns else { return nil }
        let bound = sortable * Self.textFactor
        var rare: [(condition: DeviceCondition, count: Int)] = []
        var isWhole = true
        for condition in conditions where !condition.isInColumns {
            if let count = try condition.count(upTo: bound, database), count < bound {
                rare.append((condition, count))
            } else {
                isWhole = false
            }
        }
        // Frequent texts alone are found by walking.
        guard !rare.isEmpty || conditions.contains(where: \.isInColumns) else { return nil }
        var ids: [Int64]?
        for (condition, _) in rare.sorted(by: { $0.count < $1.count }) {
            let matches = try condition.ids(database)
            ids = ids?.common(with: matches) ?? matches
        }
        guard let chosen = columns.ids(columnFilter, among: ids) else { return nil }
        if isWhole, let rows = columns.first(query.limit + 1, of: chosen, sort: query.sort, after: position) {
            return page(rows)
        }
        guard chosen.count <= sortable else { return nil }
        return try sorted(conditions + [DeviceCondition(ids: chosen)], hint: "NOT INDEXED", database)
    }

    /// What stands in a page of rows of which one more than wanted was looked for.
    private func page(_ rows: [DeviceListPosition]) -> (rows: [DeviceListPosition], next: DeviceListPosition?) {
        (Array(rows.prefix(query.limit)), rows.count > query.limit ? rows[query.limit - 1] : nil)
    }

    /// All rows of one condition, the others applied, sorted.
    private func sorted(
        _ driver: Int,
        _ database: Database
    ) throws -> (rows: [DeviceListPosition], next: DeviceListPosition?) {
        var all = conditions
        all[driver] = all[driver].driving
        return try sorted(all, hint: conditions[driver].hint, database)
    }

    /// All rows for which the conditions hold, sorted; the hint says how they are found.
    private func sorted(
        _ conditions: [DeviceCondition],
        hint: String,
        _ database: Database
    ) throws -> (rows: [DeviceListPosition], next: DeviceListPosition?) {
        let (sql, arguments) = (conditions + (position.map { [$0.condition(query.sort)] } ?? [])).joined
        let rows = try positions(
            database,
            "SELECT id, \(column) FROM clientCertificate \(hint) WHERE \(sql) ORDER BY \(order) LIMIT ?",
            arguments + [(query.limit + 1).databaseValue]
        )
        return page(rows)
    }

    /// The list in its order from a place on, row by row, up to the end of the step.
    private func walked(
        from position: DeviceListPosition?,
        limit: Int,
        steps: Int,
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
            rangeArguments + [(effort == .bounded ? steps : -1).databaseValue] + triedArguments
                + [(limit + 1).databaseValue]
        )
        guard rows.count <= limit else { return (Array(rows.prefix(limit)), rows[limit - 1]) }
        guard effort == .bounded, !tried.isEmpty else { return (rows, nil) }
        // The row at which the walk was cut off, if it was.
        let last = try positions(
            database,
            "SELECT id, \(column) \(path) LIMIT 1 OFFSET ?",
            rangeArguments + [(steps - 1).databaseValue]
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

extension [Int64] {
    /// Those of these ids that are among the others, found by a bit for each id.
    fileprivate func common(with others: [Int64]) -> [Int64] {
        var bits = [UInt64](repeating: 0, count: Int((others.max() ?? 0) >> 6) + 1)
        for id in others { bits[Int(id >> 6)] |= 1 << UInt64(id & 63) }
        return filter { id in id >> 6 < bits.count && bits[Int(id >> 6)] >> UInt64(id & 63) & 1 == 1 }
    }
}
