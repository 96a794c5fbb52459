import Credentials
import Foundation
import Logging
import Registry
import SQLiteStorage
import Synchronization

/// The node's registry, open: this process alone has the data directory, and the cluster's state is prepared to serve.
struct OpenedRegistry: Sendable {
    /// Claimed for as long as anybody holds it.
    let directory: DataDirectory
    let control: ClusterControl<ContextCatalog>
    let encryption: KeyEncryption
    let devices: DeviceControl
    let jobs: JobControl
    let users: UserDirectory
    let tokens: TokenDirectory
    let audit: any AuditStore
    let sightings: any SightingStore
    /// The CAs that were replaced and that client certificates may still name, each with the one in its place.
    let successors: @Sendable () async throws -> [Fingerprint: Fingerprint]

    /// Claims the data directory, opens the databases, unseals the keys, and fills an empty registry from `bootstrap:`.
    ///
    /// Throws a `StorageError`, `CredentialsError`, `ClusterControlError`, `DeviceError`, `UserError`, `TokenError`, or a
    /// ``NodeError`` for a bootstrap file.
    init(_ configuration: Configuration, logger: Logger) async throws {
        let directory = try DataDirectory(claiming: configuration.dataDirectory)
        self.directory = directory
        let store = try SQLiteRegistryStore(in: directory)
        let masterKey = try configuration.keyEncryption.load(environment: ProcessInfo.processInfo.environment)
        let encryption = KeyEncryption(masterKey)
        let environment = try HandshakeEnvironment(
            reactors: configuration.node.reactors,
            awaitedLists: configuration.revocationLists.filter { $0.onStale == .hardFail }
                .map { AwaitedRevocationList(authority: $0.authority, file: $0.file) }
        )
        // The rules of the cluster count client certificates, and those of client certificates ask the cluster.
        let known = Late<DeviceControl>()
        let control = try await ClusterControl(
            store: store,
            limits: configuration.limits,
            bootstrap: configuration.bootstrap.settings,
            facts: ClusterFacts { known.value?.counts.count(of: $0) ?? 0 }
        ) { state in
            try ContextCatalog(state, encryption: encryption, environment: environment)
        }
        let devices = try await DeviceControl(
            store: store.devices,
            limit: RegistrationLimit(configuration.registration),
            rules: RegistrationRules(
                automaticActivation: { control.current.state.settings.automaticActivation },
                authorityState: { control.current.state.authorities[$0]?.state }
            )
        )
        known.value = devices
        self.control = control
        self.encryption = encryption
        self.devices = devices
        jobs = JobControl(devices: devices, now: { Date() }, sleep: { try await Task.sleep(for: $0) })
        users = try await UserDirectory(store: store.users)
        tokens = try await TokenDirectory(store: store.tokens, cryptography: .openSSL)
        audit = store.audit
        successors = { try await store.successors() }
        let sightings = try SQLiteSightingStore(in: directory)
        if let reason = sightings.setAside {
            logger.error("the record of seen clients was damaged and begins anew", metadata: ["reason": "\(reason)"])
        }
        self.sightings = sightings
        if control.current.state.revision == 0 {
            try await Bootstrap(configuration.bootstrap, encryption: encryption, logger: logger).fill(
                control,
                at: Date()
            )
        }
        let head = try await store.audit.head()
        logger.info("audit log", metadata: ["entries": "\(head.sequence)", "head": "\(head.hash)"])
    }
}

/// Something that is made after those who ask for it.
private final class Late<Value: Sendable>: Sendable {
    private let content = Mutex<Value?>(nil)

    var value: Value? {
        get { content.withLock { $0 } }
        set { content.withLock { $0 = newValue } }
    }
}
