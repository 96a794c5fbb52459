package import Logging
package import Reactors
package import Registry

/// `node:` who this node is and how wide it runs.
package struct NodeSettings: Hashable, Sendable {
    /// The node's name in logs and metrics; the host's name by default.
    package var name: String
    /// How many event loops serve devices; one per core by default.
    package var reactors: Int
}

/// `dns:` whom the CNAME checks ask.
package struct DNSSettings: Hashable, Sendable {
    /// Resolvers by address and port; empty means those of `/etc/resolv.conf`.
    package var resolvers: [SocketAddress]
}

/// `admin:` where the node is managed and watched.
package struct AdminSettings: Hashable, Sendable {
    /// The Unix socket of the admin API, for root and the service's user alone.
    package var socket: String
    /// Where the admin API (to bearers of tokens), health and metrics are served over TCP; nil means nowhere.
    package var address: SocketAddress?
    /// The certificate of that address, which is watched; nil serves in the clear, which only a loopback address may.
    package var tls: CertificateFiles?
}

/// `log:` how the node tells what it does, on standard error.
package struct LogSettings: Hashable, Sendable {
    /// How a line looks.
    package var format: Format
    /// The least important lines that are written.
    package var level: Logger.Level

    /// How log lines look.
    package enum Format: String, Hashable, Sendable, CaseIterable {
        /// One JSON object a line, for machines.
        case json
        /// Words, for people.
        case text
    }
}

/// `shutdown:` how the node goes when it is told to.
package struct ShutdownSettings: Hashable, Sendable {
    /// How long it still serves after `/readyz` turned red, so that load balancers see it.
    package var drainDelay: Duration
    /// The longest that ending the connections may take after that.
    package var deadline: Duration
}

/// `bootstrap:` what an empty registry is filled with, once.
package struct BootstrapSettings: Hashable, Sendable {
    /// Mode, anonymous clients and TLS range.
    package var settings: ClusterSettings
    /// The default server certificate; nil leaves the default slot empty.
    package var defaultCertificate: CertificateFiles?
    /// PEM files of the CAs to register, each with one or more certificates.
    package var authorities: [String]
}
