package import FoundationEssentials
package import OpenSSL
package import Registry

/// CA certificates that were read and checked: ready to be registered, all of them together.
package struct CAUpload: Sendable {
    /// One certificate of the bundle.
    package struct Authority: Sendable {
        /// The certificate itself.
        package let certificate: Certificate
        /// Its facts.
        package let description: CertificateDescription
        /// What is odd about it.
        package let warnings: [CertificateWarning]
    }

    /// Every certificate of the bundle, in its order.
    package let authorities: [Authority]

    /// The most that is read of a bundle, in bytes: room for many times the CAs that a cluster may have.
    package static let maximumBytes = 1024 * 1024

    /// Reads PEM with any number of certificates, or the DER of one.
    ///
    /// What the certificates say of themselves is taken as it is, with warnings: the usual openssl recipes make CAs
    /// that a strict reading would refuse. Refused are those by which no device could ever come in.
    ///
    /// - Throws: `CredentialsError.tooLarge`, `.unreadable`, `.expired`, `.weakKey` or `.unsupportedKey`.
    package init(_ bytes: [UInt8], at now: Date) throws(CredentialsError) {
        guard bytes.count <= Self.maximumBytes else {
            throw .tooLarge(.authorities, bytes: bytes.count, limit: Self.maximumBytes)
        }
        var authorities: [Authority] = []
        for certificate in try Self.read(bytes) {
            let facts = certificate.facts
            try KeyStrength.check(facts)
            guard facts.notAfter >= now else {
                throw .expired(subject: facts.subject, notAfter: facts.notAfter, now: now)
            }
            authorities.append(
                Authority(
                    certificate: certificate,
                    description: try CertificateDescription(facts),
                    warnings: Self.lint(facts, at: now)
                )
            )
        }
        self.authorities = authorities
    }

    /// All warnings, in the order of the certificates.
    package var warnings: [CertificateWarning] { authorities.flatMap(\.warnings) }

    /// The CAs for the registry. Throws `CredentialsError.oneNameForMany` for a name with a bundle of several.
    package func registrations(
        name: ObjectName? = nil,
        state: CAState = .active,
        at now: Date
    ) throws(CredentialsError) -> [RegisteredCA] {
        if let name, authorities.count > 1 { throw .oneNameForMany(name, certificates: authorities.count) }
        return authorities.map { authority in
            RegisteredCA(
                name: name,
                certificate: authority.description,
                der: authority.certificate.der,
                state: state,
                registeredAt: now
            )
        }
    }

    private static func read(_ bytes: [UInt8]) throws(CredentialsError) -> [Certificate] {
        do {
            return try CertificateBundle.read(bytes)
        } catch {
            throw .unreadable(.authorities, error)
        }
    }

    private static func lint(_ facts: CertificateFacts, at now: Date) -> [CertificateWarning] {
        var warnings: [CertificateWarning] = []
        if now < facts.notBefore {
            warnings.append(.notYetValid(subject: facts.subject, notBefore: facts.notBefore))
        } else if facts.notAfter.timeIntervalSince(now) <= CertificateValidity.expiringWindow {
            warnings.append(.expiring(subject: facts.subject, notAfter: facts.notAfter))
        }
        if let usages = facts.keyUsages, !usages.contains(.keyCertSign) {
            warnings.append(.cannotSign(subject: facts.subject))
        } else if !facts.isCA {
            warnings.append(.notACA(subject: facts.subject))
        }
        if !facts.allowsClientAuthentication {
            warnings.append(.notForClients(subject: facts.subject, found: facts.extendedKeyUsages ?? []))
        }
        return warnings
    }
}
