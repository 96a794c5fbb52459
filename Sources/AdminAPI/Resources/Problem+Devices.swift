import Hummingbird
import Registry

extension Problem {
    init(_ error: DeviceError) {
        if case .changedMeanwhile(let record) = error {
            self = .changedSince(record.tag)
            return
        }
        let (title, status): (String, HTTPResponse.Status) =
            switch error.kind {
            case .badInput: ("The input cannot be used", .unprocessableContent)
            case .notFound: ("There is no such object", .notFound)
            case .conflict: ("The change contradicts what is there", .conflict)
            case .limitReached: ("A limit is reached", .conflict)
            case .tooManyRequests: ("Too much at this time", .tooManyRequests)
            case .unavailable: ("The registry cannot be read or changed", .serviceUnavailable)
            }
        guard status != .serviceUnavailable else {
            self = .storageFailed()
            return
        }
        self.init(code: error.code, title: title, status: status, detail: "\(error)", conflict: error.conflict)
        retryAfter = error.retryAfter.map { Int($0.roundedUpToSeconds) }
    }

    init(_ error: UserError) {
        if case .changedMeanwhile(let record) = error {
            self = .changedSince(record.tag)
            return
        }
        guard let kind = error.kind else {
            self = .storageFailed()
            return
        }
        self.init(kind, code: error.code, detail: "\(error)", conflict: error.conflict)
    }

    init(_ error: TokenError) {
        guard let kind = error.kind else {
            self = .storageFailed()
            return
        }
        self.init(kind, code: error.code, detail: "\(error)", conflict: error.conflict)
    }
}

extension DeviceError {
    /// What stands in the way.
    fileprivate var conflict: Problem.Conflict? {
        switch self {
        case .alreadyRegistered(let fingerprint, _), .tombstoned(let fingerprint, _),
            .revokedIsFinal(let fingerprint, _),
            .deleteNeedsStop(let fingerprint, _), .purgeNeedsDeletion(let fingerprint, _),
            .authorityNotActive(let fingerprint):
            Problem.Conflict(fingerprint: fingerprint.hex)
        case .ambiguousReference(_, let matches, _):
            Problem.Conflict(candidates: matches.map(\.fingerprint.hex))
        case .changedMeanwhile(let record):
            Problem.Conflict(fingerprint: record.fingerprint.hex)
        case .jobIsOver(let id, _):
            Problem.Conflict(job: id)
        case .noSuchCertificate, .noTombstone, .noSuchCA, .noSuchJob, .initialState, .rateLimited, .jobLimit,
            .overloaded, .cursor, .filter, .storage:
            nil
        }
    }
}

extension UserError {
    /// What stands in the way.
    fileprivate var conflict: Problem.Conflict? {
        switch self {
        case .alreadyExists(let name): Problem.Conflict(name: name.text)
        case .changedMeanwhile(let record): Problem.Conflict(name: record.name.text)
        case .name, .noSuchUser, .limit, .lines, .storage: nil
        }
    }
}

extension TokenError {
    /// What stands in the way.
    fileprivate var conflict: Problem.Conflict? {
        switch self {
        case .nameTaken(let name, _): Problem.Conflict(name: name.text)
        case .noSuchToken, .expiryInThePast, .roleAboveOwn, .limit, .noRandomness, .storage: nil
        }
    }
}
