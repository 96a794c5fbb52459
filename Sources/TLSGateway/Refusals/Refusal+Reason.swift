import Credentials
import MQTTCodec
import OpenSSL

extension Refusal {
    /// A refusal without its facts; the raw value is its stable code: its word in the log, its label in the metrics, and
    /// what `sluice explain` calls it.
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
        case clientCertificateForged = "client_certificate_forged"
        case clientCertificateWrongPurpose = "client_certificate_wrong_purpose"
        case clientCertificateNotFromAuthority = "client_certificate_not_from_a_ca"
        case clientCertificatePathTooLong = "client_certificate_path_too_long"
        case clientCertificateNameNotPermitted = "client_certificate_name_not_permitted"
        case clientCertificateWeakKey = "client_certificate_weak_key"
        case clientCertificateWeakSignature = "client_certificate_weak_signature"
        case clientCertificateRevoked = "client_certificate_revoked"
        case clientCertificateRevocationUnknown = "client_certificate_revocation_unknown"
        case clientCertificateRevocationListMissing = "client_certificate_revocation_list_missing"
        case clientCertificateUnfit = "client_certificate_unfit"
        case serverCertificateRefused = "server_certificate_refused"
        case handshakeFailed = "handshake_failed"
        case handshakeTimedOut = "handshake_timed_out"
        case handshakeAbandoned = "handshake_abandoned"
        case upgradeMissing = "upgrade_missing"
        case upgradeMalformed = "upgrade_malformed"
        case upgradeTooLarge = "upgrade_too_large"
        case upgradePathUnknown = "upgrade_path_unknown"
        case upgradeVersionUnknown = "upgrade_version_unknown"
        case upgradeTimedOut = "upgrade_timed_out"
        case upgradeAbandoned = "upgrade_abandoned"
        case originNotAllowed = "origin_not_allowed"
        case subprotocolMissing = "subprotocol_missing"
        case framesMalformed = "websocket_frames_malformed"
        case connectTimedOut = "connect_timed_out"
        case connectAbandoned = "connect_abandoned"
        case connectMissing = "connect_missing"
        case connectMalformed = "connect_malformed"
        case connectProtocolError = "connect_protocol_error"
        case connectTooLarge = "connect_too_large"
        case protocolVersionUnknown = "protocol_version_unknown"
        case certificateExpired = "certificate_expired"
        case issuerUnregistered = "issuer_unregistered"
        case issuerGraceEnded = "issuer_grace_ended"
        case certificateOnRevocationList = "certificate_on_revocation_list"
        case revocationListOutdated = "revocation_list_outdated"
        case revocationListMissing = "revocation_list_missing"
        case certificateUnregistered = "certificate_unregistered"
        case certificateRespelt = "certificate_respelt"
        case certificateInactive = "certificate_inactive"
        case certificatePendingActivation = "certificate_pending_activation"
        case certificateRevoked = "certificate_revoked"
        case certificateBarred = "certificate_barred"
        case registrationRateExceeded = "registration_rate_exceeded"
        case registrationFailed = "registration_failed"
        case anonymousNotAllowed = "anonymous_not_allowed"
        case passwordMissing = "password_missing"
        case userUnknown = "user_unknown"
        case passwordWrong = "password_wrong"
        case userDisabled = "user_disabled"
        case passwordHashUnreadable = "password_hash_unreadable"
        case tokenMalformed = "token_malformed"
        case tokenForged = "token_forged"
        case tokenExpired = "token_expired"
        case tokenNotYetValid = "token_not_yet_valid"
        case tokenWithoutExpiry = "token_without_expiry"
        case tokenWrongIssuer = "token_wrong_issuer"
        case tokenWrongAudience = "token_wrong_audience"
        case tokenWithoutIdentity = "token_without_identity"
        case authenticationOverloaded = "authentication_overloaded"
        case authenticationTimedOut = "authentication_timed_out"
        case authenticationAbandoned = "authentication_abandoned"
        case clientIdentifierMissing = "client_id_missing"
        case clientIdentifierMismatch = "client_id_mismatch"
    }

    /// What the refusal is called: its row in the table.
    package var reason: Reason {
        switch self {
        case .sourceNotAllowed: .sourceNotAllowed
        case .sourceTooFast: .sourceTooFast
        case .tooManyHandshakes: .tooManyHandshakes
        case .tooManyConnections: .tooManyConnections
        case .shuttingDown: .shuttingDown
        case .outOfResources: .outOfResources
        case .notTLS: .notTLS
        case .helloMalformed: .helloMalformed
        case .serverNameUnknown: .serverNameUnknown
        case .serverNameMissing: .serverNameMissing
        case .serverNameUnusable: .serverNameUnusable
        case .serverNameRetired: .serverNameRetired
        case .noServerCertificate: .noServerCertificate
        case .tlsVersionOutOfRange: .tlsVersionOutOfRange
        case .noCommonAlgorithm: .noCommonAlgorithm
        case .clientCertificateMissing: .clientCertificateMissing
        case .clientCertificateRefused(let failure): Self.reason(of: failure)
        case .serverCertificateRefused: .serverCertificateRefused
        case .handshakeFailed: .handshakeFailed
        case .handshakeTimedOut: .handshakeTimedOut
        case .handshakeAbandoned: .handshakeAbandoned
        case .upgradeRefused(let failure): Self.reason(of: failure)
        case .upgradeTimedOut: .upgradeTimedOut
        case .upgradeAbandoned: .upgradeAbandoned
        case .framesMalformed: .framesMalformed
        case .connectTimedOut: .connectTimedOut
        case .connectAbandoned: .connectAbandoned
        case .connectMissing: .connectMissing
        case .connectMalformed(let error):
            error.reasonCode == .protocolError ? .connectProtocolError : .connectMalformed
        case .connectTooLarge: .connectTooLarge
        case .protocolVersionUnknown: .protocolVersionUnknown
        case .certificateExpired: .certificateExpired
        case .issuerUnregistered: .issuerUnregistered
        case .issuerGraceEnded: .issuerGraceEnded
        case .certificateWithdrawn(.revocationListStale): .revocationListOutdated
        case .certificateWithdrawn(.revocationListMissing): .revocationListMissing
        case .certificateWithdrawn: .certificateOnRevocationList
        case .certificateUnregistered: .certificateUnregistered
        case .certificateRespelt: .certificateRespelt
        case .certificateInactive: .certificateInactive
        case .certificatePendingActivation: .certificatePendingActivation
        case .certificateRevoked: .certificateRevoked
        case .certificateBarred: .certificateBarred
        case .registrationRateExceeded: .registrationRateExceeded
        case .registrationFailed: .registrationFailed
        case .anonymousNotAllowed: .anonymousNotAllowed
        case .passwordMissing: .passwordMissing
        case .userUnknown: .userUnknown
        case .passwordWrong: .passwordWrong
        case .userDisabled: .userDisabled
        case .passwordHashUnreadable: .passwordHashUnreadable
        case .tokenRefused(let failure): Self.reason(of: failure)
        case .authenticationOverloaded: .authenticationOverloaded
        case .authenticationTimedOut: .authenticationTimedOut
        case .authenticationAbandoned: .authenticationAbandoned
        case .clientIdentifierMissing: .clientIdentifierMissing
        case .clientIdentifierMismatch: .clientIdentifierMismatch
        }
    }

    private static func reason(of failure: ChainFailure) -> Reason {
        switch failure {
        case .unknownIssuer: .clientCertificateUnknownIssuer
        case .badSignature: .clientCertificateForged
        case .expired: .clientCertificateExpired
        case .notYetValid: .clientCertificateNotYetValid
        case .wrongPurpose: .clientCertificateWrongPurpose
        case .notAnAuthority: .clientCertificateNotFromAuthority
        case .pathLengthExceeded: .clientCertificatePathTooLong
        case .nameConstraintsViolated: .clientCertificateNameNotPermitted
        case .weakKey: .clientCertificateWeakKey
        case .weakSignature: .clientCertificateWeakSignature
        case .revoked: .clientCertificateRevoked
        case .revocationListStale: .clientCertificateRevocationUnknown
        case .revocationListMissing: .clientCertificateRevocationListMissing
        case .unusableExtension, .tooManyPaths, .other: .clientCertificateUnfit
        }
    }

    private static func reason(of failure: JWTFailure) -> Reason {
        switch failure {
        case .tooLong, .malformed, .criticalHeader: .tokenMalformed
        case .unsupportedAlgorithm, .unknownKey, .badSignature: .tokenForged
        case .expired: .tokenExpired
        case .expiryMissing: .tokenWithoutExpiry
        case .notYetValid, .issuedInFuture: .tokenNotYetValid
        case .wrongIssuer: .tokenWrongIssuer
        case .wrongAudience: .tokenWrongAudience
        case .claimMissing, .claimUnusable: .tokenWithoutIdentity
        }
    }
}
