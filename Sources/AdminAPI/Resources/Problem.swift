import Credentials
import Hummingbird
import Registry

/// An error as the API tells it (RFC 9457): what it is for programs, what it is for people, and what stands in the way.
package struct Problem: Error, Codable, Hashable, Sendable {
    /// A URI that never changes for one kind of problem: `urn:sluice:problem:ca-limit`.
    package var type: String
    /// The kind of problem in words, the same every time.
    package var title: String
    /// The HTTP status.
    package var status: Int
    /// What was found, what was needed, what to do.
    package var detail: String
    /// The object that stands in the way, for conflicts that have one.
    package var conflict: Conflict?
    /// The single problems, where there are several.
    package var problems: [String]?

    /// An object of the registry, by what names it.
    package struct Conflict: Codable, Hashable, Sendable {
        /// A certificate.
        package var fingerprint: String?
        /// A server certificate slot.
        package var slot: String?
        /// The DNS name that two certificates carry.
        package var dnsName: String?
    }

    init(
        code: String,
        title: String,
        status: HTTPResponse.Status,
        detail: String,
        conflict: Conflict? = nil,
        problems: [String]? = nil
    ) {
        type = Self.typePrefix + code
        self.title = title
        self.status = status.code
        self.detail = detail
        self.conflict = conflict
        self.problems = problems
    }

    /// The last part of the type, such as `ca-limit`.
    package var code: String { String(type.dropFirst(Self.typePrefix.count)) }

    /// The content type of problem details.
    package static let mediaType = "application/problem+json"
    private static let typePrefix = "urn:sluice:problem:"
}

extension Problem {
    static func badParameter(_ name: String, found: String, needed: String) -> Problem {
        Problem(
            code: "bad-parameter",
            title: "A parameter cannot be used",
            status: .badRequest,
            detail: "\(name): found \"\(found)\", needed \(needed)."
        )
    }

    static func badBody(_ detail: String) -> Problem {
        Problem(code: "bad-body", title: "The request body cannot be used", status: .badRequest, detail: detail)
    }

    static func bodyTooLarge(limit: Int) -> Problem {
        Problem(
            code: "body-too-large",
            title: "The request body is too large",
            status: .contentTooLarge,
            detail: "The body has more than the \(limit) bytes that are allowed."
        )
    }

    static func noSuchResource(_ path: String) -> Problem {
        Problem(
            code: "no-such-resource",
            title: "There is nothing here",
            status: .notFound,
            detail: "\(path) is no resource of this API, or does not know this method."
        )
    }

    static func internalError() -> Problem {
        Problem(
            code: "internal-error",
            title: "The gateway failed",
            status: .internalServerError,
            detail: "The request could not be carried out; the gateway's log says why."
        )
    }

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
            self.init(
                code: "storage-failed",
                title: "The change cannot be stored",
                status: .serviceUnavailable,
                detail: "\(error)"
            )
        }
    }

    init(_ error: RegistryError) {
        let (title, status): (String, HTTPResponse.Status) =
            switch error.kind {
            case .badInput: ("The input cannot be used", .unprocessableContent)
            case .notFound: ("There is no such object", .notFound)
            case .conflict: ("The change contradicts what is there", .conflict)
            case .limitReached: ("A limit is reached", .conflict)
            case .notAllowed: ("This is not allowed", .forbidden)
            }
        self.init(code: error.code, title: title, status: status, detail: error.description, conflict: error.conflict)
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

extension Problem {
    /// What is wrong with PEM text that was sent; or, for the keys that seal it, with the gateway.
    init(_ error: CredentialsError) {
        guard let code = error.uploadCode else {
            self = .internalError()
            return
        }
        self.init(
            code: code,
            title: "The certificate cannot be used",
            status: .unprocessableContent,
            detail: "\(error)"
        )
    }
}

extension CredentialsError {
    /// A stable name for what is wrong with an upload; nil where it is not the upload that is wrong.
    fileprivate var uploadCode: String? {
        switch self {
        case .tooLarge: "upload-too-large"
        case .unreadable: "unreadable-pem"
        case .tooManyCertificates: "too-many-certificates"
        case .keyMatchesNothing: "key-mismatch"
        case .unrelatedCertificate: "unrelated-certificate"
        case .notSignedBy: "not-signed-by-next"
        case .expired: "certificate-expired"
        case .wrongPurpose: "wrong-purpose"
        case .weakKey: "weak-key"
        case .unsupportedKey: "unsupported-key"
        case .noDomainName: "certificate-without-names"
        case .oneNameForMany: "one-name-for-many"
        case .unreadableFacts: "unreadable-facts"
        case .masterKeyMissing, .masterKeyInaccessible, .masterKeyPermissions, .masterKeyFormat, .masterKeyExists,
            .masterKeyUnavailable, .sealedUnderAnotherKey, .sealedKeyDamaged, .unusableCertificate,
            .unusableCertificates,
            .unusableCA, .openSSLUnavailable:
            nil
        }
    }
}

extension RegistryError {
    /// What stands in the way of the change.
    fileprivate var conflict: Problem.Conflict? {
        switch self {
        case .certificateAlreadyHosted(let fingerprint), .certificateNameTaken(_, by: let fingerprint),
            .caAlreadyRegistered(let fingerprint), .caNameTaken(_, by: let fingerprint), .caActive(let fingerprint),
            .caHasClientCertificates(let fingerprint, _), .revocationListOlder(ca: let fingerprint, _, _):
            Problem.Conflict(fingerprint: fingerprint.hex)
        case .certificateInUse(let fingerprint, let slot), .certificateAlreadyBound(let fingerprint, let slot),
            .slotOccupied(let slot, by: let fingerprint), .certificateInGrace(let fingerprint, let slot, _):
            Problem.Conflict(fingerprint: fingerprint.hex, slot: slot.description)
        case .nameConflict(let name, _, let slot, let fingerprint):
            Problem.Conflict(fingerprint: fingerprint.hex, slot: slot.description, dnsName: name.text)
        case .lastCustomWhileDefaultDisabled(let slot):
            Problem.Conflict(slot: slot.description)
        case .domainName, .fingerprint, .serialNumber, .objectName, .unknownSlotName, .tlsRangeReversed,
            .noSuchCertificate, .noSuchCA,
            .ambiguousReference, .slotEmpty, .certificateExpired, .certificateWithoutNames, .slotOutOfRange,
            .customCertificateLimit, .unsupportedKey, .defaultCannotBeUnbound, .defaultNeededWithoutCustom,
            .caListedTwice,
            .caLimit, .noActiveCA, .anonymousOutsideOneWay, .registrationCode, .proofNeeded, .proofForOneCA,
            .noSuchRegistrationCode, .registrationCodeExpired, .registrationCodeTaken, .registrationCodeLimit,
            .graceOutOfRange, .noGrace, .graceEndPassed, .graceEndTooLate, .roleTooLow:
            nil
        }
    }
}
