package import Foundation
package import MQTTCodec
package import OpenSSL
package import Registry

/// Why a connection was not admitted, with the facts that were compared.
///
/// What it looks like from outside is ``Refusal/Reason/row``: the only place in the gateway that names a TLS alert or
/// a CONNACK code. ``Refusal/description`` puts the facts in words.
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

    // CONNECT, identity, client id: answered by a CONNACK.
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
    /// A client without a user name, where such are not allowed.
    case anonymousNotAllowed
    /// A client with a user name, where no user is known.
    case passwordNotChecked
    /// The chain was valid at the handshake, or at the one whose session is resumed, and is no longer.
    case certificateExpired(validUntil: Date, now: Date)
    /// The chain's CA was taken out since the handshake.
    case issuerUnregistered(Fingerprint)
    /// Neither CONNECT nor certificate gives a client id.
    case clientIdentifierMissing
    /// The CONNECT's client id is not the certificate's, and must be.
    case clientIdentifierMismatch(found: String, needed: String)

    /// The alert that refuses a ClientHello.
    var helloAlert: TLSAlert { reason.row.alert ?? .internalError }

    /// Alerts by which a client says that it does not trust the certificate it was shown.
    static let certificateAlerts: Set<TLSAlert> = [
        .badCertificate, .unsupportedCertificate, .certificateRevoked, .certificateExpired, .certificateUnknown,
        .unknownCA,
    ]

    /// Whose doing a refusal is; only ``unavailable`` is a reason to wake somebody.
    package enum Fault: String, Hashable, Sendable {
        /// The peer broke a protocol or a limit.
        case peerMisbehaved = "peer_misbehaved"
        /// The peer kept to the protocols and may not come in.
        case peerNotAllowed = "peer_not_allowed"
        /// The peer did nothing wrong: this node cannot serve it.
        case unavailable
    }

    /// One line of the table.
    package struct Row: Sendable {
        /// Whose doing it is.
        package let fault: Fault
        /// The alert with which we end a handshake; `nil` before and after it, and where libssl chooses: it knows best
        /// what RFC 8446 § 6.2 wants for a failure that it found.
        package let alert: TLSAlert?
        /// The code that answers the CONNECT of an MQTT 5.0 client; `nil` where the connection is closed without one.
        package let connack: ReasonCode?
        /// What answers a 3.x client; `nil` where the standard wants the connection closed without a CONNACK.
        package var returnCode: ConnectReturnCode? { connack?.connectReturnCode }

        fileprivate init(_ fault: Fault, alert: TLSAlert? = nil, connack: ReasonCode? = nil) {
            self.fault = fault
            self.alert = alert
            self.connack = connack
        }
    }

    /// A refusal without its facts; the raw value is its word in the log and its label in the metrics.
    package enum Reason: String, Hashable, Sendable, CaseIterable {
        case sourceNotAllowed = "source_not_allowed"
        case sourceTooFast = "source_too_fast"
        case tooManyHandshakes = "too_many_handshakes"
        case tooManyConnections = "too_many_connections"
        case shuttingDown = "shutting_down"
        case outOfResources = "out_of_resources"
        case notTLS = "not_tls"
        case helloMalformed = "client_hello_malformed"
        case serverNameUnknown = "server_name_unknown"
        case serverNameMissing = "server_name_missing"
        case serverNameUnusable = "server_name_unusable"
        case serverNameRetired = "server_name_retired"
        case noServerCertificate = "no_server_certificate"
        case tlsVersionOutOfRange = "tls_version_out_of_range"
        case noCommonAlgorithm = "no_common_algorithm"
        case clientCertificateMissing = "client_certificate_missing"
        case clientCertificateExpired = "client_certificate_expired"
        case clientCertificateNotYetValid = "client_certificate_not_yet_valid"
        case clientCertificateUnknownIssuer = "client_certificate_unknown_issuer"
        case clientCertificateUnfit = "client_certificate_unfit"
        case clientCertificateForged = "client_certificate_forged"
        case serverCertificateRefused = "server_certificate_refused"
        case handshakeFailed = "handshake_failed"
        case handshakeTimedOut = "handshake_timed_out"
        case handshakeAbandoned = "handshake_abandoned"
        case connectTimedOut = "connect_timed_out"
        case connectAbandoned = "connect_abandoned"
        case connectMissing = "connect_missing"
        case connectMalformed = "connect_malformed"
        case connectProtocolError = "connect_protocol_error"
        case connectTooLarge = "connect_too_large"
        case protocolVersionUnknown = "protocol_version_unknown"
        case anonymousNotAllowed = "anonymous_not_allowed"
        case passwordNotChecked = "password_not_checked"
        case certificateExpired = "certificate_expired"
        case issuerUnregistered = "issuer_unregistered"
        case clientIdentifierMissing = "client_id_missing"
        case clientIdentifierMismatch = "client_id_mismatch"

        /// The table: every refusal to its fault and its answer on the wire.
        package var row: Row {
            switch self {
            case .sourceNotAllowed: Row(.peerNotAllowed)
            case .sourceTooFast: Row(.peerMisbehaved)
            case .tooManyHandshakes: Row(.unavailable)
            case .tooManyConnections: Row(.unavailable)
            case .shuttingDown: Row(.unavailable, connack: .serverUnavailable)
            case .outOfResources: Row(.unavailable)
            case .notTLS: Row(.peerMisbehaved)
            case .helloMalformed: Row(.peerMisbehaved)
            case .serverNameUnknown: Row(.peerNotAllowed, alert: .unrecognizedName)
            case .serverNameMissing: Row(.peerNotAllowed, alert: .unrecognizedName)
            case .serverNameUnusable: Row(.peerMisbehaved, alert: .unrecognizedName)
            case .serverNameRetired: Row(.peerNotAllowed, alert: .unrecognizedName)
            case .noServerCertificate: Row(.unavailable, alert: .internalError)
            case .tlsVersionOutOfRange: Row(.peerNotAllowed)
            case .noCommonAlgorithm: Row(.peerNotAllowed)
            case .clientCertificateMissing: Row(.peerNotAllowed)
            case .clientCertificateExpired: Row(.peerNotAllowed)
            case .clientCertificateNotYetValid: Row(.peerNotAllowed)
            case .clientCertificateUnknownIssuer: Row(.peerNotAllowed)
            case .clientCertificateUnfit: Row(.peerNotAllowed)
            case .clientCertificateForged: Row(.peerMisbehaved)
            case .serverCertificateRefused: Row(.peerNotAllowed)
            case .handshakeFailed: Row(.peerMisbehaved)
            case .handshakeTimedOut: Row(.peerMisbehaved)
            case .handshakeAbandoned: Row(.peerMisbehaved)
            case .connectTimedOut: Row(.peerMisbehaved)
            case .connectAbandoned: Row(.peerMisbehaved)
            // [MQTT-3.1.0-1]
            case .connectMissing: Row(.peerMisbehaved)
            // [MQTT-3.1.4-1]
            case .connectMalformed: Row(.peerMisbehaved, connack: .malformedPacket)
            case .connectProtocolError: Row(.peerMisbehaved, connack: .protocolError)
            // Its version is not read any more, so no CONNACK would have a form.
            case .connectTooLarge: Row(.peerMisbehaved)
            // [MQTT-3.1.2-2]
            case .protocolVersionUnknown: Row(.peerNotAllowed, connack: .unsupportedProtocolVersion)
            case .anonymousNotAllowed: Row(.peerNotAllowed, connack: .notAuthorized)
            case .passwordNotChecked: Row(.peerNotAllowed, connack: .badUserNameOrPassword)
            case .certificateExpired: Row(.peerNotAllowed, connack: .notAuthorized)
            case .issuerUnregistered: Row(.peerNotAllowed, connack: .notAuthorized)
            // [MQTT-3.1.3-8]
            case .clientIdentifierMissing: Row(.peerNotAllowed, connack: .clientIdentifierNotValid)
            case .clientIdentifierMismatch: Row(.peerNotAllowed, connack: .clientIdentifierNotValid)
            }
        }
    }
}
