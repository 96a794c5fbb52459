package import Credentials
package import MQTTBroker
package import Registry
package import TLSGateway

/// What one node is told by its configuration file: one value, read once, replaced as a whole by a reload.
///
/// The file holds the facts of the node (addresses, paths, limits). The facts of the cluster (certificates, CAs, mode, TLS
/// range) are in the registry, which `bootstrap` fills once, while it is empty.
package struct Configuration: Sendable {
    /// The file that this was read from, as it was named on the command line.
    package let file: String
    /// `node:` name and event loops.
    package var node: NodeSettings
    /// Where the registry lives; made with mode 0700 when it does not exist.
    package var dataDirectory: String
    /// At least one; names, host names and listener addresses are unique.
    package var accessPoints: [AccessPoint]
    /// `dns:` whom name checks ask.
    package var dns: DNSSettings
    /// `keyEncryption:` where the key is that encrypts private keys at rest.
    package var keyEncryption: MasterKeyPlace
    /// `backend.builtin:` what the built-in broker keeps for its clients at most.
    package var broker: BrokerConfiguration
    /// `backend.builtin.aclFile:` who may publish, subscribe and receive what; nil lets every client.
    package var aclFile: String?
    /// `backend.builtin:` what the built-in broker keeps over a restart.
    package var durability: DurabilitySettings
    /// `admission:` what peers may cost before they are admitted.
    package var admission: AdmissionSettings
    /// `limits:` how much the cluster's registry holds at most.
    package var limits: ClusterLimits
    /// `registration:` how fast client certificates may come into the registry.
    package var registration: RegistrationLimit.Rate
    /// `jwt:` how tokens are checked; nil takes none.
    package var jwt: JWTSettings?
    /// `serverCertificates:` slots whose certificates are kept in files that are watched.
    package var serverCertificates: [WatchedServerCertificate]
    /// `revocationLists:` CAs whose revocation lists are kept in files that are watched.
    package var revocationLists: [WatchedRevocationList]
    /// `admin:` where the node is managed.
    package var admin: AdminSettings
    /// `log:` how the node tells what it does.
    package var log: LogSettings
    /// `shutdown:` how the node goes.
    package var shutdown: ShutdownSettings
    /// `bootstrap:` what an empty registry is filled with.
    package var bootstrap: BootstrapSettings
    /// Every setting in force with its origin, in the order of the documentation: what `config show` prints.
    package let settings: [ResolvedSetting]
}
