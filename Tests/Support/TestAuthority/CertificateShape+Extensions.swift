import SwiftASN1
import X509

extension CertificateShape {
    /// The extensions as they go into the certificate, in the order that openssl writes them.
    func extensions(
        for key: TestKey,
        issuer: Certificate?,
        issuerKey: TestKey
    ) throws -> [Certificate.Extension] {
        var list: [Certificate.Extension] = []
        switch constraints {
        case .absent: break
        case .leaf: list.append(try Certificate.Extension(BasicConstraints.notCertificateAuthority, critical: true))
        case .authority(let length):
            list.append(
                try Certificate.Extension(
                    BasicConstraints.isCertificateAuthority(maxPathLength: length),
                    critical: true
                )
            )
        }
        if let keyUses { list.append(try Certificate.Extension(usage(keyUses), critical: true)) }
        if let purposes {
            let usages = try ExtendedKeyUsage(purposes.map(\.usage))
            list.append(try Certificate.Extension(usages, critical: false))
        }
        if !dnsNames.isEmpty {
            list.append(
                try Certificate.Extension(SubjectAlternativeNames(dnsNames.map { .dnsName($0) }), critical: false)
            )
        }
        if !permittedDNSNames.isEmpty || !excludedDNSNames.isEmpty {
            let constraints = NameConstraints(
                permittedSubtrees: permittedDNSNames.map { .dnsName($0) },
                excludedSubtrees: excludedDNSNames.map { .dnsName($0) }
            )
            list.append(try Certificate.Extension(constraints, critical: true))
        }
        if hasSubjectKeyIdentifier {
            list.append(
                try Certificate.Extension(SubjectKeyIdentifier(hash: key.key.publicKey), critical: false)
            )
        }
        if hasWrongAuthorityKeyIdentifier {
            let nobody = AuthorityKeyIdentifier(keyIdentifier: ArraySlice([UInt8](repeating: 0xEE, count: 20)))
            list.append(try Certificate.Extension(nobody, critical: false))
        } else if hasAuthorityKeyIdentifier, issuer != nil {
            let identifier = SubjectKeyIdentifier(hash: issuerKey.key.publicKey).keyIdentifier
            list.append(
                try Certificate.Extension(AuthorityKeyIdentifier(keyIdentifier: identifier), critical: false)
            )
        }
        if hasUnknownCriticalExtension {
            // A private enterprise's number, and an ASN.1 NULL.
            list.append(Certificate.Extension(oid: [1, 3, 6, 1, 4, 1, 99999, 1], critical: true, value: [5, 0]))
        }
        return list
    }

    private func usage(_ uses: Set<KeyUse>) -> KeyUsage {
        KeyUsage(
            digitalSignature: uses.contains(.digitalSignature),
            nonRepudiation: uses.contains(.nonRepudiation),
            keyEncipherment: uses.contains(.keyEncipherment),
            dataEncipherment: uses.contains(.dataEncipherment),
            keyCertSign: uses.contains(.keyCertSign),
            cRLSign: uses.contains(.crlSign)
        )
    }
}

extension CertificateShape.Purpose {
    fileprivate var usage: ExtendedKeyUsage.Usage {
        switch self {
        case .clientAuth: .clientAuth
        case .serverAuth: .serverAuth
        case .codeSigning: .codeSigning
        case .ocspSigning: .ocspSigning
        }
    }
}
