package import Foundation
import OpenSSL
package import Registry

/// Who a client has proved to be.
package enum DeviceIdentity: Hashable, Sendable {
    /// Nobody: a client without a user name, where such are allowed.
    case anonymous
    /// A user, by password.
    case user(String)
    /// The holder of a token, by the name that the token gives.
    case token(user: String)
    /// The holder of a certificate's key.
    case certificate(DeviceCertificate)

    /// The certificate, if one was shown.
    package var certificate: DeviceCertificate? {
        if case .certificate(let certificate) = self { certificate } else { nil }
    }

    /// The user name that was proved; a name that a CONNECT merely states is none.
    package var userName: String? {
        switch self {
        case .user(let name), .token(let name): name
        case .anonymous, .certificate: nil
        }
    }
}

/// What a verified client certificate says, and the CA that vouches for it.
package struct DeviceCertificate: Hashable, Sendable {
    /// SHA-256 over the certificate.
    package let fingerprint: Fingerprint
    /// The registered CA that its chain ends at.
    package let authority: Fingerprint
    /// The serial number given by the issuer.
    package let serial: SerialNumber?
    /// The subject as RFC 2253 text.
    package let subject: String
    /// The first CN of the subject.
    package let commonName: String?
    /// The first OU of the subject.
    package let organizationalUnit: String?
    /// The last moment at which the certificate is valid.
    package let notAfter: Date
}

extension DeviceCertificate {
    /// A certificate whose CA has been found to stand.
    init(_ fingerprint: Fingerprint, _ facts: CertificateFacts, authority: Fingerprint) {
        self.init(
            fingerprint: fingerprint,
            authority: authority,
            serial: SerialNumber(hex: facts.serialHex),
            subject: facts.subject,
            commonName: facts.commonName,
            organizationalUnit: facts.organizationalUnit,
            notAfter: facts.notAfter
        )
    }
}
