import Credentials
import OpenSSL
import Registry

extension Refusal {
    /// What a chain comes to that verified once and does not pass now.
    init(_ failure: DeviceChainFailure) {
        switch failure {
        case .chain(let failure) where failure.isWithdrawal: self = .certificateWithdrawn(failure)
        case .chain(let failure): self = .clientCertificateRefused(failure)
        case .authorityNotActive(let fingerprint): self = .issuerUnregistered(fingerprint)
        case .graceEnded(let fingerprint, let until, let now):
            self = .issuerGraceEnded(fingerprint, until: until, now: now)
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

extension ChainFailure {
    /// Does a revocation list say so, which may change after the handshake?
    fileprivate var isWithdrawal: Bool {
        switch self {
        case .revoked, .revocationListStale, .revocationListMissing: true
        default: false
        }
    }
}
