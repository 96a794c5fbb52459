/// The answer of `GET /api/v1/status`: the node, and the cluster as this node knows it.
package struct StatusResource: Codable, Hashable, Sendable {
    /// The node that answers.
    package var node: NodeStatus
    /// Whether it serves devices.
    package var ready: Bool
    /// The cluster as the node knows it.
    package var cluster: Cluster

    /// The registry's state in numbers.
    package struct Cluster: Codable, Hashable, Sendable {
        /// Grows with every change.
        package var revision: UInt64
        /// How devices prove who they are.
        package var mode: ModeResource
        /// The TLS versions that clients may use.
        package var tls: TLSResource
        /// Whether the default slot serves.
        package var defaultCertificateEnabled: Bool
        /// Bound custom server certificates.
        package var serverCertificates: Usage
        /// Certificates in the store.
        package var hostedCertificates: Int
        /// Registered CAs.
        package var caCertificates: Usage
        /// CAs that are trusted.
        package var activeCACertificates: Int
        /// Client certificates by state.
        package var clientCertificates: [String: Int]
        /// The bound and registered certificates that end soon or have ended, in words.
        package var warnings: [String]
    }

    /// So many of so many.
    package struct Usage: Codable, Hashable, Sendable {
        /// How many there are.
        package var count: Int
        /// How many there may be.
        package var limit: Int
    }
}
