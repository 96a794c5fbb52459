/// How much a cluster may hold: the `limits` of the configuration file.
package struct ClusterLimits: Hashable, Sendable {
    /// Custom server certificates bound at once, beside the default one.
    package var customServerCertificates: Int
    /// Registered CA certificates, active and inactive.
    package var authorities: Int

    /// The product's limits: three custom server certificates, 32 CAs.
    package init(customServerCertificates: Int = 3, authorities: Int = 32) {
        self.customServerCertificates = customServerCertificates
        self.authorities = authorities
    }
}
