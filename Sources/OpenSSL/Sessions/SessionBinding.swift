/// The circumstances that a TLS session belongs to, as 32 bytes.
///
/// A session is resumed only where the binding is the same. So everything whose change must force a full handshake
/// goes in: the name's route, the access point, the mode, the generation of the trusted CAs.
package struct SessionBinding: Sendable, Hashable {
    /// OpenSSL's SSL_MAX_SID_CTX_LENGTH.
    package static let byteCount = 32

    let bytes: [UInt8]

    /// Digests whatever the caller wrote down of the circumstances; the same bytes give the same binding.
    package init(hashing circumstances: [UInt8]) {
        bytes = SHA256.hash(circumstances)
    }
}
