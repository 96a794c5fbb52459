import Hummingbird
import Registry

extension Problem {
    init(_ error: ClusterControlError) {
        switch error {
        case .refused(let refusal):
            self.init(refusal)
        case .revisionMismatch:
            self.init(
                code: "revision-mismatch",
                title: "The cluster changed",
                status: .preconditionFailed,
                detail: "\(error)"
            )
        case .preparation:
            self.init(
                code: "cannot-serve",
                title: "The change cannot be served",
                status: .unprocessableContent,
                detail: "\(error)"
            )
        case .storage:
            self = .storageFailed()
        }
    }

    init(_ error: RegistryError) {
        self.init(error.kind, code: error.code, detail: error.description, conflict: error.conflict)
    }

    init(_ kind: RegistryErrorKind, code: String, detail: String, conflict: Conflict?) {
        let (title, status): (String, HTTPResponse.Status) =
            switch kind {
            case .badInput: ("The input cannot be used", .unprocessableContent)
            case .notFound: ("There is no such object", .notFound)
            case .conflict: ("The change contradicts what is there", .conflict)
            case .limitReached: ("A limit is reached", .conflict)
            case .notAllowed: ("The role is not enough", .forbidden)
            }
        self.init(code: code, title: title, status: status, detail: detail, conflict: conflict)
    }

    init(_ refusal: ReloadRefusal) {
        self.init(
            code: "reload-refused",
            title: "The old configuration stays in force",
            status: .unprocessableContent,
            detail: refusal.problems.joined(separator: "\n"),
            problems: refusal.problems
        )
    }
}

extension RegistryError {
    /// What stands in the way of the change.
    fileprivate var conflict: Problem.Conflict? {
        switch self {
        case .certificateAlreadyHosted(let fingerprint), .certificateNameTaken(_, by: let fingerprint),
            .caAlreadyRegistered(let fingerprint), .caNameTaken(_, by: let fingerprint):
            Problem.Conflict(fingerprint: fingerprint.hex)
        case .certificateInUse(let fingerprint, let slot), .certificateAlreadyBound(let fingerprint, let slot),
            .slotOccupied(let slot, by: let fingerprint):
            Problem.Conflict(fingerprint: fingerprint.hex, slot: slot.description)
        case .nameConflict(let name, _, let slot, let fingerprint):
            Problem.Conflict(fingerprint: fingerprint.hex, slot: slot.description, dnsName: name.text)
        case .lastCustomWhileDefaultDisabled(let slot):
            Problem.Conflict(slot: slot.description)
        case .certificateInGrace(let fingerprint, let slot, _):
            Problem.Conflict(fingerprint: fingerprint.hex, slot: slot.description)
        case .caActive(let fingerprint), .caHasClientCertificates(let fingerprint, _),
            .revocationListOlder(let fingerprint, _, _):
            Problem.Conflict(fingerprint: fingerprint.hex)
        case .ambiguousReference(_, let matches):
            Problem.Conflict(candidates: matches.map(\.hex))
        case .domainName, .fingerprint, .serialNumber, .objectName, .unknownSlotName, .tlsRangeReversed,
            .noSuchCertificate, .noSuchCA, .registrationCode, .proofNeeded, .proofForOneCA, .noSuchRegistrationCode,
            .registrationCodeExpired, .registrationCodeTaken, .registrationCodeLimit, .graceOutOfRange, .noGrace,
            .graceEndPassed, .graceEndTooLate, .roleTooLow, .slotEmpty, .certificateExpired, .certificateWithoutNames,
            .slotOutOfRange,
            .customCertificateLimit, .unsupportedKey, .defaultCannotBeUnbound, .defaultNeededWithoutCustom,
            .caListedTwice,
            .caLimit, .noActiveCA, .anonymousOutsideOneWay:
            nil
        }
    }
}
