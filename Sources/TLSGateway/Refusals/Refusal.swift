package import Credentials
package import Foundation
package import MQTTCodec
package import OpenSSL
package import Registry
package import WebSocket

/// Why a connection was not admitted, with the facts that were compared.
///
/// What it looks like from outside is ``Refusal/Reason/row``, the only place in the gateway that names a TLS alert or a
/// CONNACK code. ``Refusal/finding`` and ``Refusal/remedy`` put the facts in words.
package enum Refusal: Error, Hashable, Sendable {
    // Accept: answered by closing the socket, before any cryptography.
    /// The source is outside the access point's allow list.
    case sourceNotAllowed(NetworkAddress, accessPoint: String)
    /// One source begins more handshakes than its bucket has tokens.
    case sourceTooFast(NetworkAddress, allowed: AdmissionSettings.SourceAllowance)
    /// All sources together begin more handshakes than the common bucket has tokens.
    case tooManyHandshakes(allowedPerSecond: Double)
    /// As many connections are open as may be.
    case tooManyConnections(open: Int, allowed: Int)
    /// The node drains.
    case shuttingDown
    /// OpenSSL could not make a connection.
    case outOfResources(OpenSSLError)

    // Handshake: answered by an alert.
    /// The first bytes are no TLS record.
    case notTLS(found: String)
    /// The ClientHello breaks its grammar.
    case helloMalformed(HelloDefect)
    /// No certificate serves the name, and the default does not stand in.
    case serverNameUnknown(DomainName)
    /// The client named nobody, and the default does not stand in.
    case serverNameMissing
    /// The client's server name can be no certificate's, and the default does not stand in.
    case serverNameUnusable
    /// The name's certificate was unbound.
    case serverNameRetired(DomainName)
    /// No certificate serves at all.
    case noServerCertificate
    /// Client and cluster have no version in common.
    case tlsVersionOutOfRange(offered: [TLSVersion], allowed: ClosedRange<TLSVersion>)
    /// Client and certificate have no cipher suite or signature algorithm in common.
    case noCommonAlgorithm(facts: String)
    /// The client showed no certificate where one is needed.
    case clientCertificateMissing
    /// The client's chain does not pass.
    case clientCertificateRefused(ChainFailure)
    /// The client said by an alert that it does not trust the server's certificate.
    case serverCertificateRefused(TLSAlert)
    /// The client broke the handshake in another way.
    case handshakeFailed(TLSFailure)
    /// The handshake took longer than its absolute limit.
    case handshakeTimedOut(after: Duration)
    /// The client went away within the handshake.
    case handshakeAbandoned

    // WebSocket: answered by an HTTP status, or by the code of a Close frame.
    /// The request does not begin a WebSocket of MQTT.
    case upgradeRefused(UpgradeFailure)
    /// No complete request came within the time for a CONNECT.
    case upgradeTimedOut(after: Duration)
    /// The client went away before its request was complete.
    case upgradeAbandoned
    /// What came before a complete CONNECT breaks the framing.
    case framesMalformed(FrameViolation)

    // CONNECT: answered by a CONNACK, where the client can be told at all.
    /// No complete CONNECT came within its absolute limit.
    case connectTimedOut(after: Duration)
    /// The client went away before its CONNECT was complete.
    case connectAbandoned
    /// The first packet was another than CONNECT.
    case connectMissing(found: PacketType)
    /// The CONNECT breaks the standard.
    case connectMalformed(CodecError)
    /// The CONNECT is larger than is read.
    case connectTooLarge(bytes: Int, allowed: Int)
    /// A protocol level that is not spoken here.
    case protocolVersionUnknown(level: UInt8?)

    // Identity by certificate: answered by a CONNACK, since the handshake has proved the key.
    /// The chain was valid at the handshake, or at the one whose session is resumed, and is no longer.
    case certificateExpired(validUntil: Date, now: Date)
    /// The chain's CA was taken out since the handshake.
    case issuerUnregistered(Fingerprint)
    /// The chain's CA was replaced, and its grace period has ended since the handshake.
    case issuerGraceEnded(Fingerprint, until: Date, now: Date)
    /// Since the handshake the CA's revocation list has come to name the certificate, or has gone stale.
    case certificateWithdrawn(ChainFailure)
    /// The certificate is registered nowhere, and is not to be registered automatically.
    case certificateUnregistered(Fingerprint)
    /// The certificate is registered with its ECDSA signature spelt otherwise, and so under another fingerprint.
    case certificateRespelt(Fingerprint, registered: Fingerprint)
    /// The certificate's record is `inactive`.
    case certificateInactive(Fingerprint)
    /// The certificate's record waits for its first activation.
    case certificatePendingActivation(Fingerprint)
    /// The certificate's record is `revoked`.
    case certificateRevoked(Fingerprint)
    /// The certificate's record was deleted, and its tombstone keeps it from coming back by itself.
    case certificateBarred(Fingerprint)
    /// More certificates want to be registered than the common bucket has tokens.
    case registrationRateExceeded(retryAfter: Duration)
    /// The new record could not be stored.
    case registrationFailed(DeviceError)

    // Identity by name: user and password, or token.
    /// A client without a user name, where such are not allowed.
    case anonymousNotAllowed
    /// A user name without a password.
    case passwordMissing
    /// No user of that name.
    case userUnknown
    /// The user's password is another.
    case passwordWrong
    /// The password is right, but the user is switched off.
    case userDisabled
    /// The stored hash of the user's password cannot be read.
    case passwordHashUnreadable
    /// The token does not hold.
    case tokenRefused(JWTFailure)

    // What takes longer than a look into memory.
    /// As many clients wait for a password check or a registration as may.
    case authenticationOverloaded(waiting: Int, allowed: Int)
    /// The password check or the registration did not come to an end within the time for a CONNECT.
    case authenticationTimedOut(after: Duration)
    /// The client went away while it was being authenticated.
    case authenticationAbandoned

    // Client id.
    /// Neither CONNECT nor certificate gives a client id.
    case clientIdentifierMissing
    /// The CONNECT's client id is not the one that the identity stands for, and must be.
    case clientIdentifierMismatch(found: String, needed: String)

    /// The alert that refuses a ClientHello.
    var helloAlert: TLSAlert { reason.row.alert ?? .internalError }
}
