package import struct FoundationEssentials.Date

/// A server certificate in the store: chain and sealed key. It serves nobody until it is bound to a slot.
package struct HostedCertificate: Hashable, Sendable {
    /// The name it was given; unique in the store, `nil` if it was given none.
    package let name: ObjectName?
    /// The leaf's facts.
    package let certificate: CertificateDescription
    /// DER of the leaf and its intermediates, leaf first.
    package let chain: [[UInt8]]
    /// The leaf's private key, encrypted at rest.
    package let sealedKey: SealedKey
    /// When it was uploaded.
    package let createdAt: Date
    /// The OCSP response that goes with it, if there is one.
    package let staple: OCSPStaple?
    /// Where it came from: one that was read from a watched file goes when it has been replaced and its grace period is over.
    package let source: MaterialSource

    /// Gathers what an upload has checked.
    package init(
        name: ObjectName?,
        certificate: CertificateDescription,
        chain: [[UInt8]],
        sealedKey: SealedKey,
        createdAt: Date,
        staple: OCSPStaple? = nil,
        source: MaterialSource = .upload
    ) {
        self.name = name
        self.certificate = certificate
        self.chain = chain
        self.sealedKey = sealedKey
        self.createdAt = createdAt
        self.staple = staple
        self.source = source
    }

    /// The leaf's fingerprint: the certificate's identity.
    package var fingerprint: Fingerprint { certificate.fingerprint }

    /// How people know it: its name, or the beginning of its fingerprint.
    package var label: String { name?.text ?? fingerprint.short }

    /// The same certificate with another OCSP response, or none.
    package func with(staple: OCSPStaple?) -> HostedCertificate {
        HostedCertificate(
            name: name,
            certificate: certificate,
            chain: chain,
            sealedKey: sealedKey,
            createdAt: createdAt,
            staple: staple,
            source: source
        )
    }
}
