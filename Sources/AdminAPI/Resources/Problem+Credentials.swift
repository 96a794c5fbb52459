import Credentials
import Hummingbird
import OpenSSL

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

extension Problem {
    /// What is wrong with a file that was sent and understood.
    init(unusable code: String, _ detail: String) {
        self.init(
            code: code,
            title: "What was sent cannot be used",
            status: .unprocessableContent,
            detail: detail
        )
    }
}

extension RevocationListError {
    /// A stable name for what is wrong with a list.
    var code: String {
        switch self {
        case .tooLarge: "revocation-list-too-large"
        case .unreadable: "revocation-list-unreadable"
        case .several: "revocation-list-several"
        case .delta: "revocation-list-delta"
        case .indirect: "revocation-list-indirect"
        case .partial: "revocation-list-partial"
        case .unusableExtension: "revocation-list-extension"
        case .wrongIssuer: "revocation-list-of-another-ca"
        case .badSignature: "revocation-list-not-signed"
        case .notYetValid: "revocation-list-not-yet-valid"
        case .stale: "revocation-list-stale"
        }
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
            .unusableCertificates, .unusableCA, .unusableRevocationList, .openSSLUnavailable:
            nil
        }
    }
}
