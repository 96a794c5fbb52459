import FoundationEssentials
import OpenSSL

/// Puts the certificates of an upload into the order in which a server sends them: the leaf, then each issuer.
///
/// The leaf is the certificate of the private key, wherever it stands. A certificate that issued none of the others is
/// refused by name; one that stands there twice is dropped.
struct ChainOrder {
    /// The leaf first, then its issuers, upwards.
    private(set) var chain: [Certificate]
    private(set) var warnings: [CertificateWarning] = []

    /// Throws `CredentialsError.keyMatchesNothing`, `.unrelatedCertificate` or `.notSignedBy`.
    init(_ given: [Certificate], key: PrivateKey, at now: Date) throws(CredentialsError) {
        var rest: [Certificate] = []
        for certificate in given {
            if rest.contains(certificate) {
                warnings.append(.duplicate(subject: certificate.description))
            } else {
                rest.append(certificate)
            }
        }
        let distinct = rest
        guard let position = rest.firstIndex(where: key.matches) else {
            throw .keyMatchesNothing(subjects: given.map(\.description))
        }
        let leaf = rest.remove(at: position)
        chain = [leaf]
        // Breadth first: of two cross-signed issuers both follow what they issued.
        var next = 0
        while next < chain.count {
            let subject = chain[next]
            let issuers = rest.filter { Self.isNamedIssuer($0.facts, of: subject.facts) }
            for issuer in issuers { try Self.checkSignature(of: subject, by: issuer, at: now) }
            chain += issuers
            rest.removeAll(where: issuers.contains)
            next += 1
        }
        if let stranger = rest.first {
            throw .unrelatedCertificate(subject: stranger.description, leaf: leaf.description)
        }
        if chain != distinct { warnings.append(.reordered) }
    }

    private static func isNamedIssuer(_ issuer: CertificateFacts, of subject: CertificateFacts) -> Bool {
        guard issuer.subjectDER == subject.issuerDER, !subject.isSelfSigned else { return false }
        guard let wanted = subject.authorityKeyIdentifier, let found = issuer.subjectKeyIdentifier else { return true }
        return wanted == found
    }

    /// Names can lie after a CA's key roll-over, signatures cannot. Whatever else a path may fail for is not the
    /// upload's concern: the server shows its chain, and clients judge it.
    private static func checkSignature(
        of subject: Certificate,
        by issuer: Certificate,
        at now: Date
    ) throws(CredentialsError) {
        let failure: ChainFailure
        do {
            let store = try TrustStore(anchors: [issuer])
            do throws(ChainFailure) {
                _ = try store.verify(
                    leaf: subject,
                    at: now,
                    rules: ChainRules(peer: .server, allowsWeakSignatures: true)
                )
                return
            } catch {
                failure = error
            }
        } catch {
            throw .unreadable(.chain, error)
        }
        if case .badSignature = failure {
            throw .notSignedBy(subject: subject.description, issuer: issuer.description)
        }
    }
}
