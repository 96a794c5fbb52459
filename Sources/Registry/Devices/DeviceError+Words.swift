/// What a caller can do about a refusal, in one word; the admin API's status codes follow from it.
package enum DeviceErrorKind: Hashable, Sendable {
    /// The text given is none that the registry knows.
    case badInput
    /// The thing named is not there.
    case notFound
    /// The change contradicts what the registry holds.
    case conflict
    /// A limit is reached.
    case limitReached
    /// The same again later may do.
    case tooManyRequests
    /// Our fault, not the caller's.
    case unavailable
}

extension DeviceError {
    /// What a caller can do about it.
    package var kind: DeviceErrorKind { table.kind }

    /// A stable name for programs, such as `revoked-is-final`.
    package var code: String { table.code }

    /// How long to wait before the same may succeed, where that is known.
    package var retryAfter: Duration? {
        if case .rateLimited(_, let retryAfter) = self { retryAfter } else { nil }
    }

    private var table: (kind: DeviceErrorKind, code: String) {
        switch self {
        case .noSuchCertificate: (.notFound, "no-such-client-certificate")
        case .ambiguousReference: (.badInput, "ambiguous-client-certificate")
        case .noTombstone: (.notFound, "no-tombstone")
        case .noSuchCA: (.notFound, "no-such-ca")
        case .noSuchJob: (.notFound, "no-such-job")
        case .alreadyRegistered: (.conflict, "client-certificate-already-registered")
        case .tombstoned: (.conflict, "client-certificate-deleted")
        case .revokedIsFinal: (.conflict, "revoked-is-final")
        case .deleteNeedsStop: (.conflict, "delete-needs-inactive-or-revoked")
        case .purgeNeedsDeletion: (.conflict, "purge-needs-deletion")
        case .initialState: (.badInput, "initial-state")
        case .authorityNotActive: (.conflict, "ca-not-active")
        case .changedMeanwhile: (.conflict, "revision-mismatch")
        case .jobIsOver: (.conflict, "job-is-over")
        case .rateLimited: (.tooManyRequests, "registration-rate-limited")
        case .jobLimit: (.limitReached, "job-limit")
        case .overloaded: (.tooManyRequests, "registrations-overloaded")
        case .cursor: (.badInput, "cursor")
        case .filter: (.badInput, "filter")
        case .storage: (.unavailable, "device-storage")
        }
    }
}

extension DeviceError: CustomStringConvertible {
    /// What was found, what was needed, what to do.
    package var description: String {
        switch self {
        case .noSuchCertificate(let reference):
            "No registered client certificate \"\(reference.quotable)\". See: sluice client-certs list"
        case .ambiguousReference(let reference, let matches, let isComplete):
            "\"\(reference.quotable)\" means \(isComplete ? "" : "more than ")\(matches.count) client certificates: "
                + matches.map(\.description).joined(separator: ", ")
                + (isComplete ? "" : ", …") + ". Give the beginning of the fingerprint."
        case .noTombstone(let reference):
            "No tombstone of \"\(reference.quotable)\": it was not deleted, or has ended since, or was purged. "
                + "Nothing keeps it from being registered."
        case .noSuchCA(let fingerprint):
            "CA \(fingerprint.short) is not registered; a client certificate belongs to a registered one. "
                + "Register it: sluice ca-certs register --ca F"
        case .noSuchJob(let id): "No job \(id). See: sluice jobs list"
        case .alreadyRegistered(let fingerprint, let state):
            "Client certificate \(fingerprint.short) is registered already, in state \(state). "
                + "Change that one: sluice client-certs show \(fingerprint.short)"
        case .tombstoned(let fingerprint, let until):
            "Client certificate \(fingerprint.short) was deleted and is barred until \(until.timestamp). "
                + "Lift that first: sluice client-certs purge \(fingerprint.hex)"
        case .revokedIsFinal(let fingerprint, let verb):
            "Client certificate \(fingerprint.short) is revoked, which is final; \(verb.rawValue) needs one that is not. "
                + "Give the device a new certificate."
        case .deleteNeedsStop(let fingerprint, let state):
            "Client certificate \(fingerprint.short) is \(state); only an inactive or revoked one can be deleted. "
                + "First: sluice client-certs deactivate \(fingerprint.short)"
        case .purgeNeedsDeletion(let fingerprint, let state):
            "Client certificate \(fingerprint.short) is registered (\(state)); only what was deleted can be purged. "
                + "First: sluice client-certs delete \(fingerprint.short)"
        case .initialState(let fingerprint, let state):
            "Client certificate \(fingerprint.short) was to be registered as \(state); active or inactive is needed."
        case .authorityNotActive(let authority):
            "CA \(authority.short) is not active; only certificates of an active CA register themselves. "
                + "Activate it: sluice ca-certs activate \(authority.short)"
        case .changedMeanwhile(let record):
            "Client certificate \(record.fingerprint.short) was changed meanwhile and is \(record.state) now. "
                + "Look again and repeat it."
        case .jobIsOver(let id, let state): "Job \(id) is \(state) already; only a running one can be cancelled."
        case .rateLimited(let perSecond, let retryAfter):
            "More than \(perSecond) registrations per second were asked for. Try again in "
                + "\(retryAfter.roundedUpToSeconds) s, or raise registration.ratePerSecond."
        case .jobLimit(let running, let limit):
            "\(running) jobs are running, \(limit) may. Wait for one, or cancel one: sluice jobs cancel ID"
        case .overloaded(let waiting, let limit):
            "\(waiting) changes wait to be stored, \(limit) may. Try again in a moment."
        case .cursor(let text):
            "\"\(text.quotable)\" is no cursor of this list. Take nextCursor of the page before, with the same sort."
        case .filter(let name, let value, let problem):
            "Filter \(name) cannot be \"\(value.quotable)\": \(problem)."
        case .storage(let reason):
            "The client certificate registry could not be read or changed; nothing was changed. \(reason)"
        }
    }
}

extension DeviceCandidate: CustomStringConvertible {
    package var description: String {
        fingerprint.short + " (" + (commonName.map { "\($0.quotable), " } ?? "") + "CA \(authority.short))"
    }
}

extension Duration {
    /// Whole seconds, at least one: what an HTTP Retry-After says.
    package var roundedUpToSeconds: Int64 {
        max(1, components.seconds + (components.attoseconds > 0 ? 1 : 0))
    }
}
