import COpenSSL

/// HMAC with SHA-256 (RFC 2104).
package enum HMACSHA256 {
    /// The code of some bytes, 32 of them.
    ///
    /// - Throws: `OpenSSLError.library` when OpenSSL has no memory.
    package static func authenticate(_ bytes: [UInt8], key: [UInt8]) throws(OpenSSLError) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: SHA256.byteCount)
        var count: UInt32 = 0
        // A null pointer for the key would mean "the last one"; an empty key has a pointer of its own here.
        let written = (key + [0]).withUnsafeBytes {
            HMAC(EVP_sha256(), $0.baseAddress, Int32(clamping: key.count), bytes, bytes.count, &code, &count)
        }
        guard written != nil, Int(count) == SHA256.byteCount else {
            throw .library(call: "HMAC", reasons: ErrorQueue.drain())
        }
        return code
    }

    /// Is it the code of these bytes? Compares in constant time.
    package static func isValid(_ code: [UInt8], for bytes: [UInt8], key: [UInt8]) throws(OpenSSLError) -> Bool {
        ConstantTime.equal(code, try authenticate(bytes, key: key))
    }
}
