package import struct FoundationEssentials.Date

extension DeviceControl {
    /// The digits that a fingerprint's beginning needs at least, so that it is not taken for something else.
    package static let shortestFingerprintPrefix = 8
    /// Candidates that an ambiguous reference names.
    package static let namedCandidates = 10

    /// The record of a certificate; `nil` if it is not registered. Throws `DeviceError.storage`.
    package func record(_ fingerprint: Fingerprint) async throws(DeviceError) -> ClientCertificateRecord? {
        try await reading { try $0.record(fingerprint) }
    }

    /// The record that people mean: by the beginning of its fingerprint (eight digits or more), its serial number, or its
    /// client id, in this order. Throws `DeviceError.noSuchCertificate` or `.ambiguousReference`.
    package func find(_ reference: String) async throws(DeviceError) -> ClientCertificateRecord {
        try await reading { reader in
            let limit = Self.namedCandidates + 1
            let digits = reference.lowercased().filter { $0 != ":" }
            var kinds: [() throws -> [ClientCertificateRecord]] = []
            if digits.utf8.count >= Self.shortestFingerprintPrefix, digits.utf8.count <= 2 * Fingerprint.length,
                digits.utf8.allSatisfy({ Hexadecimal.value(ofDigit: $0) != nil })
            {
                kinds.append { try reader.records(fingerprintPrefix: digits, limit: limit) }
            }
            if let serial = SerialNumber(hex: reference) {
                kinds.append { try reader.records(serial: serial, limit: limit) }
            }
            if let clientID = ClientIdentifier(reference) {
                kinds.append { try reader.records(clientID: clientID, limit: limit) }
            }
            for candidates in kinds {
                let matches = try candidates()
                guard let first = matches.first else { continue }
                guard matches.count == 1 else { throw Self.ambiguous(reference, matches) }
                return first
            }
            throw DeviceError.noSuchCertificate(reference)
        }
    }

    private static func ambiguous(_ reference: String, _ matches: [ClientCertificateRecord]) -> DeviceError {
        .ambiguousReference(
            reference,
            matches: matches.prefix(namedCandidates).map {
                DeviceCandidate(
                    fingerprint: $0.fingerprint,
                    commonName: $0.facts.commonName,
                    authority: $0.authority
                )
            },
            isComplete: matches.count <= namedCandidates
        )
    }

    /// Matching records in order, a page at a time, each after a bounded search. Throws `DeviceError.cursor` or `.filter`.
    package func list(_ query: DeviceQuery, at now: Date) async throws(DeviceError) -> DevicePage {
        var bounded = query
        bounded.limit = min(max(1, query.limit), DeviceQuery.maximumLimit)
        let page = try await storing { () async throws in
            try await store.page(bounded, at: now, effort: .bounded)
        }
        return DevicePage(records: page.records, nextCursor: page.nextCursor, total: counted(query) ?? page.total)
    }

    /// Every matching record in order, read as fast as it is taken and no faster; holds one batch in memory.
    package func export(_ query: DeviceQuery, at now: Date) -> DeviceExport {
        DeviceExport(store: store, query: query, time: now)
    }

    /// What happened to a certificate, also to one that was deleted; the newest first.
    package func history(
        of fingerprint: Fingerprint,
        before cursor: Int64? = nil,
        limit: Int = DeviceQuery.maximumLimit
    ) async throws(DeviceError) -> AuditPage {
        try await storing { () async throws in
            try await store.history(of: fingerprint, before: cursor, limit: limit)
        }
    }

    /// Tombstones in order of fingerprint, those after `cursor`.
    package func tombstones(
        after cursor: Fingerprint? = nil,
        limit: Int = DeviceQuery.maximumLimit
    ) async throws(DeviceError) -> [Tombstone] {
        try await storing { () async throws in try await store.tombstones(after: cursor, limit: limit) }
    }

    /// The number of matches where the counts in memory tell it.
    private func counted(_ query: DeviceQuery) -> Int? {
        var plain = DeviceQuery(sort: query.sort, limit: query.limit, cursor: query.cursor)
        let counts = counts
        if query == plain { return counts.total }
        plain.states = query.states
        if query == plain { return query.states.reduce(0) { $0 + counts.count($1) } }
        plain.states = []
        plain.authority = query.authority
        guard query == plain, let authority = query.authority else { return nil }
        return counts.count(of: authority)
    }
}

/// Records in order, fetched batch by batch as they are asked for.
package struct DeviceExport: AsyncSequence, Sendable {
    package typealias Element = ClientCertificateRecord

    let store: any DeviceStore
    let query: DeviceQuery
    let time: Date

    /// Records that are in memory at once.
    private static let batch = 500

    package func makeAsyncIterator() -> Iterator {
        var query = query
        query.limit = Self.batch
        return Iterator(store: store, query: query, time: time)
    }

    /// Walks through the pages.
    package struct Iterator: AsyncIteratorProtocol {
        let store: any DeviceStore
        var query: DeviceQuery
        let time: Date
        var records: ArraySlice<ClientCertificateRecord> = []
        var isAtEnd = false

        /// Throws what the store throws.
        package mutating func next() async throws -> ClientCertificateRecord? {
            while records.isEmpty {
                guard !isAtEnd else { return nil }
                try Task.checkCancellation()
                let page = try await store.page(query, at: time, effort: .exhaustive)
                records = page.records[...]
                query.cursor = page.nextCursor
                isAtEnd = page.nextCursor == nil
            }
            return records.popFirst()
        }
    }
}
