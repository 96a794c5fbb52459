package import Foundation
import OpenSSL
package import Registry

/// Who a client has proved to be.
package enum DeviceIdentity: Hashable, Sendable {
    /// Nobody: a client without a user name, where such are allowed.
    case anonymous
    /// The holder of a certificate's key.
    case certificate(DeviceCertificate)

    /// The certificate, if one was shown.
    package var certificate: DeviceCertificate? {
        if case .certificate(let certificate) = self { certificate } else { nil }
    }
}

/// What a verified client certificate says, and the CA that vouches for it.
package struct DeviceCertificate: Hashable, Sendable {
    /// SHA-256 over the certificate.
    package let fingerprint: Fingerprint
    /// The registered CA that its chain ends at.
    package let authority: Fingerprint
    /// The first CN of the subject.
    package let commonName: String?
    /// The first OU of the subject.
    package let organizationalUnit: String?
    /// The last moment at which the certificate is valid.
    package let notAfter: Date
}

extension DeviceCertificate {
    /// A certificate whose CA has been found to stand.
    init?(_ facts: CertificateFacts, authority: Fingerprint) {
        // Invariant: a SHA-256 has the length of a fingerprint.
        guard let fingerprint = try? Fingerprint(facts.fingerprint) else { return nil }
        self.init(
            fingerprint: fingerprint,
            authority: authority,
            commonName: facts.commonName,
            organizationalUnit: facts.organizationalUnit,
            notAfter: facts.notAfter
        )
    }
}
