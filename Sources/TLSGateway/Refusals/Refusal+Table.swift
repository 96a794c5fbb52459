package import MQTTCodec
package import OpenSSL

extension Refusal {
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

    /// Alerts by which a client says that it does not trust the certificate it was shown.
    static let certificateAlerts: Set<TLSAlert> = [
        .badCertificate, .unsupportedCertificate, .certificateRevoked, .certificateExpired, .certificateUnknown,
        .unknownCA,
    ]

    /// Those of them after which a client is shown the superseded chain on its next handshake: the alerts of one that
    /// does not know the new chain's CA.
    static let unknownChainAlerts: Set<TLSAlert> = [.badCertificate, .certificateUnknown, .unknownCA]
}

extension Refusal.Reason {
    /// The table: every refusal to its fault and its answer on the wire.
    package var row: Refusal.Row {
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
        case .clientCertificateForged: Row(.peerMisbehaved)
        case .clientCertificateWrongPurpose: Row(.peerNotAllowed)
        case .clientCertificateNotFromAuthority: Row(.peerNotAllowed)
        case .clientCertificatePathTooLong: Row(.peerNotAllowed)
        case .clientCertificateNameNotPermitted: Row(.peerNotAllowed)
        case .clientCertificateWeakKey: Row(.peerNotAllowed)
        case .clientCertificateWeakSignature: Row(.peerNotAllowed)
        case .clientCertificateRevoked: Row(.peerNotAllowed)
        case .clientCertificateRevocationUnknown: Row(.unavailable)
        case .clientCertificateRevocationListMissing: Row(.unavailable)
        case .clientCertificateUnfit: Row(.peerNotAllowed)
        case .serverCertificateRefused: Row(.peerNotAllowed)
        case .handshakeFailed: Row(.peerMisbehaved)
        case .handshakeTimedOut: Row(.peerMisbehaved)
        case .handshakeAbandoned: Row(.peerMisbehaved)
        // HTTP says it, and the code of a Close frame: `upgradeAnswer`, `closeCode`.
        case .upgradeMissing: Row(.peerMisbehaved)
        case .upgradeMalformed: Row(.peerMisbehaved)
        case .upgradeTooLarge: Row(.peerMisbehaved)
        case .upgradePathUnknown: Row(.peerMisbehaved)
        case .upgradeVersionUnknown: Row(.peerMisbehaved)
        case .upgradeTimedOut: Row(.peerMisbehaved)
        case .upgradeAbandoned: Row(.peerMisbehaved)
        case .originNotAllowed: Row(.peerNotAllowed)
        case .subprotocolMissing: Row(.peerMisbehaved)
        case .framesMalformed: Row(.peerMisbehaved)
        case .connectTimedOut: Row(.peerMisbehaved)
        case .connectAbandoned: Row(.peerMisbehaved)
        // [MQTT-3.1.0-1]
        case .connectMissing: Row(.peerMisbehaved)
        // [MQTT-3.1.4-1]
        case .connectMalformed: Row(.peerMisbehaved, connack: .malformedPacket)
        case .connectProtocolError: Row(.peerMisbehaved, connack: .protocolError)
        // Its version is not read any more, so no CONNACK would have a form.
        case .connectTooLarge: Row(.peerMisbehaved)
        // [MQTT-3.1.2-2] MQTT 3.1.1 [MQTT-3.1.2-2]
        case .protocolVersionUnknown: Row(.peerNotAllowed, connack: .unsupportedProtocolVersion)
        case .certificateExpired: Row(.peerNotAllowed, connack: .notAuthorized)
        case .issuerUnregistered: Row(.peerNotAllowed, connack: .notAuthorized)
        case .issuerGraceEnded: Row(.peerNotAllowed, connack: .notAuthorized)
        case .certificateOnRevocationList: Row(.peerNotAllowed, connack: .notAuthorized)
        case .revocationListOutdated: Row(.unavailable, connack: .serverUnavailable)
        case .revocationListMissing: Row(.unavailable, connack: .serverUnavailable)
        case .certificateUnregistered: Row(.peerNotAllowed, connack: .notAuthorized)
        case .certificateRespelt: Row(.peerNotAllowed, connack: .notAuthorized)
        case .certificateInactive: Row(.peerNotAllowed, connack: .notAuthorized)
        case .certificatePendingActivation: Row(.peerNotAllowed, connack: .notAuthorized)
        case .certificateRevoked: Row(.peerNotAllowed, connack: .notAuthorized)
        case .certificateBarred: Row(.peerNotAllowed, connack: .notAuthorized)
        case .registrationRateExceeded: Row(.unavailable, connack: .connectionRateExceeded)
        case .registrationFailed: Row(.unavailable, connack: .serverUnavailable)
        // [MQTT-3.1.4-2]
        case .anonymousNotAllowed: Row(.peerNotAllowed, connack: .notAuthorized)
        // One code for all three, so that nobody learns which names exist.
        case .passwordMissing: Row(.peerNotAllowed, connack: .badUserNameOrPassword)
        case .userUnknown: Row(.peerNotAllowed, connack: .badUserNameOrPassword)
        case .passwordWrong: Row(.peerNotAllowed, connack: .badUserNameOrPassword)
        case .userDisabled: Row(.peerNotAllowed, connack: .notAuthorized)
        case .passwordHashUnreadable: Row(.unavailable, connack: .serverUnavailable)
        // A token that nobody signed is a wrong password; one that does not hold here or now is a right one.
        case .tokenMalformed: Row(.peerNotAllowed, connack: .badUserNameOrPassword)
        case .tokenForged: Row(.peerNotAllowed, connack: .badUserNameOrPassword)
        case .tokenExpired: Row(.peerNotAllowed, connack: .notAuthorized)
        case .tokenNotYetValid: Row(.peerNotAllowed, connack: .notAuthorized)
        case .tokenWithoutExpiry: Row(.peerNotAllowed, connack: .notAuthorized)
        case .tokenWrongIssuer: Row(.peerNotAllowed, connack: .notAuthorized)
        case .tokenWrongAudience: Row(.peerNotAllowed, connack: .notAuthorized)
        case .tokenWithoutIdentity: Row(.peerNotAllowed, connack: .notAuthorized)
        // MQTT 5.0 § 3.2.2.2: "The Server is busy. Try again later."
        case .authenticationOverloaded: Row(.unavailable, connack: .serverBusy)
        case .authenticationTimedOut: Row(.unavailable, connack: .serverUnavailable)
        case .authenticationAbandoned: Row(.peerMisbehaved)
        // [MQTT-3.1.3-8]
        case .clientIdentifierMissing: Row(.peerNotAllowed, connack: .clientIdentifierNotValid)
        case .clientIdentifierMismatch: Row(.peerNotAllowed, connack: .clientIdentifierNotValid)
        }
    }

    private typealias Row = Refusal.Row
}
