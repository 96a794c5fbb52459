package import Credentials
import Foundation
import Registry

/// How PEM text becomes something the registry takes: parsed, checked, the key sealed.
package struct CertificateUploads: Sendable {
    private let encryption: KeyEncryption

    /// Uploads whose private keys are stored sealed by `encryption`.
    package init(sealedWith encryption: KeyEncryption) {
        self.encryption = encryption
    }

    /// A chain and its private key; with what is odd about them. Throws what is wrong with them.
    func serverCertificate(
        chain: String,
        key: String,
        name: ObjectName?,
        now: Date
    ) throws(CredentialsError) -> (certificate: HostedCertificate, warnings: [String]) {
        let upload = try ServerCertificateUpload(chainPEM: chain, keyPEM: key, at: now)
        let hosted = try upload.hosted(name: name, sealedBy: encryption, at: now)
        return (hosted, upload.warnings.map(\.description))
    }

    /// One or more CA certificates; with what is odd about them. Throws what is wrong with the first bad one.
    func authorities(
        pem: String,
        name: ObjectName?,
        state: CAState,
        now: Date
    ) throws(CredentialsError) -> (authorities: [RegisteredCA], warnings: [String]) {
        let upload = try CAUpload(Array(pem.utf8), at: now)
        return (try upload.registrations(name: name, state: state, at: now), upload.warnings.map(\.description))
    }
}
