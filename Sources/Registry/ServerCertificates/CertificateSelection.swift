/// What a client gets that names nobody, or a name that no slot serves: an access point's `unknownSNI`.
package enum UnknownServerNamePolicy: String, Hashable, Sendable, CaseIterable {
    /// The default server certificate, if it is enabled.
    case `default`
    /// The alert unrecognized_name.
    case reject
}

/// The slots that serve the same name, one for each key family, the preferred family first.
///
/// Their certificates go into one TLS context, where the handshake takes the first one that the client can verify.
package struct SlotGroup: Hashable, Sendable, CustomStringConvertible {
    /// The slot of the preferred key family: the one that is named in metrics and logs.
    package let preferred: ServerCertificateSlot
    /// The slots of the other key families, in order of preference.
    package let others: [ServerCertificateSlot]

    /// All of them in order of preference.
    package var slots: [ServerCertificateSlot] { [preferred] + others }

    package var description: String { slots.map(\.description).joined(separator: "+") }
}

/// Which server certificate answers a client hello.
package enum CertificateChoice: Hashable, Sendable {
    /// Serve the certificates of these slots.
    case serve(SlotGroup, match: Match)
    /// Refuse with the alert unrecognized_name.
    case refused(Refusal)

    /// How the name led to the slot.
    package enum Match: String, Hashable, Sendable {
        /// A name of the certificate, letter by letter.
        case exact
        /// A `*.` name of the certificate.
        case wildcard
        /// No name matched, or none was given.
        case `default`
    }

    /// Why no certificate answers.
    package enum Refusal: Hashable, Sendable {
        /// The name's certificate was unbound.
        case retired(DomainName)
        /// No slot serves the name, and the default does not stand in.
        case unknown(DomainName)
        /// The client named nobody, and the default does not stand in.
        case unnamed
        /// The client sent bytes that are no name, and the default does not stand in.
        case malformed
    }
}

/// Finds the server certificate for a name: exact over wildcard over default, in two hash probes.
///
/// Built once for a `ClusterState`, immutable, used from every reactor. A name costs one hash probe for itself and one
/// for its parent under `*.`, and two more into the retired names only when neither is served.
package struct CertificateSelection: Sendable {
    private let exact: [String: SlotGroup]
    /// Keyed by what follows `*.`.
    private let wildcard: [String: SlotGroup]
    private let retired: RetiredNames
    /// The default slot on its own, if it is occupied and switched on.
    private let standIn: SlotGroup?

    /// Indexes the names of every slot that is switched on.
    package init(_ state: ClusterState) {
        var exact: [String: [Candidate]] = [:]
        var wildcard: [String: [Candidate]] = [:]
        for slot in state.slots.keys where slot.isCustom || state.defaultEnabled {
            guard let certificate = state.certificate(in: slot)?.certificate else { continue }
            let candidate = Candidate(family: certificate.key.family, slot: slot)
            for name in Set(certificate.names) {
                if name.isWildcard, let parent = name.parent {
                    wildcard[parent.text, default: []].append(candidate)
                } else {
                    exact[name.text, default: []].append(candidate)
                }
            }
        }
        self.exact = exact.compactMapValues(Self.group)
        self.wildcard = wildcard.compactMapValues(Self.group)
        retired = state.retired
        let servesDefault = state.defaultEnabled && state.certificate(in: .default) != nil
        standIn = servesDefault ? SlotGroup(preferred: .default, others: []) : nil
    }

    /// Every group that `choose` can answer with.
    package var groups: Set<SlotGroup> {
        Set(exact.values).union(wildcard.values).union([standIn].compactMap(\.self))
    }

    /// Chooses for one client hello. Does not block; costs at most four hash probes.
    package func choose(
        _ indication: ServerNameIndication,
        unknown policy: UnknownServerNamePolicy = .default
    ) -> CertificateChoice {
        switch indication.request {
        case .unnamed: fallBack(from: .unnamed, policy)
        case .malformed: fallBack(from: .malformed, policy)
        case .name(let name): choose(name, policy)
        }
    }

    private func choose(_ name: DomainName, _ policy: UnknownServerNamePolicy) -> CertificateChoice {
        if let group = exact[name.text] { return .serve(group, match: .exact) }
        if let parent = name.parent, let group = wildcard[parent.text] { return .serve(group, match: .wildcard) }
        if retired.refuses(name) { return .refused(.retired(name)) }
        return fallBack(from: .unknown(name), policy)
    }

    private func fallBack(
        from refusal: CertificateChoice.Refusal,
        _ policy: UnknownServerNamePolicy
    ) -> CertificateChoice {
        guard let standIn, policy == .default else { return .refused(refusal) }
        return .serve(standIn, match: .default)
    }

    private struct Candidate {
        let family: KeyFamily
        let slot: ServerCertificateSlot
    }

    /// By key family; the rules allow one slot for each name and family.
    private static func group(_ candidates: [Candidate]) -> SlotGroup? {
        let slots = candidates.sorted { ($0.family, $0.slot) < ($1.family, $1.slot) }.map(\.slot)
        guard let preferred = slots.first else { return nil }
        return SlotGroup(preferred: preferred, others: Array(slots.dropFirst()))
    }
}
