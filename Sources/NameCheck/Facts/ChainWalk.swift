import LDNS

/// Follows the aliases of a name one by one, so that the place where a chain goes wrong is seen.
struct ChainWalk: Sendable {
    let source: any RecordSource
    let followedAliases: Int

    /// What a walk saw.
    struct Trail: Sendable {
        var hops: [Hop] = []
        var end: ChainEnd
        var exchanges: [ServerExchange] = []
        /// The records at the first name.
        var start = Node()
        /// The zones that negative answers on the way named.
        var zones: [DNSName] = []
    }

    /// Walks from `name` to its end, or to the first of `stops`.
    func walk(from name: DNSName, stops: Set<DNSName>) async -> Trail {
        var trail = Trail(end: .loop(name))
        var current = name
        var passed: Set<DNSName> = []
        while true {
            if !passed.isEmpty && stops.contains(current) {
                trail.end = .accessPoint(current)
                return trail
            }
            guard passed.insert(current).inserted else {
                trail.end = .loop(current)
                return trail
            }
            let node = await Node(at: current, source: source)
            trail.exchanges += node.exchanges
            if passed.count == 1 { trail.start = node }
            if let zone = node.authority?.owner { trail.zones.append(zone) }

            let aliases = node.aliases
            guard let alias = aliases.first else {
                trail.end = .name(current, node.addresses)
                return trail
            }
            let targets = Set(aliases.map(\.target))
            guard targets.count == 1 else {
                trail.end = .severalAliases(current, aliases.map(\.target))
                return trail
            }
            guard trail.hops.count < followedAliases else {
                trail.end = .tooManyAliases(current)
                return trail
            }
            trail.hops.append(alias)
            current = alias.target
        }
    }
}

/// The answers for one name: its alias and its addresses, asked at the same time.
struct Node: Sendable {
    private(set) var name = DNSName.root
    private(set) var alias: LookupReply?
    private(set) var addressReplies: [LookupReply] = []

    init() {}

    init(at name: DNSName, source: any RecordSource) async {
        async let alias = source.lookup(name, .cname)
        async let a = source.lookup(name, .a)
        async let aaaa = source.lookup(name, .aaaa)
        self.name = name
        self.alias = await alias
        self.addressReplies = [await a, await aaaa]
    }

    private var replies: [LookupReply] { (alias.map { [$0] } ?? []) + addressReplies }

    var exchanges: [ServerExchange] { replies.flatMap(\.exchanges) }

    /// The aliases of this very name. The answer for an address has them as well, should the question for the alias
    /// have failed.
    var aliases: [Hop] {
        for reply in replies {
            let hops = reply.hops(of: name)
            if !hops.isEmpty { return hops }
        }
        return []
    }

    /// Addresses that belong to this very name, not to the end of its chain.
    var ownAddresses: [IPAddress] {
        let records = addressReplies.compactMap(\.message).flatMap(\.answers)
        return Array(Set(records.filter { $0.owner == name }.compactMap(\.data.address))).sorted()
    }

    /// What the replies say together of a name without an alias.
    var addresses: AddressFacts {
        let failure = addressReplies.lazy.compactMap(\.failure).first ?? alias?.failure
        let own = ownAddresses
        guard own.isEmpty else { return .found(own, failure: addressReplies.lazy.compactMap(\.failure).first) }
        if let failure {
            // NXDOMAIN holds for every type (RFC 8020), so one such answer suffices.
            return isNameError ? .nameError : .notAsked(failure)
        }
        return isNameError ? .nameError : .noData
    }

    private var isNameError: Bool {
        replies.contains { $0.message?.responseCode == .nameError }
    }

    /// The SOA of a negative answer.
    var authority: Record? {
        replies.lazy.compactMap(\.message).flatMap(\.authorities).first { record in
            record.type == .soa && name.isAtOrBelow(record.owner)
        }
    }
}

extension LookupReply {
    /// The CNAME records that a reply holds for one name, equal targets once.
    fileprivate func hops(of name: DNSName) -> [Hop] {
        guard let message else { return [] }
        var targets: Set<DNSName> = []
        return message.answers.compactMap { record in
            guard record.owner == name, case .cname(let target) = record.data else { return nil }
            guard targets.insert(target).inserted else { return nil }
            var hop = Hop(
                name: name,
                target: target,
                timeToLive: record.timeToLive,
                isAuthoritative: isAuthoritative
            )
            hop.isFromWildcard = isFromWildcard
            hop.redirection = message.answers.first { $0.type == .dname && name.isAtOrBelow($0.owner) }?.owner
            return hop
        }
    }
}
