import COpenSSL

/// PBKDF2 with HMAC-SHA-512 (RFC 8018 § 5.2): makes trying out passwords as costly as the number of iterations.
package enum PBKDF2 {
    /// Derives a key of so many bytes. Blocks for about a microsecond an iteration, for each 64 bytes of key.
    ///
    /// - Throws: `OpenSSLError.library` when OpenSSL refuses the parameters.
    package static func sha512(
        password: [UInt8],
        salt: [UInt8],
        iterations: Int,
        byteCount: Int
    ) throws(OpenSSLError) -> [UInt8] {
        var derived = [UInt8](repeating: 0, count: byteCount)
        try LibraryCall.require("PKCS5_PBKDF2_HMAC") {
            // A password is bytes here, and an empty one is one too: OpenSSL wants a pointer nevertheless.
            (password + [0]).withUnsafeBytes { bytes in
                PKCS5_PBKDF2_HMAC(
                    bytes.baseAddress?.assumingMemoryBound(to: CChar.self),
                    Int32(clamping: password.count),
                    salt,
                    Int32(clamping: salt.count),
                    Int32(clamping: iterations),
                    EVP_sha512(),
                    Int32(clamping: byteCount),
                    &derived
                )
            }
        }
        return derived
    }
}

/// Comparing secrets.
package enum ConstantTime {
    /// Are they the same? Takes as long whatever differs; the lengths are no secret.
    package static func equal(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        left.count == right.count && CRYPTO_memcmp(left, right, left.count) == 0
    }
}
