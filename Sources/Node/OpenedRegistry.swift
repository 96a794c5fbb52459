import Credentials
import Foundation
import Logging
import Registry
import SQLiteStorage

/// The node's registry, open: this process alone has the data directory, and the cluster's state is prepared to serve.
struct OpenedRegistry: Sendable {
    let control: ClusterControl<ContextCatalog>
    let encryption: KeyEncryption
    private let logger: Logger

    /// Claims the data directory, opens the database, unseals the keys, and fills an empty registry from `bootstrap:`.
    ///
    /// Throws a `StorageError`, `CredentialsError`, `ClusterControlError`, or a ``NodeError`` for a bootstrap file.
    init(_ configuration: Configuration, logger: Logger) async throws {
        let directory = try DataDirectory(claiming: configuration.dataDirectory)
        let store = try SQLiteRegistryStore(in: directory)
        let masterKey = try configuration.keyEncryption.load(environment: ProcessInfo.processInfo.environment)
        let encryption = KeyEncryption(masterKey)
        let environment = try HandshakeEnvironment(reactors: configuration.node.reactors)
        self.encryption = encryption
        self.logger = logger
        control = try await ClusterControl(
            store: store,
            limits: configuration.limits,
            bootstrap: configuration.bootstrap.settings
        ) { state in
            try ContextCatalog(state, encryption: encryption, environment: environment)
        }
        if control.current.state.revision == 0 { try await bootstrap(configuration.bootstrap, at: Date()) }
    }

    /// Fills an empty registry in one step: a file that cannot be used, or a crash, leaves it empty.
    private func bootstrap(_ settings: BootstrapSettings, at now: Date) async throws {
        let transition = try await control.apply(.all(changes(settings, at: now)), at: now, by: .configuration)
        logger.info("empty registry filled", metadata: ["change": "\(transition.summary.words)"])
    }

    private func changes(_ settings: BootstrapSettings, at now: Date) throws -> [ClusterChange] {
        var changes: [ClusterChange] = []
        if let files = settings.defaultCertificate {
            let (chain, key) = (try Self.read(files.chainFile), try Self.read(files.keyFile))
            let upload = try NodeError.naming(files.chainFile) { () throws(CredentialsError) in
                try ServerCertificateUpload(
                    chainPEM: String(decoding: chain, as: UTF8.self),
                    keyPEM: String(decoding: key, as: UTF8.self),
                    at: now
                )
            }
            warn(upload.warnings, of: files.chainFile)
            let hosted = try upload.hosted(name: ObjectName("default"), sealedBy: encryption, at: now)
            changes += [.hostCertificate(hosted), .bind(hosted.fingerprint, slot: .default)]
        }
        for file in settings.authorities {
            let content = try Self.read(file)
            let upload = try NodeError.naming(file) { () throws(CredentialsError) in try CAUpload(content, at: now) }
            warn(upload.warnings, of: file)
            // Whoever writes the configuration file answers for the CAs in it.
            changes.append(.registerCAs(try upload.registrations(at: now), proof: .waived))
        }
        return changes
    }

    private func warn(_ warnings: [CertificateWarning], of file: String) {
        for warning in warnings {
            logger.warning("odd certificate", metadata: ["file": "\(file)", "warning": "\(warning)"])
        }
    }

    private static func read(_ file: String) throws(NodeError) -> [UInt8] {
        do {
            return try Array(Data(contentsOf: URL(fileURLWithPath: file)))
        } catch {
            throw .unreadableFile(file, reason: "\(error.localizedDescription)")
        }
    }
}
