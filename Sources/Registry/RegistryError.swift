package import struct Foundation.Date

/// Why the registry refuses a text or a change; each case carries what was compared.
package enum RegistryError: Error, Hashable, Sendable {
    // Texts that are none of the registry's values.
    case domainName(text: String, problem: DomainNameProblem)
    case fingerprint(found: String)
    case objectName(String)
    case unknownSlotName(String)
    case tlsRangeReversed(minimum: TLSProtocolVersion, maximum: TLSProtocolVersion)

    // Things that are not there.
    case noSuchCertificate(String)
    case noSuchCA(String)
    case ambiguousReference(String, matches: [Fingerprint])
    case slotEmpty(ServerCertificateSlot)

    // The certificate store.
    case certificateAlreadyHosted(Fingerprint)
    case certificateNameTaken(ObjectName, by: Fingerprint)
    case certificateInUse(Fingerprint, slot: ServerCertificateSlot)

    // Binding.
    case certificateExpired(Fingerprint, notAfter: Date, now: Date)
    case certificateWithoutNames(Fingerprint)
    case certificateAlreadyBound(Fingerprint, slot: ServerCertificateSlot)
    case slotOccupied(ServerCertificateSlot, by: Fingerprint)
    case slotOutOfRange(ServerCertificateSlot, limit: Int)
    case customCertificateLimit(bound: Int, limit: Int)
    case nameConflict(DomainName, family: KeyFamily, slot: ServerCertificateSlot, certificate: Fingerprint)
    case unsupportedKey(Fingerprint, CertificateKey)

    // The default certificate.
    case defaultCannotBeUnbound
    case defaultNeededWithoutCustom
    case lastCustomWhileDefaultDisabled(ServerCertificateSlot)

    // CAs.
    case caAlreadyRegistered(Fingerprint)
    case caListedTwice(Fingerprint)
    case caNameTaken(ObjectName, by: Fingerprint)
    case caLimit(registered: Int, adding: Int, limit: Int)

    // Settings.
    case noActiveCA(mode: AuthenticationMode, inactive: Int)
    case anonymousOutsideOneWay(mode: AuthenticationMode)
}
