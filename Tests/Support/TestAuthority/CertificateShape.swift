package import FoundationEssentials

/// What a forged certificate looks like. The defaults give what a tidy CA would issue.
package struct CertificateShape: Sendable {
    /// Basic constraints to write.
    package enum Constraints: Sendable {
        case absent
        case leaf
        case authority(pathLength: Int?)
    }

    /// Key usage bits to write.
    package enum KeyUse: Sendable, Hashable {
        case digitalSignature, nonRepudiation, keyEncipherment, dataEncipherment, keyCertSign, crlSign
    }

    /// Extended key usages to write.
    package enum Purpose: Sendable, Hashable {
        case clientAuth, serverAuth, codeSigning, ocspSigning
    }

    package var organizationalUnit: String?
    package var notBefore = Date(timeIntervalSinceNow: -3600)
    package var notAfter = Date(timeIntervalSinceNow: 30 * 86_400)
    package var constraints = Constraints.leaf
    /// Nil: no key usage extension.
    package var keyUses: Set<KeyUse>? = [.digitalSignature]
    /// Nil: no extended key usage extension.
    package var purposes: [Purpose]?
    package var dnsNames: [String] = []
    package var permittedDNSNames: [String] = []
    package var excludedDNSNames: [String] = []
    package var hasSubjectKeyIdentifier = true
    package var hasAuthorityKeyIdentifier = true
    /// Writes an authority key identifier that belongs to no key at all.
    package var hasWrongAuthorityKeyIdentifier = false
    /// Writes a critical extension that nobody knows.
    package var hasUnknownCriticalExtension = false
    /// Signs with SHA-1; the issuer's key must be RSA.
    package var isSignedWithSHA1 = false
    /// Nil: random.
    package var serialNumber: [UInt8]?
    package var key = TestKey.Kind.p256

    package init() {}

    /// A client's leaf.
    package static var client: CertificateShape {
        var shape = CertificateShape()
        shape.purposes = [.clientAuth]
        return shape
    }

    /// A server's leaf with these names.
    package static func server(_ dnsNames: String...) -> CertificateShape {
        var shape = CertificateShape()
        shape.purposes = [.serverAuth]
        shape.dnsNames = dnsNames
        return shape
    }

    /// A CA certificate.
    package static var authority: CertificateShape {
        var shape = CertificateShape()
        shape.constraints = .authority(pathLength: nil)
        shape.keyUses = [.keyCertSign, .crlSign]
        return shape
    }

    /// A CA certificate without any key identifier, as bare openssl commands make it.
    package static var bareAuthority: CertificateShape {
        var shape = authority
        shape.hasSubjectKeyIdentifier = false
        shape.hasAuthorityKeyIdentifier = false
        return shape
    }

    /// The same with one thing changed.
    package func with(_ change: (inout CertificateShape) -> Void) -> CertificateShape {
        var shape = self
        change(&shape)
        return shape
    }
}
