import Credentials
import MQTTCodec
import OpenSSL

extension Refusal {
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
        case .connectTimedOut: .connectTimedOut
        case .connectAbandoned: .connectAbandoned
        case .connectMissing: .connectMissing
        case .connectMalformed(let error):
            error.reasonCode == .protocolError ? .connectProtocolError : .connectMalformed
        case .connectTooLarge: .connectTooLarge
        case .protocolVersionUnknown: .protocolVersionUnknown
        case .anonymousNotAllowed: .anonymousNotAllowed
        case .passwordNotChecked: .passwordNotChecked
        case .certificateExpired: .certificateExpired
        case .issuerUnregistered: .issuerUnregistered
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
        case .wrongPurpose, .notAnAuthority, .pathLengthExceeded, .nameConstraintsViolated, .weakKey, .weakSignature,
            .unusableExtension, .revoked, .revocationListStale, .tooManyPaths, .other:
            .clientCertificateUnfit
        }
    }
}

extension Refusal {
    /// What a chain comes to that verified once and does not pass now.
    init(_ failure: DeviceChainFailure) {
        switch failure {
        case .chain(let failure): self = .clientCertificateRefused(failure)
        case .authorityNotActive(let fingerprint): self = .issuerUnregistered(fingerprint)
        case .expired(let validUntil, let now): self = .certificateExpired(validUntil: validUntil, now: now)
        }
    }

    /// What the end of a handshake comes to that libssl gave up.
    init(_ failure: TLSFailure) {
        switch failure {
        case .notTLS(let found): self = .notTLS(found: found)
        case .malformedHello(let defect): self = .helloMalformed(defect)
        case .chain(let failure): self = .clientCertificateRefused(failure)
        case .noCertificate: self = .clientCertificateMissing
        case .noSharedVersion(let offered, let allowed):
            self = .tlsVersionOutOfRange(offered: offered, allowed: allowed)
        case .noSharedCipher(let facts): self = .noCommonAlgorithm(facts: facts)
        case .peerAlert(let alert) where Self.certificateAlerts.contains(alert): self = .serverCertificateRefused(alert)
        case .truncated, .transport: self = .handshakeAbandoned
        case .peerAlert, .protocolViolation, .controlFlood, .refused, .untrustedServer: self = .handshakeFailed(failure)
        }
    }
}
