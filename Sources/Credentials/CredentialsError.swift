package import FoundationEssentials
package import OpenSSL
package import Registry

/// Why a certificate, a key or the key that encrypts keys cannot be used; each case carries what was compared.
///
/// No case carries PEM text or key bytes.
package enum CredentialsError: Error, Hashable, Sendable {
    // Uploads.

    /// More bytes than are read.
    case tooLarge(Upload, bytes: Int, limit: Int)
    /// No PEM or DER of what is needed.
    case unreadable(Upload, OpenSSLError)
    /// A longer chain than is served.
    case tooManyCertificates(found: Int, limit: Int)
    /// No certificate bears the private key's public half.
    case keyMatchesNothing(subjects: [String])
    /// A certificate that issued none of the others.
    case unrelatedCertificate(subject: String, leaf: String)
    /// A certificate that bears the issuer's name, but whose key did not sign.
    case notSignedBy(subject: String, issuer: String)
    /// Past its end of validity.
    case expired(subject: String, notAfter: Date, now: Date)
    /// Extended key usages without serverAuth.
    case wrongPurpose(subject: String, found: [String])
    /// A key that is too short.
    case weakKey(subject: String, found: KeyKind, needed: String)
    /// A kind of key that nothing is served with.
    case unsupportedKey(subject: String, found: KeyKind)
    /// A server certificate without a DNS name.
    case noDomainName(subject: String, unusable: [String])
    /// One name cannot stand for several certificates.
    case oneNameForMany(ObjectName, certificates: Int)
    /// A fact that the registry cannot hold.
    case unreadableFacts(subject: String, RegistryError)

    // The master key.

    /// No place that was looked at has it.
    case masterKeyMissing(lookedFor: [String])
    /// Its file cannot be opened, read or written.
    case masterKeyInaccessible(path: String, call: String, errno: Int32)
    /// Its file is open to others.
    case masterKeyPermissions(path: String, found: UInt16)
    /// Its place holds something else.
    case masterKeyFormat(source: String, bytes: Int)
    /// A new one would overwrite it.
    case masterKeyExists(path: String)
    /// OpenSSL cannot make one, or seal with it.
    case masterKeyUnavailable(OpenSSLError)

    // Hosted certificates, when they are to be served.

    /// The stored key needs another master key.
    case sealedUnderAnotherKey(certificate: Fingerprint, sealedUnder: MasterKeyID, have: MasterKeyID)
    /// The stored key was changed, cut short, or belongs to another certificate.
    case sealedKeyDamaged(certificate: Fingerprint)
    /// OpenSSL refuses a stored certificate with its key.
    case unusableCertificate(ServerCertificateSlot, certificate: Fingerprint, OpenSSLError)
    /// OpenSSL refuses to serve the certificates of one name.
    case unusableCertificates(SlotGroup, OpenSSLError)
    /// OpenSSL refuses a stored CA.
    case unusableCA(Fingerprint, OpenSSLError)
    /// A stored revocation list cannot be read any more.
    case unusableRevocationList(authority: String, RevocationListError)
    /// OpenSSL has no memory or providers left.
    case openSSLUnavailable(OpenSSLError)

    /// What was uploaded.
    package enum Upload: String, Hashable, Sendable {
        /// A leaf and its intermediates.
        case chain = "certificate chain"
        /// A leaf's key.
        case key = "private key"
        /// CA certificates.
        case authorities = "CA bundle"
    }
}

extension CredentialsError: CustomStringConvertible {
    /// What was found, what was needed, what to do.
    package var description: String {
        switch self {
        case .tooLarge(let upload, let bytes, let limit):
            "The \(upload.rawValue) has \(bytes) bytes, \(limit) are allowed. Leave out what is not needed."
        case .unreadable(let upload, let error):
            "The \(upload.rawValue) cannot be read: \(error)"
        case .tooManyCertificates(let found, let limit):
            "The chain has \(found) certificates, \(limit) are allowed. Leave out roots and unrelated certificates."
        case .keyMatchesNothing(let subjects):
            "The private key belongs to none of the certificates (\(subjects.joined(separator: "; "))). "
                + "Give the key that the certificate's request was made with."
        case .unrelatedCertificate(let subject, let leaf):
            "The certificate of \(subject) is no issuer in the chain of \(leaf). Leave it out."
        case .notSignedBy(let subject, let issuer):
            "The certificate of \(subject) is not signed by the certificate of \(issuer) that comes with it. "
                + "Give the intermediate that really issued it."
        case .expired(let subject, let notAfter, let now):
            "The certificate of \(subject) expired at \(notAfter.timestamp), it is \(now.timestamp). Give a renewed one."
        case .wrongPurpose(let subject, let found):
            "The certificate of \(subject) is for \(found.joined(separator: ", ")), serverAuth (or no extended key usage) "
                + "is needed. Have it issued for serverAuth."
        case .weakKey(let subject, let found, let needed):
            "The certificate of \(subject) has a key of \(found), \(needed) is needed. Make a new key and certificate."
        case .unsupportedKey(let subject, let found):
            "The certificate of \(subject) has a key of \(found), RSA, EC or Ed25519 is needed."
        case .noDomainName(let subject, let unusable) where unusable.isEmpty:
            "The certificate of \(subject) carries no DNS name, at least one is needed. "
                + "Have it issued with a DNS name in its subjectAltName."
        case .noDomainName(let subject, let unusable):
            "The certificate of \(subject) carries no DNS name that clients can ask for "
                + "(found \(unusable.prefix(3).map { "\"\($0.quotable)\"" }.joined(separator: ", "))), at least one is needed. "
                + "Have it issued with a DNS name in its subjectAltName."
        case .oneNameForMany(let name, let certificates):
            "The name \"\(name)\" was given for \(certificates) certificates. Register them without a name, or one by one."
        case .unreadableFacts(let subject, let error):
            "The certificate of \(subject) cannot be registered: \(error)"
        case .masterKeyMissing(let places):
            "The key that encrypts hosted keys was not found; looked for \(places.joined(separator: ", ")). "
                + "Make one: sluice init, or give its place as keyEncryption."
        case .masterKeyInaccessible(let path, let call, let errno):
            "\(path): \(call) failed: \(SystemWords.message(for: errno)). Check that the file exists and who owns it."
        case .masterKeyPermissions(let path, let found):
            "\(path) has mode 0\(String(found, radix: 8)), 0600 is needed: it holds a key. Do: chmod 0600 '\(path)'"
        case .masterKeyFormat(let source, let bytes):
            "\(source) holds \(bytes) bytes, a key of 32 bytes is needed: raw, in base64, or as 64 hexadecimal digits. "
                + "Make one: openssl rand -base64 32"
        case .masterKeyExists(let path):
            "\(path) exists already and is left as it is: keys may be sealed under it. Move it away first."
        case .masterKeyUnavailable(let error):
            "No key could be made: \(error)"
        case .sealedUnderAnotherKey(let certificate, let sealedUnder, let have):
            "The private key of certificate \(certificate.short) was sealed under master key \(sealedUnder), "
                + "this one is \(have). Give the right one as keyEncryption, or upload the certificate again."
        case .sealedKeyDamaged(let certificate):
            "The stored private key of certificate \(certificate.short) is damaged. "
                + "Restore a backup, or upload the certificate again."
        case .unusableCertificate(let slot, let certificate, let error):
            "Certificate \(certificate.short) in slot \(slot) cannot be served: \(error)"
        case .unusableCertificates(let group, let error):
            "The certificates of \(group) cannot be served: \(error)"
        case .unusableCA(let fingerprint, let error):
            "CA \(fingerprint.short) cannot be used as a trust anchor: \(error)"
        case .unusableRevocationList(let authority, let error):
            "The revocation list of CA \(authority.quotable) cannot be used: \(error)"
        case .openSSLUnavailable(let error):
            "OpenSSL gives no library context: \(error)"
        }
    }
}
