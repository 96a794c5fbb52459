package import FoundationEssentials

/// Why a device's certificate chain is refused: the certificate that is at fault, where it stands in the chain (`depth`: 0
/// for the device's own, one more for each issuer above it), and the values compared.
package enum ChainFailure: Error, Sendable, Hashable {
    /// No registered CA bears the issuer's name, and no intermediate that the device sent leads to one.
    case unknownIssuer(subject: String, issuer: String, depth: Int = 0)
    /// A CA of the issuer's name is registered, but its key did not sign the certificate.
    case badSignature(subject: String, issuer: String, depth: Int = 0)
    /// The certificate is past its end of validity.
    case expired(subject: String, notAfter: Date, now: Date, depth: Int = 0)
    /// The certificate's validity has not begun.
    case notYetValid(subject: String, notBefore: Date, now: Date, depth: Int = 0)
    /// The certificate has extended key usages, but clientAuth is not among them; or its key usage forbids signing.
    case wrongPurpose(subject: String, extendedKeyUsages: [String], depth: Int = 0)
    /// A certificate in the middle of the chain is not a CA certificate, or its key usage forbids signing certificates.
    case notAnAuthority(subject: String, depth: Int = 0)
    /// More intermediates follow than the CA's path length allows.
    case pathLengthExceeded(subject: String, allowed: Int, depth: Int = 0)
    /// The certificate bears a name that its CA's name constraints exclude or do not permit.
    case nameConstraintsViolated(subject: String, depth: Int = 0)
    /// The key is too short.
    case weakKey(subject: String, found: KeyKind, needed: String, depth: Int = 0)
    /// The certificate is signed with a broken digest.
    case weakSignature(subject: String, digest: String, depth: Int = 0)
    /// A critical extension is unknown, or an extension is malformed.
    case unusableExtension(subject: String, reason: String, depth: Int = 0)
    /// The CA that issued the certificate has revoked it.
    case revoked(subject: String, serial: String, at: Date, reason: RevocationReason, depth: Int = 0)
    /// The issuing CA's revocation list is past its end, and the CA's setting is to let nobody in then.
    case revocationListStale(subject: String, authority: String, nextUpdate: Date, now: Date, depth: Int = 0)
    /// What the device sent would take more attempts than are spent on one handshake.
    case tooManyPaths(tried: Int)
    /// OpenSSL refused the chain for another reason.
    case other(subject: String, code: Int32, reason: String, depth: Int = 0)
}

extension ChainFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownIssuer(let subject, let issuer, _):
            "\(subject) is issued by \(issuer), which is not a registered CA. Register that CA, or send the intermediates."
        case .badSignature(let subject, let issuer, _):
            "\(subject) names \(issuer) as its issuer, but no registered CA of that name has signed it."
        case .expired(let subject, let notAfter, let now, _):
            "\(subject) was valid until \(utc(notAfter)), now is \(utc(now)). Renew it."
        case .notYetValid(let subject, let notBefore, let now, _):
            "\(subject) is valid from \(utc(notBefore)) on, now is \(utc(now)). Check the clocks."
        case .wrongPurpose(let subject, let usages, _) where usages.isEmpty:
            "The key usage of \(subject) does not allow signing a handshake. Issue it with digitalSignature."
        case .wrongPurpose(let subject, let usages, _):
            "\(subject) is for \(usages.joined(separator: ", ")); clientAuth is needed. Issue it for clientAuth."
        case .notAnAuthority(let subject, _):
            "\(subject) is no CA certificate, but has issued one of the chain."
        case .pathLengthExceeded(let subject, let allowed, _):
            "\(subject) allows \(allowed) intermediates below it, the chain has more."
        case .nameConstraintsViolated(let subject, _):
            "\(subject) bears a name that its CA's name constraints do not allow."
        case .weakKey(let subject, let found, let needed, _):
            "\(subject) has a key of \(found), \(needed) is needed. Issue it with a stronger key."
        case .weakSignature(let subject, let digest, _):
            "\(subject) is signed with \(digest), SHA-256 or better is needed. Issue it again."
        case .unusableExtension(let subject, let reason, _):
            "\(subject) has an extension that cannot be used: \(reason)."
        case .revoked(let subject, let serial, let date, let reason, _):
            "\(subject) (serial \(serial)) was revoked by its CA at \(utc(date)): \(reason). Give the device a new certificate."
        case .revocationListStale(let subject, let authority, let nextUpdate, let now, _):
            "\(subject) cannot be checked: the revocation list of \(authority) was good until \(utc(nextUpdate)), "
                + "now is \(utc(now)). Give the CA's newer list, or let its stale list pass (soft-fail)."
        case .tooManyPaths(let tried):
            "No valid chain among the ways tried, \(tried) of which reach a registered CA. "
                + "Send the leaf and its own intermediates alone."
        case .other(let subject, let code, let reason, _):
            "\(subject) is refused: \(reason) (X509 error \(code))."
        }
    }

    private func utc(_ date: Date) -> String {
        date.formatted(.iso8601)
    }
}
