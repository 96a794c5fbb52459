import Credentials
import Hummingbird

extension Problem {
    /// What is wrong with PEM text that was sent; or, for the keys that seal it, with the gateway.
    init(_ error: CredentialsError) {
        guard let code = error.uploadCode else {
            self = .internalError()
            return
        }
        self.init(
            code: code,
            title: "The certificate cannot be used",
            status: .unprocessableContent,
            detail: "\(error)"
        )
    }
}

extension CredentialsError {
    /// A stable name for what is wrong with an upload; nil where it is not the upload that is wrong.
    fileprivate var uploadCode: String? {
        switch self {
        case .tooLarge: "upload-too-large"
        case .unreadable: "unreadable-pem"
        case .tooManyCertificates: "too-many-certificates"
        case .keyMatchesNothing: "key-mismatch"
        case .unrelatedCertificate: "unrelated-certificate"
        case .notSignedBy: "not-signed-by-next"
        case .expired: "certificate-expired"
        case .wrongPurpose: "wrong-purpose"
        case .weakKey: "weak-key"
        case .unsupportedKey: "unsupported-key"
        case .noDomainName: "certificate-without-names"
        case .oneNameForMany: "one-name-for-many"
        case .unreadableFacts: "unreadable-facts"
        case .masterKeyMissing, .masterKeyInaccessible, .masterKeyPermissions, .masterKeyFormat, .masterKeyExists,
            .masterKeyUnavailable, .sealedUnderAnotherKey, .sealedKeyDamaged, .unusableCertificate,
            .unusableCertificates,
            .unusableCA, .openSSLUnavailable:
            nil
        }
    }
}
