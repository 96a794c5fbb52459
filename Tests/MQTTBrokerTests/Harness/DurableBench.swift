import MQTTCodec
import Reactors
import TestDevice

@testable import MQTTBroker

/// A bench with a store, and a way to cut its power.
final class DurableBench {
    private(set) var bench: BrokerBench
    private(set) var store: MemoryStore
    private let configuration: BrokerConfiguration
    private let shards: Int
    private let change: (inout BrokerStorage) -> Void

    /// Rows are not collected unless `change` says so: what is published is handed over in the same turn.
    init(
        _ configuration: BrokerConfiguration = BrokerConfiguration(),
        shards: Int = 1,
        rows: MemoryStore.Rows = MemoryStore.Rows(),
        _ change: @escaping (inout BrokerStorage) -> Void = { $0.collectionDelay = .zero }
    ) throws {
        self.configuration = configuration
        self.shards = shards
        self.change = change
        store = MemoryStore(rows)
        bench = try Self.bench(configuration, shards, store, TestClock(), change)
    }

    /// Ends the process at once, and starts another `later` with what was committed.
    func crash(later: Duration = .zero) throws {
        let rows = store.rows
        let wall = bench.wall.milliseconds + Int64(later / .milliseconds(1)) - 1000
        store = MemoryStore(rows)
        let next = try Self.bench(configuration, shards, store, TestClock(start: wall), change)
        // What the old process still does as it is torn down goes to the old store.
        bench = next
    }

    /// What nobody waits for is written now.
    func settle() {
        for _ in 0..<4 { bench.advance(by: .milliseconds(101)) }
    }

    func connected(
        _ name: String,
        _ version: ProtocolVersion = .v5,
        cleanStart: Bool = false,
        expiry: UInt32 = 3600,
        will: Will? = nil
    ) throws -> TestDevice {
        let properties: Properties = version.hasProperties ? [.sessionExpiryInterval(expiry)] : []
        return try bench.connected(name, version, cleanStart: cleanStart, will: will, properties: properties)
    }

    private static func bench(
        _ configuration: BrokerConfiguration,
        _ shards: Int,
        _ store: MemoryStore,
        _ clock: TestClock,
        _ change: (inout BrokerStorage) -> Void
    ) throws -> BrokerBench {
        var storage = BrokerStorage(store)
        change(&storage)
        return try BrokerBench(
            configuration,
            shards: shards,
            storage: storage,
            clock: clock,
            admit: TestCertificates.admit
        )
    }
}
