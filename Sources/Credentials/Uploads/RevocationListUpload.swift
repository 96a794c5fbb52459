package import FoundationEssentials
package import OpenSSL
package import Registry

/// A revocation list that was read and checked for one CA: ready to be registered.
package struct RevocationListUpload: Sendable {
    /// The list.
    package let list: CertificateRevocationList
    /// What is odd about it.
    package let warnings: [CertificateWarning]

    /// The most that is read, in bytes.
    package static let maximumBytes = CertificateRevocationList.maximumPEMBytes

    /// Reads PEM or DER. Takes some microseconds for an entry.
    ///
    /// - Throws: `RevocationListError`: it must be the complete list of this CA, signed by it, and its time have begun.
    ///   A list that is stale already is taken with a warning: what it revokes counts nevertheless.
    package init(_ bytes: [UInt8], for authority: RegisteredCA, at now: Date) throws(RevocationListError) {
        let certificate: Certificate
        do throws(OpenSSLError) {
            certificate = try Certificate(der: authority.der)
        } catch {
            throw .unreadable(error)
        }
        let list = try CertificateRevocationList(bytes)
        try list.checkIssued(by: certificate)
        guard list.thisUpdate <= now + Self.clockSkew else {
            throw .notYetValid(thisUpdate: list.thisUpdate, now: now)
        }
        self.list = list
        warnings = Self.lint(list, certificate.facts, at: now)
    }

    /// The list for the registry.
    package func revocationList(
        onStale: RevocationList.StalePolicy,
        from source: MaterialSource
    ) -> RevocationList {
        RevocationList(
            der: list.der,
            thisUpdate: list.thisUpdate,
            nextUpdate: list.nextUpdate,
            revokedCount: list.count,
            onStale: onStale,
            source: source
        )
    }

    /// A CA with the list of the one that it replaces, if that list is its own too: renewed under the same name and key, a CA
    /// has revoked what it revoked. Otherwise the CA as it is. Takes some microseconds for an entry.
    package static func carryOver(from old: RegisteredCA, to new: RegisteredCA) -> RegisteredCA {
        guard new.revocationList == nil, let stored = old.revocationList else { return new }
        do {
            try CertificateRevocationList(der: stored.der).checkIssued(by: Certificate(der: new.der))
            return new.with(revocationList: stored)
        } catch {
            return new
        }
    }

    /// By how much the CA's clock may be ahead: five minutes, in seconds.
    private static let clockSkew: TimeInterval = 5 * 60

    private static func lint(
        _ list: CertificateRevocationList,
        _ authority: CertificateFacts,
        at now: Date
    ) -> [CertificateWarning] {
        var warnings: [CertificateWarning] = []
        if let nextUpdate = list.nextUpdate {
            if list.isStale(at: now) { warnings.append(.staleList(issuer: list.issuer, nextUpdate: nextUpdate)) }
        } else {
            warnings.append(.listWithoutEnd(issuer: list.issuer))
        }
        if let digest = list.signatureDigest, ["MD4", "MD5", "SHA1"].contains(digest) {
            warnings.append(.weaklySignedList(issuer: list.issuer, digest: digest))
        }
        if let usages = authority.keyUsages, !usages.contains(.crlSign) {
            warnings.append(.cannotSignLists(subject: authority.subject))
        }
        return warnings
    }
}
