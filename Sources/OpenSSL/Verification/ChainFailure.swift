package import FoundationEssentials

/// Why a device's certificate chain is refused: the certificate that is at fault, and the values compared.
package enum ChainFailure: Error, Sendable, Hashable {
    /// No registered CA bears the issuer's name, and no intermediate that the device sent leads to one.
    case unknownIssuer(subject: String, issuer: String)
    /// A CA of the issuer's name is registered, but its key did not sign the certificate.
    case badSignature(subject: String, issuer: String)
    /// The certificate is past its end of validity.
    case expired(subject: String, notAfter: Date, now: Date)
    /// The certificate's validity has not begun.
    case notYetValid(subject: String, notBefore: Date, now: Date)
    /// The certificate has extended key usages, but clientAuth is not among them; or its key usage forbids signing.
    case wrongPurpose(subject: String, extendedKeyUsages: [String])
    /// A certificate in the middle of the chain is not a CA certificate, or its key usage forbids signing certificates.
    case notAnAuthority(subject: String)
    /// More intermediates follow than the CA's path length allows.
    case pathLengthExceeded(subject: String, allowed: Int)
    /// The certificate bears a name that its CA's name constraints exclude or do not permit.
    case nameConstraintsViolated(subject: String)
    /// The key is too short.
    case weakKey(subject: String, found: KeyKind, needed: String)
    /// The certificate is signed with a broken digest.
    case weakSignature(subject: String, digest: String)
    /// A critical extension is unknown, or an extension is malformed.
    case unusableExtension(subject: String, reason: String)
    /// What the device sent would take more attempts than are spent on one handshake.
    case tooManyPaths(tried: Int)
    /// OpenSSL refused the chain for another reason.
    case other(subject: String, code: Int32, reason: String)
}

extension ChainFailure: CustomStringConvertible {
    package var description: String {
        switch self {
        case .unknownIssuer(let subject, let issuer):
            "\(subject) is issued by \(issuer), which is not a registered CA. Register that CA, or send the intermediates."
        case .badSignature(let subject, let issuer):
            "\(subject) names \(issuer) as its issuer, but no registered CA of that name has signed it."
        case .expired(let subject, let notAfter, let now):
            "\(subject) was valid until \(utc(notAfter)), now is \(utc(now)). Renew it."
        case .notYetValid(let subject, let notBefore, let now):
            "\(subject) is valid from \(utc(notBefore)) on, now is \(utc(now)). Check the clocks."
        case .wrongPurpose(let subject, let usages) where usages.isEmpty:
            "The key usage of \(subject) does not allow signing a handshake. Issue it with digitalSignature."
        case .wrongPurpose(let subject, let usages):
            "\(subject) is for \(usages.joined(separator: ", ")); clientAuth is needed. Issue it for clientAuth."
        case .notAnAuthority(let subject):
            "\(subject) is no CA certificate, but has issued one of the chain."
        case .pathLengthExceeded(let subject, let allowed):
            "\(subject) allows \(allowed) intermediates below it, the chain has more."
        case .nameConstraintsViolated(let subject):
            "\(subject) bears a name that its CA's name constraints do not allow."
        case .weakKey(let subject, let found, let needed):
            "\(subject) has a key of \(found), \(needed) is needed. Issue it with a stronger key."
        case .weakSignature(let subject, let digest):
            "\(subject) is signed with \(digest), SHA-256 or better is needed. Issue it again."
        case .unusableExtension(let subject, let reason):
            "\(subject) has an extension that cannot be used: \(reason)."
        case .tooManyPaths(let tried):
            "No valid chain among the ways tried, \(tried) of which reach a registered CA. "
                + "Send the leaf and its own intermediates alone."
        case .other(let subject, let code, let reason):
            "\(subject) is refused: \(reason) (X509 error \(code))."
        }
    }

    private func utc(_ date: Date) -> String {
        date.formatted(.iso8601)
    }
}
