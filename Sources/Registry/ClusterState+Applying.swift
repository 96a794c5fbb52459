package import struct FoundationEssentials.Date

extension ClusterState {
    /// Applies a change by the rules of the product. Pure: the same state, change and time give the same answer.
    ///
    /// Throws the `RegistryError` that says why the change is refused. A change that finds everything as wanted is no
    /// error; its transition keeps the revision.
    package func applying(
        _ change: ClusterChange,
        at now: Date,
        limits: ClusterLimits = ClusterLimits()
    ) throws(RegistryError) -> ClusterTransition {
        var after = self
        let summary = try after.apply(change, at: now, limits: limits)
        if after != self { after.revision += 1 }
        return ClusterTransition(before: self, after: after, summary: summary)
    }

    private mutating func apply(
        _ change: ClusterChange,
        at now: Date,
        limits: ClusterLimits
    ) throws(RegistryError) -> RegistryChangeSummary {
        switch change {
        case .hostCertificate(let certificate): try host(certificate)
        case .deleteCertificate(let fingerprint): try deleteCertificate(fingerprint)
        case .bind(let fingerprint, let slot): try bind(fingerprint, to: slot, at: now, limits: limits)
        case .replace(let slot, let fingerprint): try replace(slot, with: fingerprint, at: now)
        case .unbind(let slot): try unbind(slot, at: now)
        case .setDefault(let enabled): try setDefault(enabled: enabled)
        case .registerCAs(let authorities): try register(authorities, limits: limits)
        case .setCAState(let fingerprint, let state): try setState(of: fingerprint, to: state)
        case .unregisterCA(let fingerprint): try unregister(fingerprint)
        case .setMode(let mode, let anonymous): try setMode(mode, anonymous: anonymous)
        case .setTLS(let range): setTLS(range)
        case .all(let changes): try applyAll(changes, at: now, limits: limits)
        }
    }

    private mutating func applyAll(
        _ changes: [ClusterChange],
        at now: Date,
        limits: ClusterLimits
    ) throws(RegistryError) -> RegistryChangeSummary {
        var summaries: [RegistryChangeSummary] = []
        for change in changes { summaries.append(try apply(change, at: now, limits: limits)) }
        return RegistryChangeSummary(joining: summaries)
    }
}
