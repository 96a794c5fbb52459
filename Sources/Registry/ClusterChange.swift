package import struct FoundationEssentials.Date

/// A change of the cluster, as an operator asks for it; `ClusterState.applying` has the rules.
package indirect enum ClusterChange: Hashable, Sendable {
    // The certificate store and the server certificate slots.

    /// Puts an uploaded certificate into the store.
    case hostCertificate(HostedCertificate)
    /// Removes an unbound certificate from the store, its key included.
    case deleteCertificate(Fingerprint)
    /// Gives a hosted certificate an OCSP response to send along, or takes it away.
    case setStaple(Fingerprint, OCSPStaple?)
    /// Serves a hosted certificate from an empty slot: the one given, else the first free custom slot.
    case bind(Fingerprint, slot: ServerCertificateSlot?)
    /// Serves another hosted certificate from an occupied slot; the old one stays for clients that refuse the new one
    /// until the grace period ends.
    case replace(ServerCertificateSlot, with: Fingerprint, grace: Duration = GracePeriod.standard)
    /// Empties a custom slot and retires the names that only it served.
    case unbind(ServerCertificateSlot)
    /// Switches the default server certificate on or off.
    case setDefault(enabled: Bool)

    // The CA registry.

    /// Gives out a registration code.
    case issueRegistrationCode(RegistrationCode)
    /// Registers CAs: all of them or none. A code proves one CA alone.
    case registerCAs([RegisteredCA], proof: RegistrationProof = .notNeeded)
    /// Puts another CA in the place of a registered one, in its state and, if it has none of its own, under its name;
    /// both are trusted until the grace period ends.
    case replaceCA(
        Fingerprint,
        with: RegisteredCA,
        grace: Duration = GracePeriod.standard,
        proof: RegistrationProof = .notNeeded
    )
    /// Trusts a registered CA, or stops trusting it.
    case setCAState(Fingerprint, CAState)
    /// Takes a CA out of the registry; one that was replaced loses its grace period.
    case unregisterCA(Fingerprint)
    /// Gives a CA a revocation list, or takes it away.
    case setRevocationList(Fingerprint, RevocationList?)

    // Grace periods.

    /// Ends a grace period now.
    case endGrace(GraceTarget)
    /// Moves the end of a grace period.
    case extendGrace(GraceTarget, until: Date)
    /// Drops everything whose grace period is over.
    case expireGraces

    // Settings.

    /// Switches how devices prove who they are; a setting that is `nil` stays as it is.
    case setMode(
        AuthenticationMode,
        anonymous: Bool? = nil,
        automaticRegistration: Bool? = nil,
        automaticActivation: Bool? = nil
    )
    /// Switches the TLS versions that clients may use.
    case setTLS(TLSVersionRange)

    /// Several changes in one step, in this order: all of them or none.
    case all([ClusterChange])
}
