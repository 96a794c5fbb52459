import COpenSSL

/// Authenticated encryption with AES-256-GCM.
package enum AESGCM {
    /// Bytes of a key.
    package static let keyBytes = 32
    /// Bytes of the nonce, drawn afresh for each message (NIST SP 800-38D § 8.2.2: up to 2³² messages a key).
    package static let nonceBytes = 12
    /// Bytes of the tag.
    package static let tagBytes = 16

    /// Encrypts, and binds the purpose to it: opening needs the same one.
    ///
    /// - Returns: nonce, ciphertext and tag, one after the other.
    package static func seal(
        _ plaintext: [UInt8],
        key: [UInt8],
        purpose: [UInt8]
    ) throws(OpenSSLError) -> [UInt8] {
        let nonce = try RandomBytes.make(count: nonceBytes)
        let context = try makeContext(key: key)
        var sealed = nonce + [UInt8](repeating: 0, count: plaintext.count + tagBytes)
        try LibraryCall.require("EVP_EncryptInit_ex") {
            EVP_EncryptInit_ex(context.pointer, EVP_aes_256_gcm(), nil, key, nonce)
        }
        var written: Int32 = 0
        try LibraryCall.require("EVP_EncryptUpdate") {
            EVP_EncryptUpdate(context.pointer, nil, &written, purpose, Int32(purpose.count))
        }
        try LibraryCall.require("EVP_EncryptUpdate") {
            sealed.withUnsafeMutableBufferPointer {
                EVP_EncryptUpdate(
                    context.pointer,
                    $0.baseAddress.map { $0 + nonceBytes },
                    &written,
                    plaintext,
                    Int32(plaintext.count)
                )
            }
        }
        try LibraryCall.require("EVP_EncryptFinal_ex") {
            sealed.withUnsafeMutableBufferPointer {
                EVP_EncryptFinal_ex(context.pointer, $0.baseAddress.map { $0 + nonceBytes + plaintext.count }, &written)
            }
        }
        try LibraryCall.require("EVP_CTRL_AEAD_GET_TAG") {
            sealed.withUnsafeMutableBufferPointer {
                sluice_EVP_CIPHER_CTX_get_tag(
                    context.pointer,
                    Int32(tagBytes),
                    $0.baseAddress.map { $0 + nonceBytes + plaintext.count }
                )
            }
        }
        return sealed
    }

    /// Decrypts what ``seal(_:key:purpose:)`` made.
    ///
    /// - Throws: ``OpenSSLError/authenticationFailed`` when key, purpose or any bit differs.
    package static func open(_ sealed: [UInt8], key: [UInt8], purpose: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        guard sealed.count >= nonceBytes + tagBytes else {
            throw .sealedTooShort(found: sealed.count, needed: nonceBytes + tagBytes)
        }
        let nonce = Array(sealed[..<nonceBytes])
        let ciphertext = Array(sealed[nonceBytes..<(sealed.count - tagBytes)])
        var tag = Array(sealed[(sealed.count - tagBytes)...])
        let context = try makeContext(key: key)
        try LibraryCall.require("EVP_DecryptInit_ex") {
            EVP_DecryptInit_ex(context.pointer, EVP_aes_256_gcm(), nil, key, nonce)
        }
        var written: Int32 = 0
        try LibraryCall.require("EVP_DecryptUpdate") {
            EVP_DecryptUpdate(context.pointer, nil, &written, purpose, Int32(purpose.count))
        }
        var plaintext = [UInt8](repeating: 0, count: ciphertext.count + tagBytes)
        try LibraryCall.require("EVP_DecryptUpdate") {
            EVP_DecryptUpdate(context.pointer, &plaintext, &written, ciphertext, Int32(ciphertext.count))
        }
        try LibraryCall.require("EVP_CTRL_AEAD_SET_TAG") {
            sluice_EVP_CIPHER_CTX_set_tag(context.pointer, Int32(tagBytes), &tag)
        }
        ErrorQueue.clear()
        var rest = [UInt8](repeating: 0, count: tagBytes)
        let isGenuine = EVP_DecryptFinal_ex(context.pointer, &rest, &written) == 1
        ErrorQueue.clear()
        guard isGenuine else { throw .authenticationFailed }
        plaintext.removeLast(plaintext.count - ciphertext.count)
        return plaintext
    }

    private static func makeContext(key: [UInt8]) throws(OpenSSLError) -> CipherContextHandle {
        guard key.count == keyBytes else {
            throw .wrongLength(what: "AES-256 key", found: key.count, needed: keyBytes)
        }
        return CipherContextHandle(adopting: try LibraryCall.make("EVP_CIPHER_CTX_new") { EVP_CIPHER_CTX_new() })
    }
}
