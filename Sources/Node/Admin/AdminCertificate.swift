import Credentials
import Foundation
import OpenSSL
import Synchronization

/// The certificate of the admin address, as its files have it now.
final class AdminCertificate: WatchedMaterial {
    private let paths: CertificateFiles
    private let library: LibraryContext
    private let context: Mutex<TLSContext>

    /// Reads the files. Blocks; throws a ``NodeError`` that names them.
    init(_ paths: CertificateFiles) throws {
        self.paths = paths
        library = try LibraryContext()
        context = Mutex(try Self.read(paths, in: library, at: Date()))
    }

    let title = "certificate of the admin address"

    var files: [String] { [paths.chainFile, paths.keyFile] }

    /// A new connection's TLS, with the certificate as it is now. Throws an `OpenSSLError`.
    func handler() throws(OpenSSLError) -> AdminTLSHandler {
        try AdminTLSHandler(context.withLock { $0 })
    }

    func refresh(at now: Date) async throws -> String? {
        let renewed = try Self.read(paths, in: library, at: now)
        context.withLock { $0 = renewed }
        return "new connections get the certificate as it is now"
    }

    private static func read(_ paths: CertificateFiles, in library: LibraryContext, at now: Date) throws -> TLSContext {
        let chain = try MaterialFile.text(paths.chainFile, limit: ServerCertificateUpload.maximumPEMBytes)
        let key = try MaterialFile.text(paths.keyFile, limit: ServerCertificateUpload.maximumPEMBytes)
        // The same rules as for the certificates that devices see: the key matches, the chain is in order, not expired.
        let upload = try NodeError.naming(paths.chainFile) { () throws(CredentialsError) in
            try ServerCertificateUpload(chainPEM: chain, keyPEM: key, at: now)
        }
        return try TLSContext(
            server: [TLSIdentity(chain: upload.chain, key: try PrivateKey(pem: key))],
            options: ServerOptions(applicationProtocols: ["http/1.1"]),
            in: library
        )
    }
}
