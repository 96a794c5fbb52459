package import struct FoundationEssentials.Date

/// Everything the cluster's rules depend on, at one revision: an immutable snapshot.
///
/// A change makes a new one (`applying(_:at:limits:facts:)`); a connection keeps the one that it was set up with.
package struct ClusterState: Hashable, Sendable {
    /// Grows by one with every change.
    package internal(set) var revision: UInt64
    /// Grows whenever trust narrows, that is when a CA is deactivated or unregistered, a superseded one is dropped, or a
    /// revocation list changes: what was verified under an earlier generation must be verified again.
    package internal(set) var trustGeneration: UInt64
    /// The certificate store, by fingerprint of the leaf.
    package internal(set) var hosted: [Fingerprint: HostedCertificate]
    /// The bound server certificates.
    package internal(set) var slots: [ServerCertificateSlot: SlotBinding]
    /// Whether the default server certificate serves.
    package internal(set) var defaultEnabled: Bool
    /// Names that are refused because their certificate was unbound.
    package internal(set) var retired: RetiredNames
    /// The CA registry, by fingerprint.
    package internal(set) var authorities: [Fingerprint: RegisteredCA]
    /// The CAs that were replaced, by fingerprint, during their grace period and until the next sweep after it.
    package internal(set) var supersededAuthorities: [Fingerprint: SupersededCA]
    /// The registration codes that were given out and not used, the oldest first.
    package internal(set) var registrationCodes: [RegistrationCode]
    /// The cluster-wide settings.
    package internal(set) var settings: ClusterSettings

    /// A cluster without certificates: where a new registry begins, at revision 0.
    package static func initial(_ settings: ClusterSettings = ClusterSettings()) -> ClusterState {
        ClusterState(
            revision: 0,
            trustGeneration: 0,
            hosted: [],
            slots: [:],
            defaultEnabled: true,
            retired: RetiredNames(),
            authorities: [],
            settings: settings
        )
    }

    /// Puts a stored snapshot together again. A store hands back what it was given; no rule is applied.
    package init(
        revision: UInt64,
        trustGeneration: UInt64,
        hosted: [HostedCertificate],
        slots: [ServerCertificateSlot: SlotBinding],
        defaultEnabled: Bool,
        retired: RetiredNames,
        authorities: [RegisteredCA],
        supersededAuthorities: [SupersededCA] = [],
        registrationCodes: [RegistrationCode] = [],
        settings: ClusterSettings
    ) {
        self.revision = revision
        self.trustGeneration = trustGeneration
        self.hosted = Dictionary(hosted.map { ($0.fingerprint, $0) }, uniquingKeysWith: { first, _ in first })
        self.slots = slots
        self.defaultEnabled = defaultEnabled
        self.retired = retired
        self.authorities = Dictionary(authorities.map { ($0.fingerprint, $0) }, uniquingKeysWith: { first, _ in first })
        self.supersededAuthorities = Dictionary(
            supersededAuthorities.map { ($0.ca.fingerprint, $0) },
            uniquingKeysWith: { first, _ in first }
        )
        self.registrationCodes = registrationCodes
        self.settings = settings
    }

    /// The hosted certificate that a slot serves; `nil` for an empty slot.
    package func certificate(in slot: ServerCertificateSlot) -> HostedCertificate? {
        slots[slot].flatMap { hosted[$0.certificate] }
    }

    /// The hosted certificate that a slot served before, while the grace period lasts.
    package func supersededCertificate(in slot: ServerCertificateSlot, at now: Date) -> HostedCertificate? {
        slots[slot]?.superseded(at: now).flatMap { hosted[$0.certificate] }
    }

    /// The slot that a hosted certificate is bound to.
    package func slot(of certificate: Fingerprint) -> ServerCertificateSlot? {
        slots.first { $0.value.certificate == certificate }?.key
    }

    /// The CAs that devices are let in by now, in fingerprint order: the active ones, and those that were replaced and
    /// whose grace period lasts.
    package func trustedAuthorities(at now: Date) -> [RegisteredCA] {
        let superseded = supersededAuthorities.values.filter { now < $0.until }.map(\.ca)
        return (activeAuthorities + superseded).sorted { $0.fingerprint < $1.fingerprint }
    }

    /// The registered CAs whose state is active, in fingerprint order.
    package var activeAuthorities: [RegisteredCA] {
        authorities.values.filter { $0.state == .active }.sorted { $0.fingerprint < $1.fingerprint }
    }

    /// The occupied custom slots in order.
    package var boundCustomSlots: [ServerCertificateSlot] {
        slots.keys.filter(\.isCustom).sorted()
    }
}
