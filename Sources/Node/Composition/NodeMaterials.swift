import Foundation
import Logging

/// Everything of the node that is kept in files which somebody else renews.
struct NodeMaterials: Sendable {
    /// What tokens are checked by; nil where none are taken.
    let tokenKeys: TokenKeys?
    /// The certificate of the admin address; nil where it has none.
    let adminCertificate: AdminCertificate?
    /// Looks at all of them.
    let watchers: FileWatchers

    /// Reads the token keys and the admin certificate, without which the node would not be what its configuration says;
    /// blocks. Throws a `JWTKeyError`, ``NodeError``, `ProtectedFileError` or `OpenSSLError`.
    init(_ configuration: Configuration, _ registry: OpenedRegistry, logger: Logger) throws {
        tokenKeys = try configuration.jwt.map { try TokenKeys($0) }
        adminCertificate = try configuration.admin.tls.map { try AdminCertificate($0) }
        var materials: [any WatchedMaterial] = []
        for entry in configuration.serverCertificates {
            materials.append(
                ServerCertificateFiles(entry: entry, cluster: registry.control, encryption: registry.encryption)
            )
            if let file = entry.stapleFile {
                materials.append(StapleFile(slot: entry.slot, file: file, cluster: registry.control))
            }
        }
        for entry in configuration.revocationLists {
            materials.append(RevocationListFile(entry: entry, cluster: registry.control))
        }
        if let tokenKeys { materials.append(tokenKeys) }
        if let adminCertificate { materials.append(adminCertificate) }
        watchers = FileWatchers(materials, logger: logger)
    }
}
