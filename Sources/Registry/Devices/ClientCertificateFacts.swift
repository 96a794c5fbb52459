package import struct FoundationEssentials.Date

/// What is known of a client certificate: everything when it was uploaded or shown by its device, and little more than
/// the fingerprint when it came from a list of fingerprints.
package struct ClientCertificateFacts: Hashable, Sendable {
    /// SHA-256 of the DER: the certificate's identity.
    package let fingerprint: Fingerprint
    /// The serial number, unique only within its CA.
    package var serial: SerialNumber?
    /// The subject as RFC 2253 text.
    package var subject: String?
    /// The issuer as RFC 2253 text.
    package var issuer: String?
    /// The subject's common name.
    package var commonName: String?
    /// The subject's organizational unit.
    package var organizationalUnit: String?
    /// Start of validity.
    package var notBefore: Date?
    /// End of validity.
    package var notAfter: Date?
    /// Kind and size of the public key.
    package var key: CertificateKey?

    /// A certificate of which no more than the fingerprint is known; the rest is set afterwards.
    package init(fingerprint: Fingerprint) { self.fingerprint = fingerprint }

    /// Everything that was read off the certificate itself.
    package init(_ certificate: CertificateDescription) {
        fingerprint = certificate.fingerprint
        serial = certificate.serial
        subject = certificate.subject
        issuer = certificate.issuer
        commonName = certificate.commonName?.withoutNUL
        organizationalUnit = certificate.organizationalUnit?.withoutNUL
        notBefore = certificate.notBefore
        notAfter = certificate.notAfter
        key = certificate.key
    }

    /// Whether the certificate itself was never here, as after an import of fingerprints: every certificate has a subject,
    /// be it an empty one, and a list cannot tell it.
    package var isFromList: Bool { subject == nil }

    /// Where `now` lies in the certificate's life. An end that is not known counts as far away: the certificate itself
    /// decides in the handshake.
    package func validity(at now: Date) -> CertificateValidity {
        if let notBefore, now < notBefore { return .notYetValid }
        guard let notAfter else { return .valid }
        if now > notAfter { return .expired }
        return notAfter.timeIntervalSince(now) <= CertificateValidity.expiringWindow ? .expiring : .valid
    }

    /// How people know it: its common name, or the beginning of its fingerprint.
    package var label: String { commonName.map { "\($0.quotable) (\(fingerprint.short))" } ?? fingerprint.short }
}
