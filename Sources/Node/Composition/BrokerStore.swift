import AdminAPI
import Foundation
import Logging
import MQTTBroker
import Reactors
import SQLiteStorage
import Synchronization

/// The built-in broker's store as this node was told to have one, and whether it works.
struct BrokerStore: Sendable {
    /// What the broker is given; nil with `durability: none`.
    private let storage: BrokerStorage?
    /// The file's path; nil with `durability: none`.
    private let path: String?

    /// Opens `broker.sqlite` in the claimed directory, or makes it. Blocks; throws a `StorageError`.
    ///
    /// With `durability: none` a file that an earlier run left stays as it is, and nobody reads it.
    init(_ settings: DurabilitySettings, in directory: DataDirectory, logger: Logger) throws(StorageError) {
        guard settings.durability != .none else {
            storage = nil
            path = nil
            let left = directory.path(of: StoredFile.broker.name)
            if FileManager.default.fileExists(atPath: left) {
                logger.warning(
                    "sessions of an earlier run are not taken up: durability is none",
                    metadata: ["file": "\(left)"]
                )
            }
            return
        }
        let store = try SQLiteSessionStore(in: directory)
        var storage = BrokerStorage(store, durability: settings.durability)
        storage.collectionDelay = settings.commitDelay
        storage.maximumPendingBytes = settings.maximumUnwrittenBytes
        self.storage = storage
        path = store.path
    }

    /// A broker with all that was stored. Blocks until it is read; throws a `StoreError`.
    func broker(
        _ configuration: BrokerConfiguration,
        _ reactors: ReactorGroup,
        observer: any BrokerObserver
    ) throws(StoreError) -> Broker {
        guard let storage else {
            return Broker(configuration: configuration, reactors: reactors, observer: observer)
        }
        return try Broker(configuration: configuration, reactors: reactors, observer: observer, storage: storage)
    }

    /// How the store does, and what it takes of the disk.
    func figures(of broker: Broker) -> NodeMetrics.Store {
        NodeMetrics.Store(
            state: broker.storageState,
            statistics: broker.storageStatistics,
            fileBytes: path.map { Self.bytes($0) + Self.bytes($0 + "-wal") } ?? 0
        )
    }

    private static func bytes(_ path: String) -> Int {
        (try? FileManager.default.attributesOfItem(atPath: path))?[.size] as? Int ?? 0
    }
}

/// Tells of the store's failures as they come and go, and whether it works now.
final class BrokerStoreWatch: Sendable {
    /// How often it is looked at.
    static let interval = Duration.seconds(1)

    private let broker: Broker
    private let logger: Logger
    private let failure = Mutex<StoreError?>(nil)

    init(_ broker: Broker, logger: Logger) {
        self.broker = broker
        self.logger = logger
    }

    /// Looks, and logs what has changed.
    func look() async {
        let found: StoreError? = if case .failing(let error) = broker.storageState { error } else { nil }
        let before = failure.withLock { failure in
            defer { failure = found }
            return failure
        }
        if let found, found != before {
            logger.error(
                "the broker's store fails: what must be kept is refused",
                metadata: ["reason": "\(found)"]
            )
        } else if found == nil, before != nil {
            logger.notice("the broker's store works again")
        }
    }

    /// Whether it works, and if not, why.
    var readiness: Readiness.Check {
        let problem: String? = if case .failing(let error) = broker.storageState { "\(error)" } else { nil }
        return Readiness.Check(name: "broker-storage", problem: problem)
    }
}
