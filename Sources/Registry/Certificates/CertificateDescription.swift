package import struct Foundation.Date

/// What the registry knows about a certificate: checked facts, read off the DER once, at the edge.
package struct CertificateDescription: Hashable, Sendable {
    /// SHA-256 of the DER.
    package let fingerprint: Fingerprint
    /// The serial number given by the issuer.
    package let serial: SerialNumber
    /// The subject as RFC 2253 text.
    package let subject: String
    /// The issuer as RFC 2253 text.
    package let issuer: String
    /// The subject's common name, if it has one.
    package let commonName: String?
    /// The subject's organizational unit, if it has one.
    package let organizationalUnit: String?
    /// The names that the certificate may serve, by `CertificateNames`.
    package let names: [DomainName]
    /// Start of validity.
    package let notBefore: Date
    /// End of validity.
    package let notAfter: Date
    /// Kind and size of the public key.
    package let key: CertificateKey

    /// Gathers the facts of one certificate.
    package init(
        fingerprint: Fingerprint,
        serial: SerialNumber,
        subject: String,
        issuer: String,
        commonName: String?,
        organizationalUnit: String?,
        names: [DomainName],
        notBefore: Date,
        notAfter: Date,
        key: CertificateKey
    ) {
        self.fingerprint = fingerprint
        self.serial = serial
        self.subject = subject
        self.issuer = issuer
        self.commonName = commonName
        self.organizationalUnit = organizationalUnit
        self.names = names
        self.notBefore = notBefore
        self.notAfter = notAfter
        self.key = key
    }

    /// Where `now` lies in the certificate's life.
    package func validity(at now: Date) -> CertificateValidity {
        if now < notBefore { return .notYetValid }
        if now > notAfter { return .expired }
        return notAfter.timeIntervalSince(now) <= CertificateValidity.expiringWindow ? .expiring : .valid
    }
}

/// Where a moment lies in a certificate's life: computed, never stored.
package enum CertificateValidity: String, Hashable, Sendable {
    /// Before notBefore.
    case notYetValid = "not_yet_valid"
    /// Valid, with more than 30 days to go.
    case valid
    /// Valid, with at most 30 days to go.
    case expiring
    /// After notAfter (which itself still counts as valid, RFC 5280 § 4.1.2.5).
    case expired

    /// How long before its end a certificate counts as expiring: 30 days, in seconds.
    package static let expiringWindow: Double = 30 * 24 * 60 * 60
}
