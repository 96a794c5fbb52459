import OpenSSL

/// How strong the key of a certificate must be (NIST SP 800-57 part 1 § 5.6.1: 112 bits of security).
enum KeyStrength {
    /// The least modulus of an RSA key, in bits.
    static let minimumRSABits = ChainRules.minimumRSABits
    /// The least size of an elliptic curve, in bits.
    static let minimumECBits = ChainRules.minimumECBits

    /// Throws `CredentialsError.weakKey` or `.unsupportedKey`.
    static func check(_ facts: CertificateFacts) throws(CredentialsError) {
        switch facts.keyKind {
        case .rsa(let bits) where bits < minimumRSABits:
            throw .weakKey(
                subject: facts.subject,
                found: facts.keyKind,
                needed: "RSA of \(minimumRSABits) bits or more"
            )
        case .ec(_, let bits) where bits < minimumECBits:
            throw .weakKey(subject: facts.subject, found: facts.keyKind, needed: "EC of \(minimumECBits) bits or more")
        case .rsa, .ec, .ed25519:
            return
        case .ed448, .other:
            throw .unsupportedKey(subject: facts.subject, found: facts.keyKind)
        }
    }
}
