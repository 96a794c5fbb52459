package import LDNS

/// The check of custom domains: asks, collects facts, lets ``Diagnosis`` judge them.
///
/// One value serves a whole run: the access points' own addresses are asked once and shared by all its names.
package struct CNAMECheck: Sendable {
    private let source: any RecordSource
    private let limits: CheckLimits
    private let targets: TargetAddresses

    package init(source: any RecordSource, limits: CheckLimits = CheckLimits()) {
        self.source = source
        self.limits = limits
        self.targets = TargetAddresses(source: source, limits: limits)
    }

    /// Checks one name against the access point it should reach. Takes at most `limits.timePerName`.
    package func check(
        _ domain: DNSName,
        against target: ExpectedTarget,
        siblings: [ExpectedTarget] = []
    ) async -> CNAMEVerdict {
        let facts = await facts(of: domain, target: target, siblings: siblings)
        return CNAMEVerdict(facts: facts, limits: limits)
    }

    /// Checks many names, `concurrency` at a time, and gives the verdicts in the order of the questions.
    package func check(_ questions: [CheckQuestion], concurrency: Int) async -> [CNAMEVerdict] {
        await withTaskGroup(of: (Int, CNAMEVerdict).self) { group in
            var verdicts = [CNAMEVerdict?](repeating: nil, count: questions.count)
            var waiting = questions.enumerated().makeIterator()
            func startNext() {
                guard let (index, question) = waiting.next() else { return }
                group.addTask {
                    (index, await check(question.domain, against: question.target, siblings: question.siblings))
                }
            }
            for _ in 0..<max(1, concurrency) { startNext() }
            for await (index, verdict) in group {
                verdicts[index] = verdict
                startNext()
            }
            return verdicts.compactMap(\.self)
        }
    }

    private func facts(of domain: DNSName, target: ExpectedTarget, siblings: [ExpectedTarget]) async -> NameFacts {
        async let targetAddresses = targets.addresses(of: target.name)
        let stops = Set([target.name] + siblings.map(\.name))
        let walk = ChainWalk(source: source, followedAliases: limits.followedAliases)
        let (trail, apex) = await withDeadline(limits.timePerName) {
            let trail = await walk.walk(from: domain, stops: stops)
            // Only an alias at an apex is wrong; without an alias the question is not worth a datagram.
            let apex: LookupReply? = trail.start.aliases.isEmpty ? nil : await source.lookup(domain, .soa)
            return (trail, apex)
        }
        let known = await targetAddresses

        var facts = NameFacts(
            domain: domain,
            target: target,
            siblings: siblings,
            hops: trail.hops,
            end: trail.end,
            targetAddresses: known.facts
        )
        let authorities = (apex?.message).map { $0.answers + $0.authorities } ?? []
        facts.ownsZone = authorities.contains { $0.type == .soa && $0.owner == domain }
        facts.zone = facts.ownsZone ? domain : trail.zones.first { domain.isAtOrBelow($0) }
        facts.negativeTimeToLive = trail.start.authority.flatMap(\.negativeTimeToLive)
        facts.typesBesideAlias = typesBesideAlias(at: domain, start: trail.start)
        facts.exchanges = trail.exchanges + (apex?.exchanges ?? []) + known.exchanges
        return facts
    }

    private func typesBesideAlias(at domain: DNSName, start: Node) -> [RecordType] {
        guard !start.aliases.isEmpty else { return [] }
        let seen = Set(start.ownAddresses.map { $0.isIPv6 ? RecordType.aaaa : .a })
        return seen.union(source.typesBesideAlias(at: domain)).sorted { $0.rawValue < $1.rawValue }
    }
}

/// One name of a run.
package struct CheckQuestion: Hashable, Sendable {
    package let domain: DNSName
    package let target: ExpectedTarget
    package let siblings: [ExpectedTarget]

    package init(domain: DNSName, target: ExpectedTarget, siblings: [ExpectedTarget] = []) {
        self.domain = domain
        self.target = target
        self.siblings = siblings
    }
}

extension Record {
    /// RFC 2308 § 5: the smaller of the SOA's own time to live and its last field.
    fileprivate var negativeTimeToLive: UInt32? {
        guard case .soa(let soa) = data else { return nil }
        return min(timeToLive, soa.minimum)
    }
}
