extension ChainFailure {
    /// A stable name for programs, such as `revoked`.
    package var code: String { row.code }

    /// The certificate at fault: 0 for the device's own, one more for each issuer above it; nil where it is no single
    /// one's.
    package var depth: Int? { row.depth }

    /// The subject of the certificate at fault; nil where it is no single one's.
    package var subject: String? { row.subject }

    private var row: (code: String, subject: String?, depth: Int?) {
        switch self {
        case .unknownIssuer(let subject, _, let depth): ("unknown-issuer", subject, depth)
        case .badSignature(let subject, _, let depth): ("bad-signature", subject, depth)
        case .expired(let subject, _, _, let depth): ("expired", subject, depth)
        case .notYetValid(let subject, _, _, let depth): ("not-yet-valid", subject, depth)
        case .wrongPurpose(let subject, _, let depth): ("wrong-purpose", subject, depth)
        case .notAnAuthority(let subject, let depth): ("not-an-authority", subject, depth)
        case .pathLengthExceeded(let subject, _, let depth): ("path-length-exceeded", subject, depth)
        case .nameConstraintsViolated(let subject, let depth): ("name-constraints-violated", subject, depth)
        case .weakKey(let subject, _, _, let depth): ("weak-key", subject, depth)
        case .weakSignature(let subject, _, let depth): ("weak-signature", subject, depth)
        case .unusableExtension(let subject, _, let depth): ("unusable-extension", subject, depth)
        case .revoked(let subject, _, _, _, let depth): ("revoked", subject, depth)
        case .revocationListStale(let subject, _, _, _, let depth): ("revocation-list-stale", subject, depth)
        case .revocationListMissing(let subject, _, _, let depth): ("revocation-list-missing", subject, depth)
        case .tooManyPaths: ("too-many-paths", nil, nil)
        case .other(let subject, _, _, let depth): ("refused-by-openssl", subject, depth)
        }
    }
}
