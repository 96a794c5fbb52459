/// What the connections of a client context do.
package struct ClientOptions: Sendable {
    /// The CAs that the server must chain to; nil: any certificate is taken.
    package var anchors: [Certificate]?
    /// The certificate that the client shows when asked.
    package var identity: TLSIdentity?
    /// The versions offered. A range that ends below 1.2 lowers the security level to 0.
    package var versions: ClosedRange<TLSVersion>
    /// The application protocols offered.
    package var applicationProtocols: [String]
    /// The key exchange groups in OpenSSL's notation; nil: OpenSSL's own choice.
    package var groups: String?
    /// The signature algorithms in OpenSSL's notation ("ECDSA+SHA256"); nil: OpenSSL's own choice.
    package var signatureAlgorithms: String?

    package init(
        anchors: [Certificate]? = nil,
        identity: TLSIdentity? = nil,
        versions: ClosedRange<TLSVersion> = .tls1_2 ... .tls1_3,
        applicationProtocols: [String] = [],
        groups: String? = nil,
        signatureAlgorithms: String? = nil
    ) {
        self.anchors = anchors
        self.identity = identity
        self.versions = versions
        self.applicationProtocols = applicationProtocols
        self.groups = groups
        self.signatureAlgorithms = signatureAlgorithms
    }
}
