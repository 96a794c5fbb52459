import COpenSSL

/// A private key. It never shows itself: its description is redacted.
package struct PrivateKey: Sendable {
    private let loaded: LoadedKey

    /// Reads the first private key of a PEM text: PKCS#8, SEC1 or PKCS#1; certificates and parameters are skipped.
    ///
    /// - Throws: ``OpenSSLError/encryptedKey(label:)`` for a key with a password, and what names the defect.
    package init(pem: String) throws(OpenSSLError) {
        let blocks = try PEMBlock.read(Array(pem.utf8))
        guard let block = blocks.first(where: { $0.label.hasSuffix("PRIVATE KEY") }) else {
            throw .missingPEMBlock(needed: "PRIVATE KEY", found: blocks.map(\.label))
        }
        guard block.label != "ENCRYPTED PRIVATE KEY", !block.header.contains("ENCRYPTED") else {
            throw .encryptedKey(label: block.label)
        }
        switch block.label {
        case "PRIVATE KEY", "EC PRIVATE KEY", "RSA PRIVATE KEY":
            try self.init(der: block.der, label: block.label)
        default:
            throw .unsupportedKey(label: block.label)
        }
    }

    /// Reads DER: PKCS#8, SEC1 or PKCS#1, told apart by its structure.
    package init(der: [UInt8]) throws(OpenSSLError) {
        try self.init(der: der, label: "PRIVATE KEY")
    }

    /// A new key on the curve P-256.
    package static func generateP256() throws(OpenSSLError) -> PrivateKey {
        let key = try LibraryCall.make("EVP_EC_gen") { sluice_EVP_EC_gen("P-256") }
        return PrivateKey(adopting: KeyHandle(adopting: key))
    }

    /// A new RSA key; 2048 bits take about a tenth of a second.
    package static func generateRSA(bits: UInt32) throws(OpenSSLError) -> PrivateKey {
        let key = try LibraryCall.make("EVP_RSA_gen") { sluice_EVP_RSA_gen(bits) }
        return PrivateKey(adopting: KeyHandle(adopting: key))
    }

    /// Does the certificate bear this key's public half?
    package func matches(_ certificate: Certificate) -> Bool {
        defer { ErrorQueue.clear() }
        return certificate.withX509 { X509_check_private_key($0, loaded.handle.pointer) == 1 }
    }

    /// Kind and strength.
    package var kind: KeyKind { KeyKind(of: loaded.handle.pointer) }

    /// The key as unencrypted PKCS#8 DER. Whoever holds it holds the key.
    package var pkcs8DER: [UInt8] {
        get throws(OpenSSLError) {
            let info = try LibraryCall.make("EVP_PKEY2PKCS8") { EVP_PKEY2PKCS8(loaded.handle.pointer) }
            defer { PKCS8_PRIV_KEY_INFO_free(info) }
            var bytes: UnsafeMutablePointer<UInt8>?
            let count = try LibraryCall.length("i2d_PKCS8_PRIV_KEY_INFO") { i2d_PKCS8_PRIV_KEY_INFO(info, &bytes) }
            defer { CRYPTO_clear_free(bytes, count, #fileID, #line) }
            return Array(UnsafeBufferPointer(start: bytes, count: count))
        }
    }

    /// The key as an unencrypted PKCS#8 PEM block. Whoever holds it holds the key.
    package var pkcs8PEM: String {
        get throws(OpenSSLError) { try PEMBlock.write(label: "PRIVATE KEY", der: pkcs8DER) }
    }

    /// Gives OpenSSL's form of it to `body`; the pointer must not outlive the call.
    func withKey<Result, Failure: Error>(
        _ body: (OpaquePointer) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        try body(loaded.handle.pointer)
    }

    /// Parses the key again into another library context, so that reactors share no reference count.
    func reload(in library: LibraryContext) throws(OpenSSLError) -> KeyHandle {
        try PrivateKey.parse(pkcs8DER, label: "PRIVATE KEY", in: library)
    }

    private init(der: [UInt8], label: String) throws(OpenSSLError) {
        self.init(adopting: try PrivateKey.parse(der, label: label, in: .process))
    }

    private init(adopting handle: consuming KeyHandle) {
        loaded = LoadedKey(adopting: handle)
    }

    private static func parse(
        _ der: [UInt8],
        label: String,
        in library: LibraryContext
    ) throws(OpenSSLError) -> KeyHandle {
        ErrorQueue.clear()
        var consumed = 0
        let key: OpaquePointer? = der.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress else { return nil }
            var position: UnsafePointer<UInt8>? = start
            defer { consumed = position.map { $0 - start } ?? 0 }
            return switch label {
            case "RSA PRIVATE KEY": d2i_PrivateKey_ex(EVP_PKEY_RSA, nil, &position, bytes.count, library.pointer, nil)
            case "EC PRIVATE KEY": d2i_PrivateKey_ex(EVP_PKEY_EC, nil, &position, bytes.count, library.pointer, nil)
            default: d2i_AutoPrivateKey_ex(nil, &position, bytes.count, library.pointer, nil)
            }
        }
        guard let key else { throw .malformedKey(label: label, reasons: ErrorQueue.drain()) }
        let handle = KeyHandle(adopting: key)
        ErrorQueue.clear()
        guard consumed == der.count else { throw .trailingBytes(count: der.count - consumed, after: "key") }
        switch KeyKind(of: key) {
        case .rsa, .ec, .ed25519, .ed448: return handle
        case .other(let name): throw .unsupportedKey(label: "A key of kind \(name)")
        }
    }
}

extension PrivateKey: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "PrivateKey(redacted)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Shares one key between copies of a ``PrivateKey``.
private final class LoadedKey: Sendable {
    // Sendable: the EVP_PKEY is never changed after loading, and what OpenSSL caches inside it is under its own lock.
    nonisolated(unsafe) let handle: KeyHandle

    init(adopting handle: consuming KeyHandle) {
        self.handle = handle
    }
}
