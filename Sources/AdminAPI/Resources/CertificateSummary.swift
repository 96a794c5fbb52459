package import Foundation
package import Registry

/// The facts of a certificate that every kind of certificate shows, whose JSON members stand in the enclosing object.
package struct CertificateSummary: Codable, Hashable, Sendable {
    /// SHA-256 of the DER, 64 hexadecimal digits.
    package var fingerprint: String
    /// The serial number, lower-case hexadecimal.
    package var serial: String
    package var subject: String
    package var issuer: String
    package var commonName: String?
    package var organizationalUnit: String?
    /// Such as `EC prime256v1` or `RSA 2048`.
    package var key: String
    package var notBefore: Date
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
