/// What the connections of a server context do.
package struct ServerOptions: Sendable {
    /// The CA names that a CertificateRequest lists, prepared once. A policy with another store costs a copy of its
    /// names for each handshake.
    package var clientAuthorities: TrustStore?
    /// Where sessions are kept for resumption; nil: no resumption.
    package var sessionCache: SessionCache?
    /// The application protocols spoken, the preferred one first; a client that offers none of them goes on without.
    package var applicationProtocols: [String]
    /// The key exchange groups in OpenSSL's notation ("X25519:P-256"); nil: OpenSSL's own choice.
    package var groups: String?
    /// The date for verification and expiry.
    package var clock: WallClock

    package init(
        clientAuthorities: TrustStore? = nil,
        sessionCache: SessionCache? = nil,
        applicationProtocols: [String] = ["mqtt"],
        groups: String? = nil,
        clock: WallClock = .system
    ) {
        self.clientAuthorities = clientAuthorities
        self.sessionCache = sessionCache
        self.applicationProtocols = applicationProtocols
        self.groups = groups
        self.clock = clock
    }
}
