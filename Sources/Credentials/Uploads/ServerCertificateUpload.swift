package import FoundationEssentials
package import OpenSSL
package import Registry

/// A server certificate with its key, checked and in order: ready to be sealed and hosted.
package struct ServerCertificateUpload: Sendable {
    /// The leaf's facts.
    package let certificate: CertificateDescription
    /// The leaf, then its issuers.
    package let chain: [Certificate]
    /// What is odd about it.
    package let warnings: [CertificateWarning]
    private let key: PrivateKey

    /// The most certificates in a chain, the leaf included.
    package static let maximumCertificates = 5
    /// The most PEM text of a chain, and of a key, in bytes.
    package static let maximumPEMBytes = 16 * 1024

    /// Reads and checks PEM texts.
    ///
    /// The chain may stand in any order and is put right; text around the blocks is skipped.
    ///
    /// - Parameters:
    ///   - chainPEM: the leaf and its intermediates.
    ///   - keyPEM: the leaf's unencrypted private key: PKCS#8, SEC1 or PKCS#1.
    ///   - now: the date for which validity is judged.
    /// - Throws: a `CredentialsError` that names the first defect.
    package init(chainPEM: String, keyPEM: String, at now: Date) throws(CredentialsError) {
        let given = try Self.readChain(chainPEM)
        key = try Self.readKey(keyPEM)
        let order = try ChainOrder(given, key: key, at: now)
        chain = order.chain
        // Invariant: a chain in order begins with the key's own certificate.
        let leaf = order.chain[0].facts
        try KeyStrength.check(leaf)
        guard leaf.allowsServerAuthentication else {
            throw .wrongPurpose(subject: leaf.subject, found: leaf.extendedKeyUsages ?? [])
        }
        guard leaf.notAfter >= now else {
            throw .expired(subject: leaf.subject, notAfter: leaf.notAfter, now: now)
        }
        guard !leaf.names.served.isEmpty else {
            throw .noDomainName(subject: leaf.subject, unusable: leaf.names.unusable)
        }
        certificate = try CertificateDescription(leaf)
        warnings = order.warnings + Self.lint(leaf, at: now) + Self.lint(issuers: order.chain.dropFirst())
    }

    /// The certificate for the store, its key sealed for it alone.
    ///
    /// - Throws: `CredentialsError.masterKeyUnavailable` when OpenSSL cannot seal.
    package func hosted(
        name: ObjectName?,
        sealedBy encryption: KeyEncryption,
        from source: MaterialSource = .upload,
        at now: Date
    ) throws(CredentialsError) -> HostedCertificate {
        HostedCertificate(
            name: name,
            certificate: certificate,
            chain: chain.map(\.der),
            sealedKey: try encryption.seal(key, for: certificate.fingerprint),
            createdAt: now,
            source: source
        )
    }

    private static func readChain(_ pem: String) throws(CredentialsError) -> [Certificate] {
        guard pem.utf8.count <= maximumPEMBytes else {
            throw .tooLarge(.chain, bytes: pem.utf8.count, limit: maximumPEMBytes)
        }
        let certificates: [Certificate]
        do {
            certificates = try Certificate.readPEM(pem)
        } catch {
            throw .unreadable(.chain, error)
        }
        guard certificates.count <= maximumCertificates else {
            throw .tooManyCertificates(found: certificates.count, limit: maximumCertificates)
        }
        return certificates
    }

    private static func readKey(_ pem: String) throws(CredentialsError) -> PrivateKey {
        guard pem.utf8.count <= maximumPEMBytes else {
            throw .tooLarge(.key, bytes: pem.utf8.count, limit: maximumPEMBytes)
        }
        do {
            return try PrivateKey(pem: pem)
        } catch {
            throw .unreadable(.key, error)
        }
    }

    private static func lint(_ leaf: CertificateFacts, at now: Date) -> [CertificateWarning] {
        var warnings: [CertificateWarning] = []
        if now < leaf.notBefore {
            warnings.append(.notYetValid(subject: leaf.subject, notBefore: leaf.notBefore))
        } else if leaf.notAfter.timeIntervalSince(now) <= CertificateValidity.expiringWindow {
            warnings.append(.expiring(subject: leaf.subject, notAfter: leaf.notAfter))
        }
        if !leaf.names.unusable.isEmpty { warnings.append(.unusableNames(leaf.names.unusable)) }
        if leaf.isCA { warnings.append(.leafIsCA(subject: leaf.subject)) }
        if let digest = leaf.weakSignatureDigest, !leaf.isSelfSigned {
            warnings.append(.weakSignature(subject: leaf.subject, digest: digest))
        }
        return warnings
    }

    private static func lint(issuers: ArraySlice<Certificate>) -> [CertificateWarning] {
        issuers.map(\.facts).compactMap { facts in
            if facts.isSelfSigned { return .rootIncluded(subject: facts.subject) }
            return facts.weakSignatureDigest.map { .weakSignature(subject: facts.subject, digest: $0) }
        }
    }
}

extension CertificateFacts {
    /// The digest of the signature, if it is one of those that are broken.
    var weakSignatureDigest: String? {
        guard let signatureDigest, ["MD4", "MD5", "SHA1"].contains(signatureDigest) else { return nil }
        return signatureDigest
    }
}
