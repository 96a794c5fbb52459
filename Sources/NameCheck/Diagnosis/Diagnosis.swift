package import LDNS

/// The rules from facts to findings, in the order in which a person would look.
struct Diagnosis {
    let facts: NameFacts
    let limits: CheckLimits

    /// Every finding; the order decides between findings of one weight.
    var issues: [Issue] {
        aliasIssues + endIssues + lengthIssues + addressIssues + recordIssues + exchangeIssues
    }

    /// The verdict when nothing weighs more than a note.
    var passCode: VerdictCode {
        facts.hops.count > 1 ? .okChain : .ok
    }

    // MARK: The alias itself

    private var aliasIssues: [Issue] {
        var issues: [Issue] = []
        if facts.ownsZone && !facts.hops.isEmpty {
            issues.append(Issue(.aliasAtApex, .fail, Words.aliasAtApex(facts.domain)))
        }
        if !facts.typesBesideAlias.isEmpty {
            issues.append(
                Issue(
                    .aliasAndOther,
                    .fail,
                    fix: .removeRecords(name: facts.domain, types: facts.typesBesideAlias),
                    Words.aliasAndOther(facts.domain, facts.typesBesideAlias)
                )
            )
        }
        return issues
    }

    // MARK: Where it leads

    private var endIssues: [Issue] {
        switch facts.end {
        case .accessPoint(let name): accessPointIssues(name)
        case .name(let name, let addresses):
            facts.hops.isEmpty ? ownIssues(addresses) : foreignIssues(name, addresses)
        case .loop(let name):
            [Issue(.loop, .fail, fix: fix, Words.loop(facts, backTo: name))]
        case .severalAliases(let name, let targets):
            [Issue(.severalAliases, .fail, fix: fix, Words.severalAliases(name, targets))]
        case .tooManyAliases(let name):
            [Issue(.chainTooLong, .fail, fix: fix, Words.endlessChain(facts, at: name))]
        }
    }

    private func accessPointIssues(_ name: DNSName) -> [Issue] {
        guard name == facts.target.name else {
            let kind = facts.siblings.first { $0.name == name }?.kind
            if let kind, kind != facts.target.kind {
                return [Issue(.wrongKind, .fail, fix: fix, Words.wrongKind(facts, reached: name, kind: kind))]
            }
            return [Issue(.wrongTarget, .fail, fix: fix, Words.wrongTarget(facts, end: name, hint: nil))]
        }
        switch facts.targetAddresses {
        case .found: return []
        case .noData, .nameError:
            return [
                Issue(.danglingAccessPoint, .fail, audience: .operator, Words.danglingAccessPoint(facts, isRight: true))
            ]
        case .notAsked(let failure):
            return [Issue(failure.code, .unknown, audience: .operator, Words.rightButNotAsked(facts, failure))]
        }
    }

    /// The domain has no alias of its own.
    private func ownIssues(_ addresses: AddressFacts) -> [Issue] {
        switch addresses {
        case .nameError: [Issue(.nameError, .fail, fix: fix, Words.nameError(facts))]
        case .noData: [Issue(.noData, .fail, fix: fix, Words.noData(facts))]
        case .notAsked(let failure): [Issue(failure.code, .unknown, Words.notAsked(facts.domain, failure))]
        case .found(let found, let failure): flatteningIssues(found) + incompleteIssues(failure)
        }
    }

    /// The aliases end at a name that is none of the cluster's.
    private func foreignIssues(_ end: DNSName, _ addresses: AddressFacts) -> [Issue] {
        let hint = TargetHint(facts: facts, end: end, addresses: addresses)
        let wrongTarget = Issue(
            .wrongTarget,
            .fail,
            hint: hint,
            fix: fix,
            Words.wrongTarget(facts, end: end, hint: hint)
        )
        let danglingHop = Issue(.danglingHop, .fail, fix: fix, Words.danglingHop(facts, end: end))
        switch addresses {
        case .nameError, .noData:
            guard let hint else { return [danglingHop] }
            // The name after a forgotten dot lies in the customer's own zone: nobody else can register it.
            return hint == .missingDot ? [wrongTarget] : [wrongTarget, danglingHop]
        case .notAsked(let failure):
            return [Issue(failure.code, .unknown, hint: hint, Words.endNotAsked(facts, end: end, failure))]
        case .found(let found, let failure):
            let known = facts.targetAddresses.addresses
            guard !known.isEmpty, Set(found).isSubset(of: known) else { return [wrongTarget] }
            return [Issue(.flattenedOK, .warn, fix: fix, Words.sameAddresses(facts, end: end))]
                + incompleteIssues(failure)
        }
    }

    private func flatteningIssues(_ own: [IPAddress]) -> [Issue] {
        switch facts.targetAddresses {
        case .notAsked(let failure):
            return [Issue(failure.code, .unknown, audience: .operator, Words.notComparable(facts, failure))]
        case .noData, .nameError:
            return [
                Issue(.addressMismatch, .fail, fix: fix, Words.addressMismatch(facts, own)),
                Issue(
                    .danglingAccessPoint,
                    .fail,
                    audience: .operator,
                    Words.danglingAccessPoint(facts, isRight: false)
                ),
            ]
        case .found(let known, let failure):
            let foreign = own.filter { !known.contains($0) }
            if foreign.isEmpty {
                return [Issue(.flattenedOK, .warn, fix: fix, Words.flattenedOK(facts))]
            }
            if let failure {
                return [Issue(failure.code, .unknown, audience: .operator, Words.notComparable(facts, failure))]
            }
            guard foreign.count == own.count else {
                return [Issue(.flattenedPartial, .fail, fix: fix, Words.flattenedPartial(facts, foreign))]
            }
            return [Issue(.addressMismatch, .fail, fix: fix, Words.addressMismatch(facts, own))]
        }
    }

    /// Some addresses are known and the other family could not be asked: what is known may be right.
    private func incompleteIssues(_ failure: LookupFailure?) -> [Issue] {
        failure.map { [Issue($0.code, .unknown, Words.notAsked(facts.domain, $0))] } ?? []
    }

    // MARK: The way there

    private var lengthIssues: [Issue] {
        if case .loop = facts.end { return [] }
        if case .tooManyAliases = facts.end { return [] }
        if facts.hops.count > limits.longChain {
            return [Issue(.chainTooLong, .fail, fix: fix, Words.longChain(facts, limits))]
        }
        guard facts.hops.count > limits.shortChain, case .accessPoint(facts.target.name) = facts.end else { return [] }
        return [Issue(.chainLong, .warn, fix: fix, Words.longChain(facts, limits))]
    }

    private var addressIssues: [Issue] {
        let addresses: [IPAddress]
        var audience = Audience.customer
        switch facts.end {
        case .accessPoint(facts.target.name):
            addresses = facts.targetAddresses.addresses
            audience = .operator
        case .name(_, let found) where facts.hops.isEmpty: addresses = found.addresses
        case .accessPoint, .name, .loop, .severalAliases, .tooManyAliases: addresses = []
        }
        let inner = addresses.filter { !$0.isPublic }
        guard !inner.isEmpty else { return [] }
        switch facts.target.kind {
        case .public: return [Issue(.privateAddress, .fail, audience: audience, Words.privateAddress(facts, inner))]
        case .vpc: return [Issue(.privateAddress, .note, audience: audience, Words.privateAddressInside(inner))]
        }
    }

    private var recordIssues: [Issue] {
        guard let first = facts.hops.first else { return [] }
        var issues: [Issue] = []
        if first.isAuthoritative && first.timeToLive != CheckLimits.recommendedTimeToLive {
            let isUsual = CheckLimits.usualTimeToLive.contains(first.timeToLive)
            issues.append(Issue(.timeToLive, isUsual ? .note : .warn, fix: fix, Words.timeToLive(first)))
        }
        if first.isFromWildcard {
            issues.append(Issue(.wildcard, .note, Words.wildcard(first)))
        }
        for hop in facts.hops {
            guard let owner = hop.redirection else { continue }
            issues.append(Issue(.redirection, .note, Words.redirection(hop, owner: owner)))
        }
        return issues
    }

    // MARK: How it was seen

    private var exchangeIssues: [Issue] {
        var issues: [Issue] = []
        let byServer = Dictionary(grouping: facts.exchanges, by: \.server).sorted { $0.value.count > $1.value.count }
        for (server, exchanges) in byServer {
            let discarded = exchanges.reduce(into: [:]) { $0.merge($1.discarded, uniquingKeysWith: +) }
            if !discarded.isEmpty {
                issues.append(Issue(.spoofed, .note, audience: .operator, Words.spoofed(server, discarded)))
            }
            if let problem = exchanges.lazy.compactMap(\.eDNSProblem).first {
                issues.append(Issue(.ednsBroken, .note, audience: .operator, Words.ednsBroken(server, problem)))
            }
            // A failure that decided something is an issue already; here only those that another server made good.
            guard let failure = exchanges.lazy.compactMap(\.failure).first, wasMadeGood(failure) else { continue }
            let severity: Severity = failure.code == .tcpBroken ? .warn : .note
            issues.append(Issue(failure.code, severity, audience: .operator, Words.madeGood(failure)))
        }
        return issues
    }

    private func wasMadeGood(_ failure: LookupFailure) -> Bool {
        Set(facts.exchanges.map(\.server)).count > 1 && !endFailures.contains(failure)
    }

    private var endFailures: Set<LookupFailure> {
        var failures: Set<LookupFailure> = []
        if case .notAsked(let failure) = facts.targetAddresses { failures.insert(failure) }
        if case .name(_, .notAsked(let failure)) = facts.end { failures.insert(failure) }
        if case .name(_, .found(_, let failure?)) = facts.end { failures.insert(failure) }
        return failures
    }

    /// The record that makes the domain right.
    private var fix: Fix { .setRecord(facts.wantedRecord) }
}

extension NameFacts {
    /// The record that the domain should have.
    package var wantedRecord: Record {
        Record(owner: domain, timeToLive: CheckLimits.recommendedTimeToLive, data: .cname(target.name))
    }
}

extension LookupFailure {
    /// The verdict that a failure stands for.
    package var code: VerdictCode {
        switch self {
        case .timeout, .silentServer, .interrupted: .timeout
        case .unreachable, .noServer: .unreachable
        case .responseCode(_, .refused, _): .refused
        case .responseCode: .serverFailure
        case .malformed, .unaskable: .malformed
        case .truncatedWithoutTCP: .tcpBroken
        case .outsideZones: .outsideZones
        case .delegated: .delegated
        }
    }
}
