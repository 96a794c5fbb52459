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
    /// The server certificate that the client was shown, where that is known.
    let serverCertificate: Fingerprint?
    /// The version of TLS; `nil` on a plain listener.
    let tlsVersion: TLSVersion?
    /// The client's certificate, where one was asked for.
    let proof: PeerProof?
}

/// A client certificate as a handshake left it: the key is proved, the chain was verified now or when the resumed
/// session began.
struct PeerProof {
    let facts: CertificateFacts
    let chain: VerifiedChain

    /// The proof of a finished handshake; `nil` where no certificate was asked for.
    init?(of session: TLSConnection) {
        guard let chain = session.verifiedChain, let facts = session.peerFacts else { return nil }
        self.facts = facts
        self.chain = chain
    }
}
