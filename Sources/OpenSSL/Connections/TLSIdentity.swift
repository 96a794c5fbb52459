/// A certificate chain with its key, as a TLS peer shows it.
package struct TLSIdentity: Sendable {
    /// The leaf first, then the intermediates.
    package let chain: [Certificate]
    package let key: PrivateKey

    /// - Throws: ``OpenSSLError/emptyChain``, ``OpenSSLError/keyMismatch(subject:)``.
    package init(chain: [Certificate], key: PrivateKey) throws(OpenSSLError) {
        guard let leaf = chain.first else { throw .emptyChain }
        guard key.matches(leaf) else { throw .keyMismatch(subject: leaf.description) }
        self.chain = chain
        self.key = key
    }
}
