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

    // Settings.

    /// The mode needs a CA that is active.
    case noActiveCA(mode: AuthenticationMode, inactive: Int)
    /// Anonymous access was asked for in a mode that has none.
    case anonymousOutsideOneWay(mode: AuthenticationMode)
}
