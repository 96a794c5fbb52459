package import FoundationEssentials

/// The rules of grace periods that have begun.
extension ClusterState {
    /// The next moment at which a grace period ends that nobody has swept away yet: when to apply `.expireGraces`.
    package var nextGraceEnd: Date? {
        (slots.values.compactMap(\.superseded?.until) + supersededAuthorities.values.map(\.until)).min()
    }

    /// Until when both certificates work; `nil` if nothing was replaced there, or the period is over.
    package func graceEnd(of target: GraceTarget, at now: Date) -> Date? {
        switch target {
        case .slot(let slot): slots[slot]?.superseded(at: now)?.until
        case .ca(let fingerprint): supersededCA(fingerprint, at: now)?.until
        }
    }

    /// The superseded CA that is meant by its own fingerprint or by that of the CA which replaced it.
    package func supersededCA(_ fingerprint: Fingerprint, at now: Date) -> SupersededCA? {
        let found =
            supersededAuthorities[fingerprint] ?? supersededAuthorities.values.first { $0.replacedBy == fingerprint }
        return found.flatMap { now < $0.until ? $0 : nil }
    }

    mutating func endGrace(of target: GraceTarget, at now: Date) throws(RegistryError) -> RegistryChangeSummary {
        switch target {
        case .slot(let slot):
            guard let old = supersededCertificate(in: slot, at: now) else { throw .noGrace(target) }
            slots[slot]?.superseded = nil
            return RegistryChangeSummary(
                "ended the grace period of \(target): \(old.label) serves no longer",
                undo: nil
            )
        case .ca(let fingerprint):
            guard let old = supersededCA(fingerprint, at: now) else { throw .noGrace(target) }
            supersededAuthorities[old.ca.fingerprint] = nil
            trustGeneration += 1
            return RegistryChangeSummary(
                "ended the grace period of CA \(old.ca.label): it is trusted no longer",
                undo: nil
            )
        }
    }

    /// Moves the end either way, within `GracePeriod.maximum` of the replacement. What is over stays over.
    mutating func extendGrace(
        of target: GraceTarget,
        until wanted: Date,
        at now: Date
    ) throws(RegistryError) -> RegistryChangeSummary {
        let wanted = wanted.wholeMilliseconds
        switch target {
        case .slot(let slot):
            guard let old = slots[slot]?.superseded(at: now), let certificate = hosted[old.certificate] else {
                throw .noGrace(target)
            }
            let until = try newEnd(wanted, of: target, since: old.since, certificate.certificate, at: now)
            slots[slot]?.superseded = SupersededCertificate(
                certificate: old.certificate,
                since: old.since,
                until: until
            )
            return summary(of: target, from: old.until, to: until, wanted: wanted)
        case .ca(let fingerprint):
            guard let old = supersededCA(fingerprint, at: now) else { throw .noGrace(target) }
            let until = try newEnd(wanted, of: target, since: old.since, old.ca.certificate, at: now)
            supersededAuthorities[old.ca.fingerprint] = SupersededCA(
                ca: old.ca,
                replacedBy: old.replacedBy,
                since: old.since,
                until: until
            )
            return summary(of: target, from: old.until, to: until, wanted: wanted)
        }
    }

    /// Takes out what no longer works anyway: everything that asks compares the deadline with the clock.
    mutating func expireGraces(at now: Date) -> RegistryChangeSummary {
        var ended: [String] = []
        for slot in slots.keys.sorted() {
            guard let old = slots[slot]?.superseded, old.until <= now else { continue }
            slots[slot]?.superseded = nil
            ended.append("slot \(slot) (\(hosted[old.certificate]?.label ?? old.certificate.short))")
        }
        let expired = supersededAuthorities.values.filter { $0.until <= now }
        for old in expired.sorted(by: { $0.ca.fingerprint < $1.ca.fingerprint }) {
            supersededAuthorities[old.ca.fingerprint] = nil
            ended.append("CA \(old.ca.label)")
        }
        if !expired.isEmpty { trustGeneration += 1 }
        return RegistryChangeSummary(
            ended.isEmpty ? "no grace period is over" : "the grace period is over: \(ended.joined(separator: ", "))",
            undo: nil
        )
    }

    private func newEnd(
        _ wanted: Date,
        of target: GraceTarget,
        since: Date,
        _ certificate: CertificateDescription,
        at now: Date
    ) throws(RegistryError) -> Date {
        guard wanted > now else { throw .graceEndPassed(target, until: wanted, now: now) }
        let latest = since + GracePeriod.maximum.seconds
        guard wanted <= latest else { throw .graceEndTooLate(target, until: wanted, latest: latest) }
        return min(wanted, certificate.notAfter)
    }

    private func summary(of target: GraceTarget, from old: Date, to new: Date, wanted: Date) -> RegistryChangeSummary {
        guard new != old else {
            return RegistryChangeSummary("the grace period of \(target) ends at \(old.timestamp) already", undo: nil)
        }
        return RegistryChangeSummary(
            "moved the end of the grace period of \(target) from \(old.timestamp) to \(new.timestamp)",
            undo: target.command(settingEnd: old),
            warnings: new < wanted ? ["it ends at \(new.timestamp), because the old certificate expires then"] : []
        )
    }
}

extension GraceTarget {
    /// The command that moves the end of the period.
    func command(settingEnd end: Date) -> String { "\(command("extend")) --until \(end.timestamp)" }

    /// The command that ends the period.
    var commandEnding: String { command("end") }

    private func command(_ verb: String) -> String {
        switch self {
        case .slot(let slot): "sluice server-certs grace \(verb) \(slot)"
        case .ca(let fingerprint): "sluice ca-certs grace \(verb) \(fingerprint.short)"
        }
    }
}
