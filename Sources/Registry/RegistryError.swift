package import struct FoundationEssentials.Date

/// Why the registry refuses a text or a change; each case carries what was compared.
package enum RegistryError: Error, Hashable, Sendable {
    // Texts that are none of the registry's values.

    /// A text is no domain name.
    case domainName(text: String, problem: DomainNameProblem)
    /// A text or bytes are no SHA-256.
    case fingerprint(found: String)
    /// A text is no serial number.
    case serialNumber(String)
    /// A text cannot name a certificate or CA.
    case objectName(String)
    /// A text names no slot.
    case unknownSlotName(String)
    /// A text is no registration code.
    case registrationCode(String)
    /// The oldest version allowed is newer than the newest.
    case tlsRangeReversed(minimum: TLSProtocolVersion, maximum: TLSProtocolVersion)

    // Things that are not there.

    /// No hosted certificate is meant by the reference.
    case noSuchCertificate(String)
    /// No registered CA is meant by the reference.
    case noSuchCA(String)
    /// Several certificates are meant by the reference.
    case ambiguousReference(String, matches: [Fingerprint])
    /// The slot holds no certificate.
    case slotEmpty(ServerCertificateSlot)

    // The certificate store.

    /// The certificate is in the store.
    case certificateAlreadyHosted(Fingerprint)
    /// Another hosted certificate has the name.
    case certificateNameTaken(ObjectName, by: Fingerprint)
    /// A bound certificate cannot be deleted.
    case certificateInUse(Fingerprint, slot: ServerCertificateSlot)
    /// A replaced certificate cannot be deleted before its grace period ends.
    case certificateInGrace(Fingerprint, slot: ServerCertificateSlot, until: Date)

    // Binding.

    /// The certificate is past its end of validity.
    case certificateExpired(Fingerprint, notAfter: Date, now: Date)
    /// The certificate carries no DNS name.
    case certificateWithoutNames(Fingerprint)
    /// The certificate serves from a slot.
    case certificateAlreadyBound(Fingerprint, slot: ServerCertificateSlot)
    /// The slot holds a certificate.
    case slotOccupied(ServerCertificateSlot, by: Fingerprint)
    /// The slot's number is past the limit.
    case slotOutOfRange(ServerCertificateSlot, limit: Int)
    /// As many custom certificates are bound as may be.
    case customCertificateLimit(bound: Int, limit: Int)
    /// Another slot serves the name with the same kind of key.
    case nameConflict(DomainName, family: KeyFamily, slot: ServerCertificateSlot, certificate: Fingerprint)
    /// The certificate's key is of a kind that nothing is served with.
    case unsupportedKey(Fingerprint, CertificateKey)

    // The default certificate.

    /// The default slot is switched off, not emptied.
    case defaultCannotBeUnbound
    /// Without a custom certificate the default has to stay on.
    case defaultNeededWithoutCustom
    /// While the default is off, one custom certificate has to stay.
    case lastCustomWhileDefaultDisabled(ServerCertificateSlot)

    // CAs.

    /// The CA is registered.
    case caAlreadyRegistered(Fingerprint)
    /// One bundle holds the CA twice.
    case caListedTwice(Fingerprint)
    /// Another CA has the name.
    case caNameTaken(ObjectName, by: Fingerprint)
    /// More CAs would be registered than may be.
    case caLimit(registered: Int, adding: Int, limit: Int)

    /// In the mode one device, one certificate only an inactive CA is unregistered.
    case caActive(Fingerprint)
    /// Client certificates are registered with the CA; `nil` if it is not known how many.
    case caHasClientCertificates(Fingerprint, count: Int?)
    /// The revocation list is older than the one that is there.
    case revocationListOlder(ca: Fingerprint, found: Date, present: Date)

    // Proof that somebody holds a CA's key.

    /// In the mode one device, one certificate a CA is not registered without proof.
    case proofNeeded
    /// A registration code proves one CA.
    case proofForOneCA(found: Int)
    /// No open registration code has this text.
    case noSuchRegistrationCode(String)
    /// The registration code is past its end.
    case registrationCodeExpired(at: Date, now: Date)
    /// The text was given out as a registration code already.
    case registrationCodeTaken
    /// As many registration codes are open as may be.
    case registrationCodeLimit(open: Int, limit: Int, nextExpiry: Date)

    // Grace periods.

    /// A grace period is shorter than nothing or longer than allowed.
    case graceOutOfRange(asked: Duration, maximum: Duration)
    /// Nothing was replaced, or its grace period is over.
    case noGrace(GraceTarget)
    /// The new end of a grace period has passed already.
    case graceEndPassed(GraceTarget, until: Date, now: Date)
    /// The new end of a grace period is later than allowed.
    case graceEndTooLate(GraceTarget, until: Date, latest: Date)

    // Who may.

    /// The principal's role does not reach for the change.
    case roleTooLow(found: Role, needed: Role)

    // Settings.

    /// The mode needs a CA that is active.
    case noActiveCA(mode: AuthenticationMode, inactive: Int)
    /// Anonymous access was asked for in a mode that has none.
    case anonymousOutsideOneWay(mode: AuthenticationMode)
}
