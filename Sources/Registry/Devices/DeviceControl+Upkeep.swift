package import struct FoundationEssentials.Date

extension DeviceControl {
    /// Rows that one transaction of upkeep touches: it holds up other writers for some 100 ms at most.
    private static let upkeepBatch = 1_000

    /// Removes the tombstones of certificates that have ended by now; returns how many. For a timer, once in an hour or so.
    @discardableResult
    package func removeEndedTombstones(at now: Date) async throws(DeviceError) -> Int {
        var removed = 0
        while true {
            let batch = try await storing { () async throws in
                try await store.write { try $0.removeTombstones(endedBefore: now, limit: Self.upkeepBatch) }
            }
            table.forgetTombstones(batch)
            removed += batch.count
            guard batch.count == Self.upkeepBatch else { return removed }
        }
    }

    /// Hands the certificates of a CA over to the CA certificate that replaces it, in steps; returns how many.
    ///
    /// Both CAs must be registered. What was interrupted is completed by another call.
    @discardableResult
    package func reassign(
        from old: Fingerprint,
        to new: Fingerprint,
        at now: Date,
        by principal: Principal
    ) async throws(DeviceError) -> Int {
        guard old != new else { return 0 }
        var moved = 0
        while true {
            let batch = try await reading { reader in
                try reader.records(authority: old, limit: Self.upkeepBatch).map(\.fingerprint)
            }
            guard !batch.isEmpty else { return moved }
            let operations = batch.map {
                DeviceOperation(request: .reassign($0, to: new), time: now, principal: principal)
            }
            let outcomes = try await writer.submit(operations, with: nil)
            for case .failure(let error) in outcomes {
                // Deleted in between: not there, so not to be moved.
                guard case .noSuchCertificate = error else { throw error }
            }
            moved += outcomes.count
        }
    }
}
