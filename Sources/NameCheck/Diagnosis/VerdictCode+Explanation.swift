extension VerdictCode {
    /// What the code means and what to do, in one or two sentences.
    package var explanation: String {
        switch self {
        case .ok: "The domain is an alias of the access point, and the access point has addresses."
        case .okChain: "Two or three aliases lead to the access point. Nothing to do."
        case .chainLong: "Four to eight aliases lead to the access point. Point the domain straight at it."
        case .chainTooLong:
            "More than eight aliases; many resolvers give up. Point the domain straight at the access point."
        case .loop: "The aliases come back to a name they have passed. Change one of them to the access point."
        case .wrongTarget:
            "The domain leads to another name. Set its CNAME to the access point. Hints: missing_dot (the provider "
                + "appended the zone), typo (one or two letters off), other_cluster (an access point of someone else)."
        case .wrongKind:
            "The domain leads to the cluster's public access point where the VPC endpoint was meant, or the reverse."
        case .flattenedOK:
            "The domain has the access point's addresses instead of a CNAME. It works until they change."
        case .flattenedPartial: "Some of the domain's addresses are the access point's, others are not."
        case .addressMismatch:
            "The domain has addresses, none of them the access point's: a fixed address, or a proxy in front."
        case .aliasAtApex: "The domain is the apex of its zone, where a CNAME is not allowed (RFC 1034 § 3.6.2)."
        case .aliasAndOther: "The domain has a CNAME and other records; a CNAME must stand alone (RFC 1034 § 3.6.2)."
        case .severalAliases: "A name has more than one CNAME. Keep one."
        case .nameError: "The domain does not exist. Create the CNAME."
        case .noData: "The domain exists, but has neither a CNAME nor an address. Create the CNAME."
        case .danglingAccessPoint:
            "The access point has no address. The customer's record cannot be blamed; the operator must act."
        case .danglingHop:
            "An alias leads to a name that does not exist. Whoever registers that name controls the domain: "
                + "remove or correct the record now."
        case .privateAddress:
            "The public access point resolves to an address that is not reachable from the internet."
        case .timeToLive:
            "The CNAME's TTL differs from the recommended 600 s; a warning below 60 s and above 3600 s. "
                + "Judged by authoritative answers and zone files only."
        case .wildcard: "The domain is answered by a wildcard record; any label beside it would be as well."
        case .redirection: "The alias was made from a DNAME record above the domain."
        case .serverFailure: "The resolver could not answer (SERVFAIL or a similar code). Nothing is proved."
        case .refused: "The resolver refuses to answer us. Nothing is proved; ask another by --resolver."
        case .timeout: "No answer in time. Nothing is proved; ask another resolver by --resolver."
        case .unreachable: "The resolver's address or port cannot be reached. Nothing is proved."
        case .malformed: "The resolver's answer is broken and was not read. Nothing is proved."
        case .tcpBroken: "The answer does not fit a datagram, and TCP to the resolver fails. Open TCP port 53."
        case .ednsBroken: "The server answers only without EDNS. The check did without it."
        case .spoofed: "Datagrams with a wrong id or question were dropped: someone forges answers, or a faulty server."
        case .outsideZones: "The name lies outside the given zone files. It is never asked for on the network."
        case .delegated: "The name lies in a child zone that the given files do not hold."
        case .badName: "The text is no domain name that a certificate and DNS can have."
        }
    }
}
