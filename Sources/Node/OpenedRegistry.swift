import Credentials
import Foundation
import Logging
import Registry
import SQLiteStorage

/// The node's registry, open: this process alone has the data directory, and the cluster's state is prepared to serve.
struct OpenedRegistry: Sendable {
    let control: ClusterControl<ContextCatalog>
    let keys: KeyEncryption

    /// Claims the data directory, opens the database, unseals the keys, and fills an empty registry from `bootstrap:`.
    ///
    /// Throws a `StorageError`, a `KeyEncryptionError`, a `ClusterControlError` or what is wrong with a bootstrap file.
    init(_ configuration: Configuration, logger: Logger) async throws {
        let directory = try DataDirectory(claiming: configuration.dataDirectory)
        let store = try SQLiteRegistryStore(in: directory)
        let keys = try KeyEncryption.load(named: configuration.keyEncryption.file)
        let reactors = configuration.node.reactors
        let control = try await ClusterControl<ContextCatalog>(
            store: store,
            limits: configuration.limits,
            bootstrap: configuration.bootstrap.settings
        ) { state in
            try ContextCatalog(state, keys: keys, reactors: reactors)
        }
        self.control = control
        self.keys = keys
        if control.current.state.revision == 0 {
            try await bootstrap(configuration.bootstrap, logger: logger)
        }
    }

    /// Fills an empty registry; a file that cannot be used stops the start rather than leave half of it undone.
    private func bootstrap(_ settings: BootstrapSettings, logger: Logger) async throws {
        let now = Date()
        for change in try changes(settings, now: now) {
            let transition = try await control.apply(change, at: now)
            logger.info("registry bootstrapped: \(transition.summary)")
        }
    }

    private func changes(_ settings: BootstrapSettings, now: Date) throws -> [ClusterChange] {
        var changes: [ClusterChange] = []
        if let files = settings.defaultCertificate {
            let upload = try ServerCertificateUpload(
                chain: Self.read(files.chainFile),
                key: Self.read(files.keyFile),
                now: now
            )
            let hosted = try upload.hosted(named: ObjectName("default"), sealedWith: keys, at: now)
            changes += [.hostCertificate(hosted), .bind(hosted.fingerprint, slot: .default)]
        }
        for file in settings.authorities {
            let upload = try CAUpload(pem: Self.read(file), now: now)
            changes.append(.registerCAs(upload.registered(named: nil, state: .active, at: now)))
        }
        return changes
    }

    private static func read(_ file: String) throws -> [UInt8] {
        do {
            return try Array(Data(contentsOf: URL(fileURLWithPath: file)))
        } catch {
            throw NodeError.unreadableFile(file, "\(error.localizedDescription)")
        }
    }
}
