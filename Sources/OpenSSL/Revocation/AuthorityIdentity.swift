import COpenSSL

/// Who signs: a CA's key together with its name, whatever certificate of the CA shows them.
///
/// Two certificates of one CA (renewed, or cross-signed) have the same identity and the same numbering of what they issue;
/// the same key under another name is another CA.
package struct AuthorityIdentity: Sendable, Hashable {
    private let digest: [UInt8]

    package init(of certificate: Certificate) {
        self = certificate.withX509 { AuthorityIdentity(of: $0) }
    }

    init(of x509: OpaquePointer) {
        defer { ErrorQueue.clear() }
        var bytes: UnsafeMutablePointer<UInt8>?
        let count = i2d_X509_PUBKEY(X509_get_X509_PUBKEY(x509), &bytes)
        defer { CRYPTO_free(bytes, #fileID, #line) }
        var facts = Array(UnsafeBufferPointer(start: bytes, count: Int(max(0, count))))
        // The digest of the canonical name, under which "Example CA" and "example  ca" are one, as they are to OpenSSL.
        var isDone: Int32 = 0
        let name = X509_NAME_hash_ex(X509_get_subject_name(x509), nil, nil, &isDone)
        withUnsafeBytes(of: UInt64(name)) { facts += $0 }
        digest = SHA256.hash(facts)
    }
}
