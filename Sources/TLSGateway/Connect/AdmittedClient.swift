package import MQTTCodec
package import OpenSSL
package import Reactors
package import Registry

/// A client that passed every check, with its stream; made by admission alone.
package struct AdmittedClient: ~Copyable {
    /// The connection. The CONNECT has been consumed; what came behind it has not.
    package let stream: Stream
    /// The CONNECT as it was sent, still unanswered.
    package let connect: ConnectPacket
    /// The client id by the access point's rule; may differ from the CONNECT's.
    package let clientID: ClientIdentifier
    /// Whether the client must be told its id (5.0: Assigned Client Identifier).
    package let isClientIDAssigned: Bool
    /// Who the client proved to be; its certificate carries the CA that vouches for it.
    package let identity: DeviceIdentity
    /// The access point it came by.
    package let accessPoint: String
    /// The server name it asked for, normalised.
    package let serverName: DomainName?
    /// The server certificate that it was shown; `nil` on a plain listener, and for a session that was resumed where several
    /// certificates bear the name.
    package let serverCertificate: Fingerprint?
    /// The version of TLS; `nil` on a plain listener.
    package let tlsVersion: TLSVersion?
    /// Tells later whether the client may still come in.
    package let recheck: AdmissionRecheck
}
