package import struct FoundationEssentials.Date

/// Why the client certificate registry refuses something; each case carries what was compared.
package enum DeviceError: Error, Hashable, Sendable {
    // Things that are not there.

    /// No registered client certificate is meant by the reference.
    case noSuchCertificate(String)
    /// Several client certificates are meant by the reference.
    case ambiguousReference(String, matches: [DeviceCandidate], isComplete: Bool)
    /// The certificate has left no tombstone.
    case noTombstone(String)
    /// The CA that the certificate shall belong to is not registered.
    case noSuchCA(Fingerprint)
    /// No job has the number.
    case noSuchJob(Int64)

    // What contradicts the registry.

    /// The certificate is registered.
    case alreadyRegistered(Fingerprint, state: ClientCertificateState)
    /// The certificate was revoked and deleted; it comes back only after `purge`.
    case tombstoned(Fingerprint, until: Date)
    /// A revoked certificate is never activated or deactivated.
    case revokedIsFinal(Fingerprint, verb: StateVerb)
    /// A certificate that connects, or waits to, cannot be deleted.
    case deleteNeedsStop(Fingerprint, state: ClientCertificateState)
    /// The certificate is registered; only what was deleted can be purged.
    case purgeNeedsDeletion(Fingerprint, state: ClientCertificateState)
    /// A certificate is registered active or inactive, nothing else.
    case initialState(Fingerprint, state: ClientCertificateState)
    /// Certificates are registered automatically by an active CA only.
    case authorityNotActive(Fingerprint)
    /// Somebody else changed the certificate after it was looked at; the record as it is now.
    case changedMeanwhile(ClientCertificateRecord)
    /// The job is over.
    case jobIsOver(Int64, state: ImportJobState)

    // Limits.

    /// Too many registrations at this time.
    case rateLimited(perSecond: Int, retryAfter: Duration)
    /// More jobs would run at once than may.
    case jobLimit(running: Int, limit: Int)
    /// More registrations wait to be stored than may.
    case overloaded(waiting: Int, limit: Int)

    // Texts that ask for something that does not exist.

    /// A cursor that was not given out for this query.
    case cursor(String)
    /// A value of a filter cannot be used.
    case filter(name: String, value: String, problem: String)

    // What is ours.

    /// The registry could not be read or written; nothing was changed.
    case storage(reason: String)
}

/// One of several certificates that a reference may mean.
package struct DeviceCandidate: Hashable, Sendable {
    /// The certificate.
    package let fingerprint: Fingerprint
    /// Its common name.
    package let commonName: String?
    /// Its CA.
    package let authority: Fingerprint

    /// Names one candidate.
    package init(fingerprint: Fingerprint, commonName: String?, authority: Fingerprint) {
        self.fingerprint = fingerprint
        self.commonName = commonName
        self.authority = authority
    }
}
