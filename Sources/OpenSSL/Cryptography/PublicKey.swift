import COpenSSL

/// A public key to check signatures with.
package struct PublicKey: Sendable {
    private let loaded: LoadedPublicKey

    /// Reads the first public key of a PEM text: SubjectPublicKeyInfo, PKCS#1, or the key of a certificate.
    ///
    /// - Throws: `OpenSSLError.missingPEMBlock`, and what names the defect. A private key is not taken.
    package init(pem: String) throws(OpenSSLError) {
        let blocks = try PEMBlock.read(Array(pem.utf8))
        for block in blocks {
            switch block.label {
            case "PUBLIC KEY":
                self = try PublicKey(subjectPublicKeyInfo: block.der)
                return
            case "RSA PUBLIC KEY":
                self = try PublicKey(label: block.label, der: block.der) {
                    d2i_PublicKey(EVP_PKEY_RSA, nil, $0, $1)
                }
                return
            case "CERTIFICATE":
                self = try PublicKey(of: Certificate(der: block.der))
                return
            default:
                continue
            }
        }
        throw .missingPEMBlock(needed: "PUBLIC KEY", found: blocks.map(\.label))
    }

    /// Reads the DER of a SubjectPublicKeyInfo (RFC 5280 § 4.1).
    package init(subjectPublicKeyInfo der: [UInt8]) throws(OpenSSLError) {
        self = try PublicKey(label: "PUBLIC KEY", der: der) { d2i_PUBKEY(nil, $0, $1) }
    }

    /// The key that a certificate bears.
    package init(of certificate: Certificate) throws(OpenSSLError) {
        let key = try LibraryCall.make("X509_get_pubkey") { certificate.withX509 { X509_get_pubkey($0) } }
        loaded = LoadedPublicKey(adopting: KeyHandle(adopting: key))
    }

    /// Kind and strength.
    package var kind: KeyKind { KeyKind(of: loaded.handle.pointer) }

    /// Is this a signature of the bytes: RSASSA-PKCS1-v1_5 or ECDSA (in DER), with SHA-256?
    ///
    /// False for every signature that does not fit, whatever is wrong with it. Takes some tens of microseconds.
    package func isSHA256Signature(_ signature: [UInt8], of bytes: [UInt8]) -> Bool {
        ErrorQueue.clear()
        defer { ErrorQueue.clear() }
        guard let context = EVP_MD_CTX_new() else { return false }
        let handle = DigestContextHandle(adopting: context)
        guard
            EVP_DigestVerifyInit(handle.pointer, nil, EVP_sha256(), nil, loaded.handle.pointer) == 1
        else { return false }
        return EVP_DigestVerify(handle.pointer, signature, signature.count, bytes, bytes.count) == 1
    }

    private init(
        label: String,
        der: [UInt8],
        _ decode: (UnsafeMutablePointer<UnsafePointer<UInt8>?>, Int) -> OpaquePointer?
    ) throws(OpenSSLError) {
        ErrorQueue.clear()
        var consumed = 0
        let key: OpaquePointer? = der.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return nil }
            var position: UnsafePointer<UInt8>? = start
            defer { consumed = position.map { $0 - start } ?? 0 }
            return decode(&position, bytes.count)
        }
        guard let key else { throw .malformedKey(label: label, reasons: ErrorQueue.drain()) }
        let handle = KeyHandle(adopting: key)
        ErrorQueue.clear()
        guard consumed == der.count else { throw .trailingBytes(count: der.count - consumed, after: "key") }
        loaded = LoadedPublicKey(adopting: handle)
    }
}

extension PublicKey: Equatable {
    /// The same key, however it was written.
    package static func == (left: PublicKey, right: PublicKey) -> Bool {
        ErrorQueue.clear()
        defer { ErrorQueue.clear() }
        return EVP_PKEY_eq(left.loaded.handle.pointer, right.loaded.handle.pointer) == 1
    }
}

/// Shares one key between copies of a ``PublicKey``.
private final class LoadedPublicKey: Sendable {
    // Sendable: the EVP_PKEY is never changed after loading, and what OpenSSL caches inside it is under its own lock.
    nonisolated(unsafe) let handle: KeyHandle

    init(adopting handle: consuming KeyHandle) {
        self.handle = handle
    }
}
