import Credentials
import Foundation
import OpenSSL
import Registry
import TestAuthority
import Testing

/// The moment of a test; forged certificates are valid from an hour before it.
let now = Date()

let day: TimeInterval = 86_400

/// A directory for one test, removed when the test lets go of it.
final class TemporaryDirectory {
    let path: String

    init() throws {
        path = NSTemporaryDirectory() + "sluice-credentials-" + UUID().uuidString
        try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(atPath: path) }

    func write(_ content: some Sequence<UInt8>, to name: String, mode: Int = 0o600) throws -> String {
        let file = path + "/" + name
        try Data(content).write(to: URL(fileURLWithPath: file))
        try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: file)
        return file
    }
}

extension TestCertificate {
    var parsed: Certificate {
        get throws { try Certificate(der: der) }
    }

    var fingerprint: Fingerprint {
        get throws { try Fingerprint(parsed.facts.fingerprint) }
    }

    /// Certificate and key as a client shows them.
    var identity: TLSIdentity {
        get throws { try TLSIdentity(chain: [parsed], key: PrivateKey(pem: key.pem)) }
    }
}

/// The PEM texts one after the other.
func bundle(_ certificates: TestCertificate...) throws -> String {
    try certificates.map { try $0.pem }.joined(separator: "\n")
}

extension ClusterState {
    /// The state after these changes.
    func after(_ changes: ClusterChange...) throws -> ClusterState {
        var state = self
        for change in changes { state = try state.applying(change, at: now).after }
        return state
    }

    /// Uploads a certificate, stores and binds it.
    func serving(
        _ certificate: TestCertificate,
        with issuers: TestCertificate...,
        sealedBy encryption: KeyEncryption,
        slot: ServerCertificateSlot? = nil
    ) throws -> ClusterState {
        let chain = try ([certificate] + issuers).map { try $0.pem }.joined(separator: "\n")
        let upload = try ServerCertificateUpload(chainPEM: chain, keyPEM: certificate.key.pem, at: now)
        let hosted = try upload.hosted(name: nil, sealedBy: encryption, at: now)
        return try after(.hostCertificate(hosted), .bind(hosted.fingerprint, slot: slot))
    }

    /// Registers CAs.
    func trusting(_ authorities: TestAuthority...) throws -> ClusterState {
        let pem = try authorities.map { try $0.certificate.pem }.joined(separator: "\n")
        return try after(.registerCAs(CAUpload(Array(pem.utf8), at: now).registrations(at: now)))
    }
}
