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
    /// The issuing CA's revocation list, which is kept in that file, was never read, and the CA's setting is to let nobody in
    /// then.
    case revocationListMissing(subject: String, authority: String, file: String, depth: Int = 0)
    /// What the device sent would take more attempts than are spent on one handshake.
    case tooManyPaths(tried: Int)
    /// OpenSSL refused the chain for another reason.
    case other(subject: String, code: Int32, reason: String, depth: Int = 0)
}
