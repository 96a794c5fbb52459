/// What the connections of a client context do.
package struct ClientOptions: Sendable {
    /// The CAs that the server must chain to; nil: any certificate is taken.
    package var anchors: [Certificate]?
    /// The certificate that the client shows when asked.
    package var identity: TLSIdentity?
    /// The versions offered.
    package var versions: ClosedRange<TLSVersion>
    /// The application protocols offered.
    package var applicationProtocols: [String]
    /// The key exchange groups in OpenSSL's notation; nil: OpenSSL's own choice.
    package var groups: String?
    /// OpenSSL's security level; nil: 2, or 0 when the versions end below 1.2.
    package var securityLevel: Int?
    /// The signature algorithms in OpenSSL's notation ("ECDSA+SHA256"); nil: OpenSSL's own choice.
    package var signatureAlgorithms: String?

    package init(
        anchors: [Certificate]? = nil,
        identity: TLSIdentity? = nil,
        versions: ClosedRange<TLSVersion> = .tls1_2 ... .tls1_3,
        applicationProtocols: [String] = [],
        groups: String? = nil,
        securityLevel: Int? = nil,
        signatureAlgorithms: String? = nil
    ) {
        self.anchors = anchors
        self.identity = identity
        self.versions = versions
        self.applicationProtocols = applicationProtocols
        self.groups = groups
        self.securityLevel = securityLevel
        self.signatureAlgorithms = signatureAlgorithms
    }
}
