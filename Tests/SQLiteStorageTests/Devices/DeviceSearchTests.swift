import Foundation
import GRDB
import Registry
import Testing

@testable import SQLiteStorage

/// Lists are compared with what the same question answers in Swift, over all pages.
@Suite struct DeviceSearchTests {
    private let directory = TemporaryDirectory()
    private static let count = 400

    private func filled() async throws -> (store: SQLiteRegistryStore, records: [ClientCertificateRecord]) {
        let (registry, authorities) = try await deviceRegistry(directory.path)
        let records = try (0..<Self.count).map { number in
            try deviceRecord(number, authority: authorities[number % 2], bare: number % 10 == 9)
        }
        try await registry.devices.write { transaction in
            for record in records { try transaction.put(record) }
        }
        return (registry, records)
    }

    /// All pages, one after the other.
    private func all(
        _ query: DeviceQuery,
        in registry: SQLiteRegistryStore,
        effort: DeviceQueryEffort = .bounded,
        patience: Duration = DeviceSearch.usualPatience
    ) async throws -> [ClientCertificateRecord] {
        var query = query
        var records: [ClientCertificateRecord] = []
        repeat {
            let search = try DeviceSearch(query, at: noon, effort: effort, patience: patience)
            let page = try await registry.pool.read { try search.page($0) }
            #expect(page.records.count <= query.limit)
            records += page.records
            query.cursor = page.nextCursor
        } while query.cursor != nil
        return records
    }

    private func sortValue(_ record: ClientCertificateRecord, _ key: DeviceSort.Key) -> SortValue {
        switch key {
        case .createdAt: .time(record.createdAt)
        case .notAfter: .time(record.facts.notAfter ?? .distantFuture)
        case .notBefore: .time(record.facts.notBefore ?? .distantPast)
        case .commonName: .text(record.facts.commonName ?? "")
        case .clientID: .text(record.clientID?.text ?? "")
        case .lastSeenAt: .time(record.lastSeenAt ?? .distantPast)
        case .serial: .text(record.facts.serial?.hex ?? "")
        }
    }

    private enum SortValue: Comparable {
        case time(Date)
        case text(String)
    }

    private func expectSame(
        _ found: [ClientCertificateRecord],
        _ query: DeviceQuery,
        _ records: [ClientCertificateRecord]
    ) {
        let expected = records.filter { matches($0, query, at: noon) }
        #expect(Set(found.map(\.fingerprint)) == Set(expected.map(\.fingerprint)), "\(query)")
        #expect(found.count == expected.count, "\(query)")
        let values = found.map { sortValue($0, query.sort.key) }
        #expect(values == values.sorted { query.sort.isDescending ? $0 > $1 : $0 < $1 }, "\(query)")
    }

    @Test func `gives back every column as it was stored`() async throws {
        let (registry, records) = try await filled()
        let found = try await all(DeviceQuery(limit: 33), in: registry)
        #expect(Set(found) == Set(records))
    }

    @Test(arguments: DeviceSort.Key.allCases, [true, false])
    func `every order pages through everything once, with equal values and missing ones`(
        key: DeviceSort.Key,
        isDescending: Bool
    ) async throws {
        let (registry, records) = try await filled()
        let query = DeviceQuery(sort: DeviceSort(key, descending: isDescending), limit: 7)
        expectSame(try await all(query, in: registry), query, records)
        expectSame(try await all(query, in: registry, effort: .exhaustive), query, records)
    }

    @Test func `every filter alone finds what it says, in every order`() async throws {
        let (registry, records) = try await filled()
        for filter in try filters() {
            for key in DeviceSort.Key.allCases {
                var query = DeviceQuery(sort: DeviceSort(key, descending: true), limit: 50)
                filter(&query)
                expectSame(try await all(query, in: registry), query, records)
            }
        }
    }

    @Test(arguments: [1, 2, 3, 4])
    func `any combination finds what it says, sorted or walked`(seed: UInt64) async throws {
        let (registry, records) = try await filled()
        let columns = DeviceColumns()
        try await registry.pool.read { try columns.load($0) }
        let filters = try filters()
        var generator = SplitMix(seed: seed)
        for _ in 0..<60 {
            let key = DeviceSort.Key.allCases.randomElement(using: &generator) ?? .createdAt
            var query = DeviceQuery(sort: DeviceSort(key, descending: Bool.random(using: &generator)), limit: 3)
            for _ in 0..<Int.random(in: 1...4, using: &generator) { filters.randomElement(using: &generator)?(&query) }
            expectSame(try await all(query, in: registry), query, records)
            for sortable in [0, 24] {
                expectSame(try await all(query, in: registry, sortable: sortable), query, records)
                expectSame(try await all(query, in: registry, sortable: sortable, columns: columns), query, records)
            }
        }
    }

    /// All pages of searches that sort no more than so many rows and walk in small steps.
    private func all(
        _ query: DeviceQuery,
        in registry: SQLiteRegistryStore,
        sortable: Int,
        columns: DeviceColumns? = nil
    ) async throws -> [ClientCertificateRecord] {
        var query = query
        var records: [ClientCertificateRecord] = []
        repeat {
            let search = try DeviceSearch(
                query,
                at: noon,
                effort: .bounded,
                columns: columns,
                patience: .zero,
                sortable: sortable,
                walk: 13
            )
            let page = try await registry.pool.read { try search.page($0) }
            records += page.records
            query.cursor = page.nextCursor
        } while query.cursor != nil
        return records
    }

    private func filters() throws -> [@Sendable (inout DeviceQuery) -> Void] {
        let serial = try #require(SerialNumber(hex: "25"))
        let (first, second) = (try authority(1).fingerprint, try authority(2).fingerprint)
        let prefix = String(try deviceFingerprint(17).hex.prefix(3))
        return [
            { $0.serial = serial },
            { $0.commonName = .exactly("pump-7") }, { $0.commonName = .prefix("pump-1") },
            { $0.commonName = .exactly("") }, { $0.commonName = .prefix("") },
            { $0.organizationalUnit = .exactly("100%_x") }, { $0.organizationalUnit = .prefix("Sü") },
            { $0.clientID = .exactly("client 3") }, { $0.clientID = .prefix("client 4") },
            { $0.authority = first }, { $0.authority = second },
            { $0.states = [.active] }, { $0.states = [.revoked, .inactive] },
            { $0.states = Set(ClientCertificateState.allCases) },
            { $0.source = .manual }, { $0.source = .automatic },
            { $0.validity = .valid }, { $0.validity = .expired }, { $0.validity = .expiring },
            { $0.validity = .notYetValid },
            { $0.expiringBefore = noon + 10 * 86_400 },
            { $0.notBeforeFrom = noon - 2 * 86_400 }, { $0.notBeforeUntil = noon - 86_400 },
            { $0.notAfterFrom = noon + 3 * 86_400 }, { $0.notAfterUntil = noon + 30 * 86_400 },
            { $0.search = "pump-2" }, { $0.search = "client 1" }, { $0.search = prefix }, { $0.search = "*ump-3" },
            { $0.search = "*%_" }, { $0.search = "nobody" }, { $0.search = "1" }, { $0.search = "*" },
        ]
    }

    @Test func `what is held in memory follows each change that was stored, and none that was not`() async throws {
        let (registry, authorities) = try await deviceRegistry(directory.path)
        let control = try await deviceControl(registry)
        func states(_ authority: Fingerprint, _ filter: (inout DeviceQuery) -> Void) async throws -> [Int] {
            var query = DeviceQuery(sort: DeviceSort(.createdAt), limit: 100)
            query.authority = authority
            filter(&query)
            let columns = registry.deviceColumns
            let search = try DeviceSearch(query, at: noon, effort: .bounded, columns: columns, sortable: 0)
            let page = try await registry.pool.read { try search.page($0) }
            return try (0..<10).filter { number in
                try page.records.map(\.fingerprint).contains(deviceFingerprint(number))
            }
        }
        for number in 0..<10 {
            var facts = try deviceRecord(number, authority: authorities[0]).facts
            if number == 7 { facts = ClientCertificateFacts(fingerprint: facts.fingerprint) }
            let registration = DeviceRegistration(
                facts: facts,
                authority: authorities[0],
                clientID: nil,
                initialState: .active
            )
            _ = try await control.register(registration, at: noon, by: administrator)
        }
        for (number, verbs) in [2: [DeviceVerb.revoke], 3: [.deactivate], 4: [.revoke, .delete]] {
            for verb in verbs {
                _ = try await control.apply(verb, to: deviceFingerprint(number), at: noon, by: administrator)
            }
        }
        var shown = try deviceRecord(7, authority: authorities[1]).facts
        shown.notAfter = noon - 1
        let learned = DeviceRegistration(facts: shown, authority: authorities[1], clientID: nil, initialState: .active)
        _ = try await control.learn(learned, at: noon)
        await #expect(throws: CancellationError.self) {
            try await registry.devices.write { transaction in
                try transaction.removeRecord(deviceFingerprint(0))
                throw CancellationError()
            }
        }
        #expect(try await states(authorities[0]) { _ in } == [0, 1, 2, 3, 5, 6, 8, 9])
        #expect(try await states(authorities[0]) { $0.states = [.revoked, .inactive] } == [2, 3])
        #expect(try await states(authorities[1]) { $0.validity = .expired } == [7])
        #expect(try await states(authorities[1]) { $0.source = .automatic } == [])
    }

    @Test func `a page stays where it was while others register and delete`() async throws {
        let (registry, records) = try await filled()
        var query = DeviceQuery(sort: DeviceSort(.commonName), limit: 50)
        let first = try await registry.devices.page(query, at: noon, effort: .bounded)
        let gone = try #require(first.records.last)
        let extra = try deviceRecord(1_000_000, authority: try authority(1).fingerprint, bare: true)
        try await registry.devices.write { transaction in
            try transaction.removeRecord(gone.fingerprint)
            try transaction.put(extra)
        }
        var found = first.records
        query.cursor = first.nextCursor
        while query.cursor != nil {
            let page = try await registry.devices.page(query, at: noon, effort: .bounded)
            found += page.records
            query.cursor = page.nextCursor
        }
        #expect(found.count == records.count)
        #expect(Set(found.map(\.fingerprint)) == Set(records.map(\.fingerprint)))
    }

    @Test(arguments: ["", "x", "bm90aGluZw", "Y3JlYXRlZEF0fDF8eA", "🐟"])
    func `refuses a cursor that it did not give`(cursor: String) async throws {
        let (registry, _) = try await filled()
        await #expect(throws: DeviceError.cursor(cursor)) {
            try await registry.devices.page(DeviceQuery(cursor: cursor), at: noon, effort: .bounded)
        }
    }

    @Test func `refuses the cursor of another order`() async throws {
        let (registry, _) = try await filled()
        let page = try await registry.devices.page(DeviceQuery(limit: 1), at: noon, effort: .bounded)
        let cursor = try #require(page.nextCursor)
        let other = DeviceQuery(sort: DeviceSort(.serial), limit: 1, cursor: cursor)
        await #expect(throws: DeviceError.cursor(cursor)) {
            try await registry.devices.page(other, at: noon, effort: .bounded)
        }
    }

    @Test func `counts in all where that costs nothing`() async throws {
        let (registry, records) = try await filled()
        let control = try await deviceControl(registry)
        #expect(try await control.list(DeviceQuery(), at: noon).total == records.count)
        var query = DeviceQuery()
        query.states = [.active]
        #expect(try await control.list(query, at: noon).total == records.count { $0.state == .active })
        query.source = .manual
        #expect(try await control.list(query, at: noon).total == nil)
        query = DeviceQuery()
        query.authority = try authority(1).fingerprint
        #expect(try await control.list(query, at: noon).total == Self.count / 2)
    }
}
