/// What a caller can do about a refusal, in one word; the admin API's status codes follow from it.
package enum RegistryErrorKind: Hashable, Sendable {
    /// The text given is none of the registry's values.
    case badInput
    /// The thing named is not there.
    case notFound
    /// The change contradicts what the registry holds.
    case conflict
    /// A limit is reached.
    case limitReached
    /// The one who asks may not.
    case notAllowed
}

extension RegistryError {
    /// What a caller can do about it.
    package var kind: RegistryErrorKind { table.kind }

    /// A stable name for programs, such as `ca-limit`.
    package var code: String { table.code }

    private var table: (kind: RegistryErrorKind, code: String) {
        switch self {
        case .domainName: (.badInput, "domain-name")
        case .fingerprint: (.badInput, "fingerprint")
        case .serialNumber: (.badInput, "serial-number")
        case .objectName: (.badInput, "object-name")
        case .unknownSlotName: (.badInput, "slot-name")
        case .registrationCode: (.badInput, "registration-code")
        case .tlsRangeReversed: (.badInput, "tls-range-reversed")
        case .noSuchCertificate: (.notFound, "no-such-certificate")
        case .noSuchCA: (.notFound, "no-such-ca")
        case .ambiguousReference: (.badInput, "ambiguous-reference")
        case .slotEmpty: (.notFound, "slot-empty")
        case .certificateAlreadyHosted: (.conflict, "certificate-already-hosted")
        case .certificateNameTaken: (.conflict, "certificate-name-taken")
        case .certificateInUse: (.conflict, "certificate-in-use")
        case .certificateInGrace: (.conflict, "certificate-in-grace")
        case .certificateExpired: (.badInput, "certificate-expired")
        case .certificateWithoutNames: (.badInput, "certificate-without-names")
        case .certificateAlreadyBound: (.conflict, "certificate-already-bound")
        case .slotOccupied: (.conflict, "slot-occupied")
        case .slotOutOfRange: (.badInput, "slot-out-of-range")
        case .customCertificateLimit: (.limitReached, "custom-certificate-limit")
        case .nameConflict: (.conflict, "name-conflict")
        case .unsupportedKey: (.badInput, "unsupported-key")
        case .defaultCannotBeUnbound: (.conflict, "default-cannot-be-unbound")
        case .defaultNeededWithoutCustom: (.conflict, "default-needed")
        case .lastCustomWhileDefaultDisabled: (.conflict, "last-custom-while-default-disabled")
        case .caAlreadyRegistered: (.conflict, "ca-already-registered")
        case .caListedTwice: (.badInput, "ca-listed-twice")
        case .caNameTaken: (.conflict, "ca-name-taken")
        case .caLimit: (.limitReached, "ca-limit")
        case .caActive: (.conflict, "ca-active")
        case .caHasClientCertificates: (.conflict, "ca-has-client-certificates")
        case .revocationListOlder: (.conflict, "revocation-list-older")
        case .proofNeeded: (.conflict, "proof-needed")
        case .proofForOneCA: (.badInput, "proof-for-one-ca")
        case .noSuchRegistrationCode: (.badInput, "no-such-registration-code")
        case .registrationCodeExpired: (.badInput, "registration-code-expired")
        case .registrationCodeTaken: (.conflict, "registration-code-taken")
        case .registrationCodeLimit: (.limitReached, "registration-code-limit")
        case .graceOutOfRange: (.badInput, "grace-out-of-range")
        case .noGrace: (.notFound, "no-grace")
        case .graceEndPassed: (.badInput, "grace-end-passed")
        case .graceEndTooLate: (.badInput, "grace-end-too-late")
        case .roleTooLow: (.notAllowed, "role-too-low")
        case .noActiveCA: (.conflict, "no-active-ca")
        case .anonymousOutsideOneWay: (.conflict, "anonymous-outside-one-way")
        }
    }
}

extension RegistryError: CustomStringConvertible {
    /// What was found, what was needed, what to do.
    package var description: String {
        switch self {
        case .domainName(let text, let problem):
            "\"\(text.quotable)\" is no domain name: \(problem)."
        case .fingerprint(let found):
            "Not a SHA-256 fingerprint: \(found); 64 hexadecimal digits are needed."
        case .serialNumber(let text):
            "\"\(text.quotable)\" is no serial number: hexadecimal digits are needed."
        case .objectName(let text):
            "\"\(text.quotable)\" cannot be a name: 1 to \(ObjectName.maximumLength) letters, digits, dots, hyphens and "
                + "underscores are needed, beginning with a letter or digit, and not all hexadecimal digits."
        case .unknownSlotName(let text):
            "\"\(text.quotable)\" is no server certificate slot: \"default\" or \"custom-1\" and so on are. "
                + "See: sluice server-certs list"
        case .registrationCode(let found):
            "\"\(found.quotable)\" is no registration code: 1 to \(RegistrationCode.maximumLength) letters and digits are "
                + "needed. Get one: sluice ca-certs code"
        case .tlsRangeReversed(let minimum, let maximum):
            "TLS range \(minimum) to \(maximum) is empty: the minimum must not be newer than the maximum."
        case .noSuchCertificate(let reference):
            "No hosted certificate \"\(reference.quotable)\". See: sluice certs list"
        case .noSuchCA(let reference):
            "No registered CA \"\(reference.quotable)\". See: sluice ca-certs list"
        case .ambiguousReference(let reference, let matches):
            "\"\(reference.quotable)\" means \(matches.count) certificates: \(matches.map(\.short).joined(separator: ", ")). "
                + "Give more digits of the fingerprint."
        case .slotEmpty(let slot):
            "Slot \(slot) holds no certificate. Bind one: sluice server-certs bind CERT"
        case .certificateAlreadyHosted(let fingerprint):
            "Certificate \(fingerprint.short) is in the store already. Bind that one: "
                + "sluice server-certs bind \(fingerprint.short)"
        case .certificateNameTaken(let name, let owner):
            "The name \"\(name)\" belongs to hosted certificate \(owner.short). Choose another name."
        case .certificateInUse(let fingerprint, .default):
            "Certificate \(fingerprint.short) is bound to slot default. Replace it there before deleting it: "
                + "sluice server-certs replace default CERT"
        case .certificateInUse(let fingerprint, let slot):
            "Certificate \(fingerprint.short) is bound to slot \(slot). Unbind it before deleting it: "
                + "sluice server-certs unbind \(slot)"
        case .certificateInGrace(let fingerprint, let slot, let until):
            "Certificate \(fingerprint.short) is served by slot \(slot) until \(until.timestamp) to clients that refuse its "
                + "replacement. Wait until then, or end the grace period: \(GraceTarget.slot(slot).commandEnding)"
        case .certificateExpired(let fingerprint, let notAfter, let now):
            "Certificate \(fingerprint.short) expired at \(notAfter.timestamp), it is \(now.timestamp). "
                + "Upload a renewed one: sluice certs upload"
        case .certificateWithoutNames(let fingerprint):
            "Certificate \(fingerprint.short) carries no DNS name to serve, at least one is needed. "
                + "Have it issued with a DNS name in its subjectAltName."
        case .certificateAlreadyBound(let fingerprint, let slot):
            "Certificate \(fingerprint.short) is bound to slot \(slot) already. Nothing to do."
        case .slotOccupied(let slot, let owner):
            "Slot \(slot) holds certificate \(owner.short). Replace it: sluice server-certs replace \(slot) CERT"
        case .slotOutOfRange(let slot, let limit):
            "There is no slot \(slot): \(limit) custom slots exist. Take one of those, "
                + "or raise limits.customServerCertificates."
        case .customCertificateLimit(let bound, let limit):
            "Custom server certificate limit reached: \(bound) bound, \(limit) allowed. "
                + "Unbind or replace one, or raise limits.customServerCertificates."
        case .nameConflict(let name, let family, let slot, let certificate):
            "The name \(name) is served by slot \(slot) (certificate \(certificate.short)) with an \(family) key already. "
                + "One certificate per name and key type is allowed: replace that slot, or leave the name out."
        case .unsupportedKey(let fingerprint, let key):
            "Certificate \(fingerprint.short) has a key of type \(key.description.quotable); RSA, EC or Ed25519 is needed."
        case .defaultCannotBeUnbound:
            "The default server certificate cannot be unbound. Replace it: sluice server-certs replace default CERT, "
                + "or switch it off: sluice server-certs default disable"
        case .defaultNeededWithoutCustom:
            "The default server certificate cannot be disabled: no custom one is bound, and nobody could connect. "
                + "Bind one first: sluice server-certs bind CERT"
        case .lastCustomWhileDefaultDisabled(let slot):
            "Slot \(slot) holds the last custom certificate while the default is disabled; nobody could connect. "
                + "Enable the default first: sluice server-certs default enable"
        case .caAlreadyRegistered(let fingerprint):
            "CA \(fingerprint.short) is registered already. Nothing to do."
        case .caListedTwice(let fingerprint):
            "CA \(fingerprint.short) stands in the bundle twice. Take one of them out."
        case .caNameTaken(let name, let owner):
            "The name \"\(name)\" belongs to CA \(owner.short). Choose another name."
        case .caLimit(let registered, 1, let limit):
            "CA limit reached: \(registered) registered, \(limit) allowed. Unregister one, or raise limits.cas."
        case .caLimit(let registered, let adding, let limit):
            "CA limit reached: \(registered) registered, \(adding) in the bundle, \(limit) allowed. "
                + "Unregister some, or raise limits.cas."
        case .caActive(let fingerprint):
            "CA \(fingerprint.short) is active; in mode one-device-one-certificate only an inactive one is unregistered. "
                + "Deactivate it first: sluice ca-certs deactivate \(fingerprint.short)"
        case .caHasClientCertificates(let fingerprint, let count):
            "CA \(fingerprint.short) has \(count.map { "\($0)" } ?? "some") registered client certificates, none may be left. "
                + "Revoke and delete them first: sluice client-certs list --ca \(fingerprint.short)"
        case .revocationListOlder(let fingerprint, let found, let present):
            "The revocation list was made at \(found.timestamp), the present one of CA \(fingerprint.short) at "
                + "\(present.timestamp): an older one could let in what was revoked. Get a newer one, or remove the present "
                + "one first: sluice ca-certs crl \(fingerprint.short) --remove"
        case .proofNeeded:
            "Mode one-device-one-certificate takes a CA only with proof that you hold its key. Get a code with "
                + "sluice ca-certs code, sign a certificate with CN = that code, and give it by --verification F "
                + "(an administrator may waive it: --no-proof)."
        case .proofForOneCA(let found):
            "One registration code was given for \(found) CAs, and proves one. Register each with a code of its own."
        case .noSuchRegistrationCode(let text):
            "\"\(text.quotable)\" is no open registration code: each is used once. Get another: sluice ca-certs code"
        case .registrationCodeExpired(let end, let now):
            "The registration code was worth something until \(end.timestamp), it is \(now.timestamp). "
                + "Get another: sluice ca-certs code"
        case .registrationCodeTaken:
            "The registration code was given out already. Get another: sluice ca-certs code"
        case .registrationCodeLimit(let open, let limit, let nextExpiry):
            "Registration code limit reached: \(open) open, \(limit) allowed. Use one of them, or wait until "
                + "\(nextExpiry.timestamp), when the first expires."
        case .graceOutOfRange(let asked, let maximum):
            "A grace period of \(asked.option) was asked for; 0s to \(maximum.option) are allowed. Give --grace a length "
                + "in between."
        case .noGrace(let target):
            "No grace period is open for \(target): nothing was replaced there, or the period is over. "
                + "See: sluice server-certs list, sluice ca-certs list"
        case .graceEndPassed(let target, let until, let now):
            "The grace period of \(target) cannot end at \(until.timestamp), it is \(now.timestamp). "
                + "To end it now: \(target.commandEnding)"
        case .graceEndTooLate(let target, let until, let latest):
            "The grace period of \(target) cannot last until \(until.timestamp): \(latest.timestamp) is the latest, "
                + "30 days after the replacement. Give an earlier end."
        case .roleTooLow(let found, let needed):
            "The role \(needed) is needed for this change, yours is \(found). Ask somebody who has it."
        case .noActiveCA(let mode, let inactive):
            "Mode \(mode) needs an active CA: none of \(inactive) registered is active, and nobody could connect. "
                + (inactive == 0
                    ? "Register one: sluice ca-certs register --ca F" : "Activate one: sluice ca-certs activate CA")
        case .anonymousOutsideOneWay(let mode):
            "Anonymous access exists in mode one-way only, this is \(mode). Leave --anonymous out."
        }
    }
}
