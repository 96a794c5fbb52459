import FoundationEssentials
import GRDB
import Registry
import Synchronization

/// What every row says in few bytes, in memory by the row's id: a list looks through all of it in some milliseconds,
/// whatever is combined, where reading the rows themselves takes that long for each thousand.
///
/// Filled when the registry is loaded; afterwards each transaction's changes come when it is committed. 32 bytes a row.
final class DeviceColumns: Sendable {
    /// One row.
    struct Row {
        var notBefore: Int64
        var notAfter: Int64
        var createdAt: Int64
        /// The CA's number here.
        var authority: UInt32
        /// A bit for each state, in the order of its cases; 0 where there is no such row.
        var state: UInt8
        /// A bit for each source, likewise.
        var source: UInt8
    }

    fileprivate struct Content {
        var rows: [Row] = []
        var authorities: [Fingerprint: UInt32] = [:]
        var isLoaded = false
    }

    private let content = Mutex(Content())

    /// Takes all rows over. Blocks for as long as they are read.
    func load(_ database: Database) throws {
        var fresh = Content()
        let last = try Int.fetchOne(database, sql: "SELECT max(id) FROM clientCertificate") ?? 0
        fresh.rows.reserveCapacity(last + last / 8 + 1)
        let rows = try GRDB.Row.fetchCursor(
            database,
            sql: "SELECT id, authority, state, source, notBefore, notAfter, createdAt FROM clientCertificate"
        )
        var neighbour: (bytes: Data, number: UInt32)?
        while let row = try rows.next() {
            // Neighbouring rows mostly belong to one CA.
            let bytes: Data = row[1]
            if neighbour?.bytes != bytes { neighbour = (bytes, fresh.number(of: try Fingerprint(Array(bytes)))) }
            let state: String = row[2]
            let source: String = row[3]
            let entry = Row(
                notBefore: row[4],
                notAfter: row[5],
                createdAt: row[6],
                authority: neighbour?.number ?? 0,
                state: ClientCertificateState(rawValue: state)?.bit ?? 0,
                source: RegistrationSource(rawValue: source)?.bit ?? 0
            )
            fresh.set(entry, at: row[0])
        }
        fresh.isLoaded = true
        content.withLock { $0 = fresh }
    }

    /// Takes over what a transaction has changed. Transactions come one after the other.
    func take(_ changes: [DeviceColumnChanges.Row]) {
        content.withLock { content in
            for (id, record) in changes {
                guard let record else {
                    content.set(Row.none, at: id)
                    continue
                }
                content.set(Row(record, authority: content.number(of: record.authority)), at: id)
            }
        }
    }

    /// The rows that a filter leaves, those with these ids or all, in order of their ids; `nil` before they are loaded.
    func ids(_ filter: DeviceColumnFilter, among ids: [Int64]?) -> [Int64]? {
        content.withLock { content in
            guard content.isLoaded else { return nil }
            let authority = filter.authority.map { content.authorities[$0] ?? .max }
            return content.rows.withUnsafeBufferPointer { rows in
                var found: [Int64] = []
                if let ids {
                    for id in ids where id < rows.count && filter.admits(rows[Int(id)], authority) { found.append(id) }
                } else {
                    for id in rows.indices where filter.admits(rows[id], authority) { found.append(Int64(id)) }
                }
                return found
            }
        }
    }

    /// The first of these rows in an order that is known here, after a place in it, without looking at the rows themselves;
    /// `nil` for any other order.
    func first(
        _ limit: Int,
        of ids: [Int64],
        sort: DeviceSort,
        after position: DeviceListPosition?
    ) -> [DeviceListPosition]? {
        guard let column = sort.key.column else { return nil }
        let after = position.flatMap { place in Int64.fromDatabaseValue(place.value).map { ($0, place.id) } }
        let precedes: ((Int64, Int64), (Int64, Int64)) -> Bool = sort.isDescending ? { $0 > $1 } : { $0 < $1 }
        return content.withLock { content in
            var best: [(Int64, Int64)] = []
            for id in ids where id < content.rows.count {
                let place = (column(content.rows[Int(id)]), id)
                if let after, !precedes(after, place) { continue }
                if best.count == limit, let last = best.last, !precedes(place, last) { continue }
                best.insert(place, at: best.firstIndex { precedes(place, $0) } ?? best.count)
                if best.count > limit { best.removeLast() }
            }
            return best.map { DeviceListPosition(id: $0.1, value: $0.0.databaseValue) }
        }
    }
}

extension DeviceColumns.Content {
    fileprivate mutating func number(of authority: Fingerprint) -> UInt32 {
        if let number = authorities[authority] { return number }
        let number = UInt32(authorities.count)
        authorities[authority] = number
        return number
    }

    fileprivate mutating func set(_ row: DeviceColumns.Row, at id: Int64) {
        while rows.count <= Int(id) { rows.append(.none) }
        rows[Int(id)] = row
    }
}

extension DeviceColumns.Row {
    fileprivate static let none = Self(notBefore: 0, notAfter: 0, createdAt: 0, authority: 0, state: 0, source: 0)

    fileprivate init(_ record: ClientCertificateRecord, authority: UInt32) {
        self.init(
            notBefore: record.facts.notBefore?.milliseconds ?? .min,
            notAfter: record.facts.notAfter?.milliseconds ?? .max,
            createdAt: record.createdAt.milliseconds,
            authority: authority,
            state: record.state.bit,
            source: record.source.bit
        )
    }
}

/// What a transaction has changed of the columns in memory, until it is committed.
final class DeviceColumnChanges {
    /// A row's id and what it is now; `nil` for one that went.
    typealias Row = (id: Int64, record: ClientCertificateRecord?)

    private(set) var rows: [Row] = []

    func note(_ record: ClientCertificateRecord?, at id: Int64?) {
        if let id { rows.append((id, record)) }
    }
}

/// What a query asks of the columns in memory.
struct DeviceColumnFilter {
    /// The CA asked for.
    let authority: Fingerprint?
    private let states: UInt8
    private let sources: UInt8
    private let start: ClosedRange<Int64>?
    private let end: ClosedRange<Int64>?

    init(_ query: DeviceQuery, at now: Date) {
        authority = query.authority
        states = query.states.isEmpty ? .max : query.states.reduce(0) { $0 | $1.bit }
        sources = query.source?.bit ?? .max
        let life = DeviceLifeRange(query, at: now)
        (start, end) = (life.start, life.end)
    }

    /// Whether a row is what is asked for; `number` is the number of the CA.
    fileprivate func admits(_ row: DeviceColumns.Row, _ number: UInt32?) -> Bool {
        guard let start, let end, row.state & states != 0, row.source & sources != 0 else { return false }
        if let number, row.authority != number { return false }
        return start.contains(row.notBefore) && end.contains(row.notAfter)
    }
}

extension DeviceSort.Key {
    /// Where the columns in memory hold what is sorted by.
    fileprivate var column: ((DeviceColumns.Row) -> Int64)? {
        switch self {
        case .createdAt: { $0.createdAt }
        case .notAfter: { $0.notAfter }
        case .notBefore: { $0.notBefore }
        case .commonName, .clientID, .lastSeenAt, .serial: nil
        }
    }
}

extension CaseIterable where Self: Equatable {
    /// A bit of its own for each of a few cases.
    fileprivate var bit: UInt8 {
        1 << UInt8(Self.allCases.enumerated().first { $0.element == self }?.offset ?? 7)
    }
}
