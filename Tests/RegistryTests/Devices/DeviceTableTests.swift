import Testing

@testable import Registry

@Suite struct DeviceTableTests {
    /// Fingerprints that meet in few shards and few places, so that they get into each other's way.
    private func crowded(_ number: UInt64) throws -> Fingerprint {
        var bytes = [UInt8](repeating: 0, count: 32)
        bytes[0] = UInt8(number % 2)
        bytes[1] = UInt8(number % 5)
        for index in 0..<8 { bytes[24 + index] = UInt8(truncatingIfNeeded: number >> (8 * UInt64(index))) }
        return try Fingerprint(bytes)
    }

    private func record(_ fingerprint: Fingerprint, _ generator: inout SplitMix) throws -> ClientCertificateRecord {
        let length = Int.random(in: 0...60, using: &generator)
        return ClientCertificateRecord(
            facts: ClientCertificateFacts(fingerprint: fingerprint),
            authority: try Fingerprint([UInt8](repeating: UInt8.random(in: 1...4, using: &generator), count: 32)),
            clientID: ClientIdentifier(String(repeating: "ü", count: length)),
            state: ClientCertificateState.allCases.randomElement(using: &generator) ?? .active,
            source: .manual,
            createdAt: noon,
            stateChangedAt: noon
        )
    }

    @Test(arguments: [1, 2, 3])
    func `agrees with a dictionary after any changes`(seed: UInt64) throws {
        var generator = SplitMix(seed: seed)
        let table = DeviceTable()
        var records: [Fingerprint: ClientCertificateRecord] = [:]
        var tombstones: [Fingerprint: Tombstone] = [:]
        for _ in 0..<6_000 {
            let fingerprint = try crowded(UInt64.random(in: 0..<600, using: &generator))
            let before = records[fingerprint]
            if before != nil, Int.random(in: 0..<3, using: &generator) == 0, let before {
                let tombstone = Tombstone(of: before, deletedAt: noon)
                table.publish(change(.delete, fingerprint, before, nil, tombstone))
                records[fingerprint] = nil
                tombstones[fingerprint] = tombstone
            } else if before == nil, let tombstone = tombstones[fingerprint], Bool.random(using: &generator) {
                table.publish(change(.purge, fingerprint, nil, nil, tombstone))
                tombstones[fingerprint] = nil
            } else {
                let after = try record(fingerprint, &generator)
                table.publish(change(.register, fingerprint, before, after, tombstones[fingerprint]))
                records[fingerprint] = after
                tombstones[fingerprint] = nil
            }
        }
        for number in UInt64(0)..<700 {
            let fingerprint = try crowded(number)
            #expect(table.entry(fingerprint) == records[fingerprint]?.entry)
            #expect(table.isBarred(fingerprint) == (tombstones[fingerprint] != nil))
        }
        #expect(table.counts.total == records.count)
        #expect(table.counts.tombstones == tombstones.count)
        for state in ClientCertificateState.allCases {
            #expect(table.counts.count(state) == records.values.count { $0.state == state })
        }
        for authority in Set(records.values.map(\.authority)) {
            #expect(table.counts.count(of: authority) == records.values.count { $0.authority == authority })
        }
    }

    private func change(
        _ action: DeviceAction,
        _ fingerprint: Fingerprint,
        _ before: ClientCertificateRecord?,
        _ after: ClientCertificateRecord?,
        _ tombstone: Tombstone?
    ) -> DeviceChange {
        DeviceChange(action: action, fingerprint: fingerprint, before: before, after: after, tombstone: tombstone)
    }

    @Test func `keeps the longest client id that MQTT allows`() throws {
        let table = DeviceTable()
        let clientID = try #require(ClientIdentifier(String(repeating: "x", count: ClientIdentifier.maximumLength)))
        var generator = SplitMix(seed: 7)
        var long = try record(crowded(1), &generator)
        long.clientID = clientID
        table.publish(change(.register, long.fingerprint, nil, long, nil))
        #expect(table.entry(long.fingerprint)?.clientID == clientID)
    }

    @Test func `a slot has 40 bytes`() {
        #expect(MemoryLayout<DeviceSlot>.stride == 40)
    }
}
