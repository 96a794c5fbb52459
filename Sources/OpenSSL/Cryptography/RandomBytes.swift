import COpenSSL

/// Random bytes from OpenSSL's generator, fit for keys and nonces.
package enum RandomBytes {
    /// So many random bytes.
    ///
    /// - Throws: ``OpenSSLError/library(call:reasons:)`` when the system gives no entropy.
    package static func make(count: Int) throws(OpenSSLError) -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        try LibraryCall.require("RAND_bytes") { RAND_bytes(&bytes, Int32(count)) }
        return bytes
    }
}
