import struct FoundationEssentials.Date

/// What clients are answered with that ask for one name: at any time, and whether or not they refused it before.
struct NameAnswer: Sendable {
    /// A certificate that could answer.
    struct Candidate {
        let member: SlotGroup.Member
        let family: KeyFamily
        /// How it matches the name.
        let match: CertificateChoice.Match
        /// From when on it answers no longer: the deadline of a superseded one, the notAfter of a present one.
        let end: Date
    }

    /// What the answer depends on.
    struct Moment {
        let now: Date
        let refusedCurrent: Bool
    }

    /// An answer.
    struct Offer: Sendable {
        let group: SlotGroup
        let match: CertificateChoice.Match

        var isSupersededOnly: Bool { group.members.allSatisfy(\.isSuperseded) }
    }

    /// The answers up to a moment.
    private struct Phase {
        let until: Date
        let first: Offer
        let afterRefusal: Offer
    }

    /// While something that was replaced still answers, the earliest phase first; at most two for each slot.
    private let phases: [Phase]
    /// From then on; `nil` if nothing answers then.
    private let settled: Offer?

    /// - Parameter staysAfterwards: whether the present certificates answer for themselves when nothing superseded does;
    ///   if not, the name has no answer of its own then.
    init(present: [Candidate], old: [Candidate], staysAfterwards: Bool = true) {
        var phases: [Phase] = []
        var start = Date.distantPast
        for end in Self.boundaries(present, old) {
            // During a grace period nobody is used past its end of validity: there is somebody else.
            let alive = Self.closest(present.filter { $0.end > start })
            let aliveOld = Self.closest(old.filter { $0.end > start })
            // A present wildcard comes before an old certificate with the very name.
            if let match = (alive.first ?? aliveOld.first)?.match,
                let first = SlotGroup(first: alive, then: aliveOld),
                let afterRefusal = SlotGroup(first: aliveOld, then: alive)
            {
                phases.append(
                    Phase(
                        until: end,
                        first: Offer(group: first, match: match),
                        afterRefusal: Offer(group: afterRefusal, match: match)
                    )
                )
            }
            start = end
        }
        self.phases = phases
        let last = staysAfterwards ? Self.closest(present) : []
        settled = last.first.flatMap { candidate in
            SlotGroup(first: last, then: []).map { Offer(group: $0, match: candidate.match) }
        }
    }

    /// What answers at a moment.
    func offer(at moment: Moment) -> Offer? {
        guard let phase = phases.first(where: { moment.now < $0.until }) else { return settled }
        return moment.refusedCurrent ? phase.afterRefusal : phase.first
    }

    /// Every group that it ever answers with.
    var groups: [SlotGroup] {
        phases.flatMap { [$0.first.group, $0.afterRefusal.group] } + [settled?.group].compactMap(\.self)
    }

    /// Those that match exactly; if none does, all.
    private static func closest(_ candidates: [Candidate]) -> [Candidate] {
        let exact = candidates.filter { $0.match == .exact }
        return exact.isEmpty ? candidates : exact
    }

    /// When the set of those that answer changes, up to the end of the last superseded one.
    private static func boundaries(_ present: [Candidate], _ old: [Candidate]) -> [Date] {
        guard let last = old.map(\.end).max() else { return [] }
        return Set((present + old).map(\.end).filter { $0 <= last }).sorted()
    }
}

extension SlotGroup {
    /// The `first` ones, one for each key family, and of the others those that a client is only shown if it can verify
    /// none of the first: of key families that come after all of theirs. `nil` if there are none at all.
    fileprivate init?(first: [NameAnswer.Candidate], then second: [NameAnswer.Candidate]) {
        var chosen: [NameAnswer.Candidate] = []
        for candidate in Self.sorted(first) where chosen.last?.family != candidate.family { chosen.append(candidate) }
        for candidate in Self.sorted(second) {
            guard chosen.last.map({ $0.family < candidate.family }) ?? true else { continue }
            chosen.append(candidate)
        }
        guard let preferred = chosen.first else { return nil }
        self.init(preferred: preferred.member, others: chosen.dropFirst().map(\.member))
    }

    private static func sorted(_ candidates: [NameAnswer.Candidate]) -> [NameAnswer.Candidate] {
        candidates.sorted { ($0.family, $0.member) < ($1.family, $1.member) }
    }
}
