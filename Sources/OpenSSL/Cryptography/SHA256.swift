import COpenSSL

/// The SHA-256 digest.
package enum SHA256 {
    /// Bytes of a digest.
    package static let byteCount = 32

    /// The digest of some bytes, 32 of them.
    package static func hash(_ bytes: [UInt8]) -> [UInt8] {
        bytes.withUnsafeBytes { hash($0) }
    }

    /// The digest of some bytes, 32 of them.
    package static func hash(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        [UInt8](unsafeUninitializedCapacity: byteCount) { digest, count in
            // SHA256 of the low-level API: no context, no look-up of a provider, cannot fail with a buffer given.
            _ = COpenSSL.SHA256(bytes.baseAddress, bytes.count, digest.baseAddress)
            count = byteCount
        }
    }
}
