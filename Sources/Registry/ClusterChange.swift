/// A change of the cluster, as an operator asks for it; `ClusterState.applying` has the rules.
package indirect enum ClusterChange: Hashable, Sendable {
    /// Puts an uploaded certificate into the store.
    case hostCertificate(HostedCertificate)
    /// Removes an unbound certificate from the store, its key included.
    case deleteCertificate(Fingerprint)
    /// Serves a hosted certificate from an empty slot: the one given, else the first free custom slot.
    case bind(Fingerprint, slot: ServerCertificateSlot?)
    /// Serves another hosted certificate from an occupied slot.
    case replace(ServerCertificateSlot, with: Fingerprint)
    /// Empties a custom slot and retires the names that only it served.
    case unbind(ServerCertificateSlot)
    /// Switches the default server certificate on or off.
    case setDefault(enabled: Bool)
    /// Registers CAs: all of them or none.
    case registerCAs([RegisteredCA])
    /// Trusts a registered CA, or stops trusting it.
    case setCAState(Fingerprint, CAState)
    /// Takes a CA out of the registry.
    case unregisterCA(Fingerprint)
    /// Switches how devices prove who they are; `anonymous: nil` leaves that setting as it is.
    case setMode(AuthenticationMode, anonymous: Bool?)
    /// Switches the TLS versions that clients may use.
    case setTLS(TLSVersionRange)
    /// Several changes in one step, in this order: all of them or none.
    case all([ClusterChange])
}

/// What a change did, for people: the words, the command that takes it back, and what to watch out for.
package struct RegistryChangeSummary: Hashable, Sendable, CustomStringConvertible {
    /// One sentence without a final dot, such as `bound shop to custom-1 for mqtt.shop.test`.
    package let words: String
    /// The command line that undoes it; `nil` if nothing can.
    package let undo: String?
    /// Consequences that the operator may not have meant.
    package let warnings: [String]

    /// Describes a change.
    package init(_ words: String, undo: String?, warnings: [String] = []) {
        self.words = words
        self.undo = undo
        self.warnings = warnings
    }

    package var description: String { words }

    /// Describes several changes as one.
    init(joining summaries: [RegistryChangeSummary]) {
        let undos = summaries.compactMap(\.undo).reversed()
        self.init(
            summaries.map(\.words).joined(separator: "; "),
            undo: undos.count == summaries.count && !undos.isEmpty ? undos.joined(separator: " && ") : nil,
            warnings: summaries.flatMap(\.warnings)
        )
    }
}

/// One step of the cluster's history: the state before, the state after, and what happened between them.
package struct ClusterTransition: Hashable, Sendable {
    /// The state that the change was applied to.
    package let before: ClusterState
    /// The state that it made: one revision later, or the same if there was nothing to do.
    package let after: ClusterState
    /// What happened, for people.
    package let summary: RegistryChangeSummary

    /// Whether there was anything to do.
    package var isChange: Bool { before.revision != after.revision }
}
