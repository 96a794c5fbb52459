import Credentials
import Foundation
import Logging
import Registry

/// Fills an empty registry with what `bootstrap:` names, in one step: a file that cannot be used, or a crash, leaves it
/// empty.
struct Bootstrap: Sendable {
    private let settings: BootstrapSettings
    private let encryption: KeyEncryption
    private let logger: Logger

    init(_ settings: BootstrapSettings, encryption: KeyEncryption, logger: Logger) {
        self.settings = settings
        self.encryption = encryption
        self.logger = logger
    }

    /// Throws a `ClusterControlError`, or a ``NodeError`` that names the file.
    func fill(_ cluster: ClusterControl<ContextCatalog>, at now: Date) async throws {
        let transition = try await cluster.apply(.all(try changes(at: now)), at: now, by: .configuration)
        logger.info("empty registry filled", metadata: ["change": "\(transition.summary.words)"])
    }

    private func changes(at now: Date) throws -> [ClusterChange] {
        var changes: [ClusterChange] = []
        if let files = settings.defaultCertificate { changes += try defaultCertificate(files, at: now) }
        for file in settings.authorities {
            let content = try Self.read(file, limit: CAUpload.maximumBytes)
            let upload = try NodeError.naming(file) { () throws(CredentialsError) in try CAUpload(content, at: now) }
            warn(upload.warnings, of: file)
            // Whoever writes the configuration file answers for it.
            changes.append(.registerCAs(try upload.registrations(at: now), proof: .waived))
        }
        return changes
    }

    private func defaultCertificate(_ files: CertificateFiles, at now: Date) throws -> [ClusterChange] {
        let limit = ServerCertificateUpload.maximumPEMBytes
        let (chain, key) = (try Self.read(files.chainFile, limit: limit), try Self.read(files.keyFile, limit: limit))
        let upload = try NodeError.naming(files.chainFile) { () throws(CredentialsError) in
            try ServerCertificateUpload(
                chainPEM: String(decoding: chain, as: UTF8.self),
                keyPEM: String(decoding: key, as: UTF8.self),
                at: now
            )
        }
        warn(upload.warnings, of: files.chainFile)
        let hosted = try upload.hosted(name: ObjectName("default"), sealedBy: encryption, at: now)
        return [.hostCertificate(hosted), .bind(hosted.fingerprint, slot: .default)]
    }

    private func warn(_ warnings: [CertificateWarning], of file: String) {
        for warning in warnings {
            logger.warning("odd certificate", metadata: ["file": "\(file)", "warning": "\(warning)"])
        }
    }

    private static func read(_ file: String, limit: Int) throws(NodeError) -> [UInt8] {
        do {
            return try MaterialFile.bytes(file, limit: limit)
        } catch {
            throw .unreadableFile(file, reason: "\(error)")
        }
    }
}
