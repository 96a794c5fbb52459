package import LDNS

/// What was seen of a custom domain: no judgement, no I/O. ``Diagnosis`` makes the verdict of it.
package struct NameFacts: Sendable {
    /// The name that was asked for.
    package var domain: DNSName
    /// The access point that it should reach.
    package var target: ExpectedTarget
    /// The cluster's other access points.
    package var siblings: [ExpectedTarget]
    /// The aliases from the domain on, in order.
    package var hops: [Hop] = []
    /// Where the aliases lead.
    package var end: ChainEnd
    /// The addresses of the access point itself.
    package var targetAddresses: AddressFacts
    /// Types that stand at the domain beside its CNAME.
    package var typesBesideAlias: [RecordType] = []
    /// Whether the domain is the apex of a zone.
    package var ownsZone = false
    /// The zone that the domain belongs to, where an answer showed it.
    package var zone: DNSName?
    /// Seconds that "no such name" may be kept, where an answer showed it.
    package var negativeTimeToLive: UInt32?
    /// All exchanges with servers.
    package var exchanges: [ServerExchange] = []

    package init(
        domain: DNSName,
        target: ExpectedTarget,
        siblings: [ExpectedTarget] = [],
        hops: [Hop] = [],
        end: ChainEnd,
        targetAddresses: AddressFacts
    ) {
        self.domain = domain
        self.target = target
        self.siblings = siblings
        self.hops = hops
        self.end = end
        self.targetAddresses = targetAddresses
    }
}

/// One alias of a chain.
package struct Hop: Hashable, Sendable {
    package var name: DNSName
    package var target: DNSName
    /// In seconds.
    package var timeToLive: UInt32
    /// Whether the time to live is the zone's own; a resolver's counts down.
    package var isAuthoritative = false
    package var isFromWildcard = false
    /// The owner of the DNAME that the alias was made of.
    package var redirection: DNSName?

    package init(name: DNSName, target: DNSName, timeToLive: UInt32, isAuthoritative: Bool = false) {
        self.name = name
        self.target = target
        self.timeToLive = timeToLive
        self.isAuthoritative = isAuthoritative
    }
}

/// The last name of a chain, and what is there.
package enum ChainEnd: Hashable, Sendable {
    /// One of the cluster's access points; what it resolves to is a fact of its own.
    case accessPoint(DNSName)
    /// A name without an alias.
    case name(DNSName, AddressFacts)
    /// The chain comes back to a name it has passed.
    case loop(DNSName)
    /// A name with several different aliases.
    case severalAliases(DNSName, [DNSName])
    /// More aliases than are followed.
    case tooManyAliases(DNSName)
}

/// What is known of a name's addresses.
package enum AddressFacts: Hashable, Sendable {
    /// At least one address; `failure` when one of the two types could not be asked.
    case found([IPAddress], failure: LookupFailure? = nil)
    /// NOERROR and no address.
    case noData
    /// NXDOMAIN.
    case nameError
    /// Nothing is proved.
    case notAsked(LookupFailure)

    /// The addresses that were found.
    package var addresses: [IPAddress] {
        guard case .found(let addresses, _) = self else { return [] }
        return addresses
    }
}
