package import struct FoundationEssentials.Date

extension ClusterState {
    /// Applies a change by the rules of the product. Pure: the same state, change, time and facts give the same answer.
    ///
    /// Throws the `RegistryError` that says why the change is refused. A change that finds everything as wanted is no
    /// error; its transition keeps the revision.
    package func applying(
        _ change: ClusterChange,
        at now: Date,
        limits: ClusterLimits = ClusterLimits(),
        facts: ClusterFacts = .none
    ) throws(RegistryError) -> ClusterTransition {
        var after = self
        var steps: [ClusterStep] = []
        for single in change.singles {
            let before = after
            let summary = try after.apply(single, at: now, limits: limits, facts: facts)
            after.dropReplacedFiles(since: before)
            steps.append(ClusterStep(before: before, after: after, change: single, summary: summary))
        }
        if after != self { after.revision += 1 }
        return ClusterTransition(
            before: self,
            after: after,
            summary: RegistryChangeSummary(joining: steps.map(\.summary)),
            records: steps.flatMap(\.records),
            unregistered: Set(steps.compactMap(\.unregistered)),
            replaced: Dictionary(steps.compactMap(\.replaced)) { _, last in last }
        )
    }

    private mutating func apply(
        _ change: ClusterChange,
        at now: Date,
        limits: ClusterLimits,
        facts: ClusterFacts
    ) throws(RegistryError) -> RegistryChangeSummary {
        switch change {
        case .hostCertificate(let certificate): try host(certificate)
        case .deleteCertificate(let fingerprint): try deleteCertificate(fingerprint, at: now)
        case .setStaple(let fingerprint, let staple): try setStaple(staple, of: fingerprint)
        case .bind(let fingerprint, let slot): try bind(fingerprint, to: slot, at: now, limits: limits)
        case .replace(let slot, let fingerprint, let grace): try replace(slot, with: fingerprint, grace: grace, at: now)
        case .unbind(let slot): try unbind(slot, at: now)
        case .setDefault(let enabled): try setDefault(enabled: enabled)
        case .issueRegistrationCode(let code): try issue(code, at: now)
        case .registerCAs(let authorities, let proof): try register(authorities, proof: proof, at: now, limits: limits)
        case .replaceCA(let old, let new, let grace, let proof):
            try replaceCA(old, with: new, grace: grace, proof: proof, at: now, facts: facts)
        case .setCAState(let fingerprint, let state): try setState(of: fingerprint, to: state)
        case .unregisterCA(let fingerprint): try unregister(fingerprint, at: now, facts: facts)
        case .setRevocationList(let fingerprint, let list): try setRevocationList(list, of: fingerprint, at: now)
        case .endGrace(let target): try endGrace(of: target, at: now)
        case .extendGrace(let target, let until): try extendGrace(of: target, until: until, at: now)
        case .expireGraces: expireGraces(at: now)
        case .setMode(let mode, let anonymous, let automaticRegistration, let automaticActivation):
            try setMode(
                mode,
                anonymous: anonymous,
                automaticRegistration: automaticRegistration,
                automaticActivation: automaticActivation
            )
        case .setTLS(let range): setTLS(range)
        // `singles` has taken these apart.
        case .all: RegistryChangeSummary("nothing to do", undo: nil)
        }
    }
}

extension ClusterChange {
    /// The change, or the ones that it consists of, in their order.
    var singles: [ClusterChange] {
        if case .all(let changes) = self { return changes.flatMap(\.singles) }
        return [self]
    }
}
