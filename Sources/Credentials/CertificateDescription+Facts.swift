package import OpenSSL
package import Registry

extension CertificateDescription {
    /// The registry's description of what OpenSSL read. Throws `CredentialsError.unreadableFacts` for a serial number
    /// that is none.
    package init(_ facts: CertificateFacts) throws(CredentialsError) {
        let fingerprint: Fingerprint
        do {
            fingerprint = try Fingerprint(facts.fingerprint)
        } catch {
            throw .unreadableFacts(subject: facts.subject, error)
        }
        guard let serial = SerialNumber(hex: facts.serialHex) else {
            throw .unreadableFacts(subject: facts.subject, .serialNumber(facts.serialHex))
        }
        self.init(
            fingerprint: fingerprint,
            serial: serial,
            subject: facts.subject,
            issuer: facts.issuer,
            commonName: facts.commonName,
            organizationalUnit: facts.organizationalUnit,
            names: facts.names.served,
            notBefore: facts.notBefore,
            notAfter: facts.notAfter,
            key: CertificateKey(facts.keyKind)
        )
    }
}

extension CertificateFacts {
    /// The names that the certificate may serve, and those that nobody could ask for.
    var names: CertificateNames {
        CertificateNames(subjectAlternativeNames: dnsNames, commonName: commonName)
    }
}

extension CertificateKey {
    /// The registry's word for a kind of key.
    package init(_ kind: KeyKind) {
        switch kind {
        case .rsa(let bits): self = .rsa(bits: bits)
        case .ec(let curve, let bits): self = .ec(curve: curve, bits: bits)
        case .ed25519: self = .ed25519
        case .ed448, .other: self = .other(name: kind.description)
        }
    }
}
