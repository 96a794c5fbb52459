package import FoundationEssentials

/// What a certificate says, as plain values.
package struct CertificateFacts: Sendable, Hashable {
    /// SHA-256 over the DER, 32 bytes: the certificate's identity.
    package let fingerprint: [UInt8]
    /// The serial number, lower-case hexadecimal without leading zeros ("0" for zero, "-…" for a negative one).
    package let serialHex: String
    /// RFC 2253 text of the subject; "" when empty.
    package let subject: String
    /// RFC 2253 text of the issuer.
    package let issuer: String
    /// DER of the subject's name.
    package let subjectDER: [UInt8]
    /// DER of the issuer's name.
    package let issuerDER: [UInt8]
    /// The first CN of the subject.
    package let commonName: String?
    /// The first OU of the subject.
    package let organizationalUnit: String?
    /// The DNS names of the subject alternative name, as they stand there; names that are not ASCII are left out.
    package let dnsNames: [String]
    /// First second of validity.
    package let notBefore: Date
    /// End of validity: from this second on OpenSSL counts it as expired.
    package let notAfter: Date
    /// The public key.
    package let keyKind: KeyKind
    /// A CA by basic constraints, or an old version 1 root.
    package let isCA: Bool
    /// The path length of the basic constraints, if limited.
    package let pathLength: Int?
    /// Issued by its own subject and key.
    package let isSelfSigned: Bool
    /// The key usages, nil when the extension is absent: everything is allowed then.
    package let keyUsages: KeyUsages?
    /// The extended key usages as names ("clientAuth") or dotted identifiers, nil when the extension is absent.
    package let extendedKeyUsages: [String]?
    /// May authenticate a client: no extended key usage at all, or clientAuth (or any) among them.
    package let allowsClientAuthentication: Bool
    /// May authenticate a server: no extended key usage at all, or serverAuth (or any) among them.
    package let allowsServerAuthentication: Bool
    /// The digest of the signature, such as "SHA256"; nil where the algorithm has none of its own (Ed25519).
    package let signatureDigest: String?
    /// The key identifier that issued certificates point to.
    package let subjectKeyIdentifier: [UInt8]?
    /// The key identifier of the issuer.
    package let authorityKeyIdentifier: [UInt8]?
}

/// The bits of the key usage extension (RFC 5280 § 4.2.1.3).
package struct KeyUsages: OptionSet, Sendable, Hashable {
    package let rawValue: UInt32

    package init(rawValue: UInt32) {
        self.rawValue = rawValue
    }

    package static let digitalSignature = KeyUsages(rawValue: 0x0080)
    package static let nonRepudiation = KeyUsages(rawValue: 0x0040)
    package static let keyEncipherment = KeyUsages(rawValue: 0x0020)
    package static let dataEncipherment = KeyUsages(rawValue: 0x0010)
    package static let keyAgreement = KeyUsages(rawValue: 0x0008)
    package static let keyCertSign = KeyUsages(rawValue: 0x0004)
    package static let crlSign = KeyUsages(rawValue: 0x0002)
}
