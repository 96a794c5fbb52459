package import Foundation
package import Registry

/// The facts of a certificate that every kind of certificate shows, whose JSON members stand in the enclosing object.
package struct CertificateSummary: Codable, Hashable, Sendable {
    /// SHA-256 of the DER, 64 hexadecimal digits.
    package var fingerprint: String
    /// The serial number, lower-case hexadecimal.
    package var serial: String
    /// The subject as RFC 2253 text.
    package var subject: String
    /// The issuer as RFC 2253 text.
    package var issuer: String
    /// The subject's common name.
    package var commonName: String?
    /// The subject's organizational unit.
    package var organizationalUnit: String?
    /// Such as `EC prime256v1` or `RSA 2048`.
    package var key: String
    /// The first second of validity.
    package var notBefore: Date
    /// The last second of validity.
    package var notAfter: Date
    /// `valid`, `expiring`, `expired` or `not_yet_valid`.
    package var validity: String

    package init(_ certificate: CertificateDescription, at now: Date) {
        fingerprint = certificate.fingerprint.hex
        serial = certificate.serial.hex
        subject = certificate.subject
        issuer = certificate.issuer
        commonName = certificate.commonName
        organizationalUnit = certificate.organizationalUnit
        key = certificate.key.description
        notBefore = certificate.notBefore
        notAfter = certificate.notAfter
        validity = certificate.validity(at: now).rawValue
    }
}
