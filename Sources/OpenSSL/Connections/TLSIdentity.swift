/// A certificate chain with its key, as a TLS peer shows it.
package struct TLSIdentity: Sendable {
    /// The leaf first, then the intermediates.
    package let chain: [Certificate]
    package let key: PrivateKey
    /// The CA's statement that the leaf is in force, for clients that ask for it (RFC 6066 § 8); shown only while it is
    /// good and not expired.
    package let staple: OCSPResponse?

    /// - Throws: ``OpenSSLError/emptyChain``, ``OpenSSLError/keyMismatch(subject:)``.
    package init(chain: [Certificate], key: PrivateKey, staple: OCSPResponse? = nil) throws(OpenSSLError) {
        guard let leaf = chain.first else { throw .emptyChain }
        guard key.matches(leaf) else { throw .keyMismatch(subject: leaf.description) }
        self.chain = chain
        self.key = key
        self.staple = staple
    }
}
