package import FoundationEssentials

/// What a deleted record leaves behind, so that automatic registration cannot bring the certificate back.
package struct Tombstone: Hashable, Sendable {
    /// The certificate that was deleted.
    package let fingerprint: Fingerprint
    /// The state in which it was deleted: what was revoked cannot be registered by hand either before `purge`.
    package let state: ClientCertificateState
    /// The common name, for people.
    package let commonName: String?
    /// When it was deleted.
    package let deletedAt: Date
    /// The certificate's end of validity: after it, the certificate itself is refused.
    package let until: Date

    /// How long a tombstone stands when the certificate's end is not known: ten years of 365 days, in seconds. Longer
    /// than the client certificates that public profiles allow; one that lives longer must be revoked, not deleted.
    package static let spanForUnknownEnd: TimeInterval = 10 * 365 * 24 * 60 * 60

    /// The stone of a record; `nil` if the certificate has ended, so that nothing needs to be kept.
    package init?(of record: ClientCertificateRecord, deletedAt now: Date) {
        let until = record.facts.notAfter ?? now + Self.spanForUnknownEnd
        guard until >= now else { return nil }
        self.init(
            fingerprint: record.fingerprint,
            state: record.state,
            commonName: record.facts.commonName,
            deletedAt: now,
            until: until
        )
    }

    /// Gathers a stored row.
    package init(
        fingerprint: Fingerprint,
        state: ClientCertificateState,
        commonName: String?,
        deletedAt: Date,
        until: Date
    ) {
        self.fingerprint = fingerprint
        self.state = state
        self.commonName = commonName
        self.deletedAt = deletedAt
        self.until = until
    }
}
