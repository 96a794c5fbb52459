import OpenSSL
import Reactors
import Registry

/// A connection whose transport is ready and whose peer has proved its key, if the mode asks for that.
struct SecuredConnection: ~Copyable {
    let stream: Stream
    /// How devices prove who they are on this connection.
    let mode: AuthenticationMode
    /// The cluster's settings as they were at accept.
    let settings: ClusterSettings
    /// The server name, normalised.
    let serverName: DomainName?
    /// The version of TLS; `nil` on a plain listener.
    let tlsVersion: TLSVersion?
    /// The client's certificate, verified in this handshake or in the one that it resumes.
    let certificate: DeviceCertificate?
}
