package import Foundation
package import MQTTCodec
package import OpenSSL
package import Reactors
package import Registry

/// What is known of a connection, admitted or not, as far as it came.
package struct ConnectionFacts: Hashable, Sendable {
    /// The access point's name.
    package let accessPoint: String
    /// The far end.
    package let peer: SocketAddress
    /// When this was found out, by the gateway's calendar.
    package let time: Date
    /// The server name asked for, normalised.
    package var serverName: DomainName?
    /// The TLS versions that the ClientHello offered; `nil` before a ClientHello and without TLS.
    package var offer: TLSOffer?
    /// The version agreed upon; `nil` before that and without TLS.
    package var tlsVersion: TLSVersion?
    /// Whether an earlier session was resumed.
    package var isResumed = false
    /// How the client had to prove itself; `nil` for a connection that was refused at once.
    package var mode: AuthenticationMode?
    /// The version of MQTT, once a CONNECT has said it.
    package var mqttVersion: ProtocolVersion?
    /// The open grace periods that it tells something about, and whether it needed what was replaced: one for the slot
    /// that served it, one for its CA.
    package var rotations: [RotationUse] = []

    init(accessPoint: String, peer: SocketAddress, time: Date) {
        self.accessPoint = accessPoint
        self.peer = peer
        self.time = time
    }

    /// Where it comes from, without the port.
    package var address: NetworkAddress { NetworkAddress(peer) }
}

/// A client's certificate as it was shown, whatever came of it.
package struct PresentedCertificate: Hashable, Sendable {
    /// SHA-256 over the certificate.
    package let fingerprint: Fingerprint
    /// The serial number given by the issuer.
    package let serial: SerialNumber?
    /// The subject as RFC 2253 text.
    package let subject: String
    /// The issuer as RFC 2253 text.
    package let issuer: String
    /// The subject's first CN.
    package let commonName: String?
    /// The last moment at which it is valid.
    package let notAfter: Date

    init?(_ facts: CertificateFacts) {
        // Invariant: a SHA-256 has the length of a fingerprint.
        guard let fingerprint = try? Fingerprint(facts.fingerprint) else { return nil }
        self.fingerprint = fingerprint
        serial = SerialNumber(hex: facts.serialHex)
        subject = facts.subject
        issuer = facts.issuer
        commonName = facts.commonName
        notAfter = facts.notAfter
    }
}
