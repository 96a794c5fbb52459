package import struct FoundationEssentials.Date

/// Finds the server certificates for a name: exact over wildcard over default, in two hash probes.
///
/// Built once for a `ClusterState`, immutable, used from every reactor. A name costs one hash probe for itself and one
/// for its parent under `*.`, and two more into the retired names only when neither is served. During a grace period the
/// present certificates come first, and those that they replaced for clients which refused them; everything that can be
/// answered until the last deadline is worked out beforehand, so that the clock decides and no sweep is waited for.
package struct CertificateSelection: Sendable {
    private let exact: [String: NameAnswer]
    /// Keyed by what follows `*.`.
    private let wildcard: [String: NameAnswer]
    private let retired: RetiredNames
    /// The default slot on its own, if it is occupied and switched on.
    private let standIn: NameAnswer?

    /// Indexes the names of every slot that is switched on.
    package init(_ state: ClusterState) {
        let (present, old) = (NameIndex(state, superseded: false), NameIndex(state, superseded: true))
        var exact: [String: NameAnswer] = [:]
        for name in Set(present.exact.keys).union(old.exact.keys) {
            exact[name] = NameAnswer(
                present: present.candidates(for: name),
                old: old.candidates(for: name),
                // Without a present certificate of its own the name is answered by the wildcard above it, or by nobody.
                staysAfterwards: present.exact[name] != nil
            )
        }
        var wildcard: [String: NameAnswer] = [:]
        for parent in Set(present.wildcard.keys).union(old.wildcard.keys) {
            wildcard[parent] = NameAnswer(present: present.wildcard[parent] ?? [], old: old.wildcard[parent] ?? [])
        }
        self.exact = exact
        self.wildcard = wildcard
        retired = state.retired
        let ofDefault = present.standIn
        standIn = ofDefault.isEmpty ? nil : NameAnswer(present: ofDefault, old: old.standIn)
    }

    /// Every group that `choose` can answer with, now or later.
    package var groups: Set<SlotGroup> {
        let answers = Array(exact.values) + Array(wildcard.values) + [standIn].compactMap(\.self)
        return Set(answers.flatMap(\.groups))
    }

    /// Chooses for one client hello. Does not block; costs at most four hash probes.
    ///
    /// - Parameters:
    ///   - now: decides which grace periods are open.
    ///   - refusedCurrent: whether this client has refused the present certificate of this name with one of the alerts
    ///     42, 46 and 48: then what was replaced comes first, as long as its grace period lasts.
    package func choose(
        _ indication: ServerNameIndication,
        unknown policy: UnknownServerNamePolicy = .default,
        at now: Date,
        refusedCurrent: Bool = false
    ) -> CertificateChoice {
        let moment = NameAnswer.Moment(now: now, refusedCurrent: refusedCurrent)
        return switch indication.request {
        case .unnamed: fallBack(from: .unnamed, policy, moment)
        case .malformed: fallBack(from: .malformed, policy, moment)
        case .name(let name): choose(name, policy, moment)
        }
    }

    private func choose(
        _ name: DomainName,
        _ policy: UnknownServerNamePolicy,
        _ moment: NameAnswer.Moment
    ) -> CertificateChoice {
        let offer = exact[name.text]?.offer(at: moment) ?? name.parent.flatMap { wildcard[$0.text]?.offer(at: moment) }
        // A retired name is refused although a certificate that was replaced elsewhere would still do for it.
        if let offer, !(offer.isSupersededOnly && retired.refuses(name)) {
            return .serve(offer.group, match: offer.match)
        }
        if retired.refuses(name) { return .refused(.retired(name)) }
        return fallBack(from: .unknown(name), policy, moment)
    }

    private func fallBack(
        from refusal: CertificateChoice.Refusal,
        _ policy: UnknownServerNamePolicy,
        _ moment: NameAnswer.Moment
    ) -> CertificateChoice {
        guard policy == .default, let offer = standIn?.offer(at: moment) else { return .refused(refusal) }
        return .serve(offer.group, match: offer.match)
    }
}

/// The names of the present certificates, or of the superseded ones, of every slot that is switched on.
private struct NameIndex {
    var exact: [String: [NameAnswer.Candidate]] = [:]
    /// Keyed by what follows `*.`.
    var wildcard: [String: [NameAnswer.Candidate]] = [:]
    /// What stands in for unknown names: the default slot's certificate.
    var standIn: [NameAnswer.Candidate] = []

    init(_ state: ClusterState, superseded: Bool) {
        for (slot, binding) in state.slots where state.isServing(slot) {
            let member = SlotGroup.Member(slot, isSuperseded: superseded)
            guard let certificate = state.certificate(of: member)?.certificate else { continue }
            let end = superseded ? binding.superseded?.until : nil
            func candidate(_ match: CertificateChoice.Match) -> NameAnswer.Candidate {
                NameAnswer.Candidate(
                    member: member,
                    family: certificate.key.family,
                    match: match,
                    end: end ?? certificate.notAfter
                )
            }
            for name in Set(certificate.names) {
                if name.isWildcard, let parent = name.parent {
                    wildcard[parent.text, default: []].append(candidate(.wildcard))
                } else {
                    exact[name.text, default: []].append(candidate(.exact))
                }
            }
            if slot == .default { standIn.append(candidate(.default)) }
        }
    }

    /// Those with the very name, and those with a wildcard above it.
    func candidates(for name: String) -> [NameAnswer.Candidate] {
        let parent = DomainName(normalised: name).parent
        return (exact[name] ?? []) + (parent.flatMap { wildcard[$0.text] } ?? [])
    }
}
