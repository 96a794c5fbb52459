import LDNS

/// The sentences of the findings: what was found, what was needed, what to do.
enum Words {
    static func aliasAtApex(_ domain: DNSName) -> String {
        "\(domain.undotted) is the apex of its zone and has a CNAME; RFC 1034 allows none beside the SOA. "
            + "Use your provider's ALIAS or flattening, or a name below it"
    }

    static func aliasAndOther(_ domain: DNSName, _ types: [RecordType]) -> String {
        "\(domain.undotted) has a CNAME and also \(list(types)); a CNAME must stand alone. Remove \(list(types))"
    }

    static func loop(_ facts: NameFacts, backTo name: DNSName) -> String {
        let path = (facts.hops.map(\.name) + [name]).map(\.undotted).joined(separator: " → ")
        return
            "\(path): the aliases never end. Point \(facts.domain.undotted) straight at \(facts.target.name.undotted)"
    }

    static func severalAliases(_ name: DNSName, _ targets: [DNSName]) -> String {
        "\(name.undotted) has \(targets.count) CNAME records (\(list(targets.map(\.undotted)))); one is allowed. "
            + "Keep the one that leads to the access point"
    }

    static func endlessChain(_ facts: NameFacts, at name: DNSName) -> String {
        "after \(facts.hops.count) aliases, at \(name.undotted), the chain still goes on. "
            + "Point \(facts.domain.undotted) straight at \(facts.target.name.undotted)"
    }

    static func longChain(_ facts: NameFacts, _ limits: CheckLimits) -> String {
        "\(facts.hops.count) aliases before the end; many resolvers stop after \(limits.longChain). "
            + "Point \(facts.domain.undotted) straight at \(facts.target.name.undotted)"
    }

    static func wrongKind(_ facts: NameFacts, reached: DNSName, kind: AccessPointKind) -> String {
        "\(facts.domain.undotted) is meant for the \(facts.target.kind.words), but points to \(reached.undotted), the \(kind.words). "
            + "Set the CNAME to \(facts.target.name.undotted), or bind the name to the \(kind.words)"
    }

    static func wrongTarget(_ facts: NameFacts, end: DNSName, hint: TargetHint?) -> String {
        let found = "\(facts.domain.undotted) points to \(end.undotted), needed \(facts.target.name.undotted). "
        switch hint {
        case .missingDot:
            return found + "Your DNS provider appended the zone. Enter the value with a final dot"
        case .typo: return found + "It looks mistyped. Correct the value"
        case .otherCluster:
            return found + "That is another cluster's access point: devices would reach someone else. Correct the value"
        case nil: return found + "Change the value"
        }
    }

    static func danglingHop(_ facts: NameFacts, end: DNSName) -> String {
        "\(facts.domain.undotted) leads to \(end.undotted), which does not exist: whoever comes to hold that name controls \(facts.domain.undotted). "
            + "Point it at \(facts.target.name.undotted), or remove it now"
    }

    static func danglingAccessPoint(_ facts: NameFacts, isRight: Bool) -> String {
        let begin = isRight ? "The record is right, but the" : "The"
        return "\(begin) access point \(facts.target.name.undotted) has no address. Its operator must add one"
    }

    static func nameError(_ facts: NameFacts) -> String {
        let wait = facts.negativeTimeToLive.map { "; resolvers may remember that it is missing for \($0) s" } ?? ""
        return "\(facts.domain.undotted) does not exist. Create the CNAME to \(facts.target.name.undotted)\(wait)"
    }

    static func noData(_ facts: NameFacts) -> String {
        "\(facts.domain.undotted) exists, but has neither a CNAME nor an address. Create the CNAME to \(facts.target.name.undotted)"
    }

    static func flattenedOK(_ facts: NameFacts) -> String {
        "\(facts.domain.undotted) has the access point's addresses itself. That works until they change. "
            + "Use a CNAME to \(facts.target.name.undotted), or keep it if it is an ALIAS or flattened CNAME that follows"
    }

    static func sameAddresses(_ facts: NameFacts, end: DNSName) -> String {
        "\(facts.domain.undotted) leads to \(end.undotted), which has the access point's addresses. That works until they change. "
            + "Point it straight at \(facts.target.name.undotted)"
    }

    static func flattenedPartial(_ facts: NameFacts, _ foreign: [IPAddress]) -> String {
        "\(facts.domain.undotted) has addresses of the access point and others: \(list(foreign)). "
            + "Remove all of them and set the CNAME to \(facts.target.name.undotted)"
    }

    static func addressMismatch(_ facts: NameFacts, _ own: [IPAddress]) -> String {
        "\(facts.domain.undotted) has \(list(own)), none of them an address of \(facts.target.name.undotted). "
            + "It is a fixed address, or a proxy stands in front: switch the proxy off (\"DNS only\") and set the CNAME"
    }

    static func privateAddress(_ facts: NameFacts, _ addresses: [IPAddress]) -> String {
        "\(list(addresses)) cannot be reached from the internet, and \(facts.target.name.undotted) is the public access point. "
            + "Publish its public address"
    }

    static func privateAddressInside(_ addresses: [IPAddress]) -> String {
        "\(list(addresses)) is reachable inside only, as it should be for a VPC endpoint; "
            + "resolvers with protection against rebinding drop such answers"
    }

    static func timeToLive(_ hop: Hop) -> String {
        "\(hop.name.undotted) has a TTL of \(hop.timeToLive) s, recommended \(CheckLimits.recommendedTimeToLive) s"
    }

    static func wildcard(_ hop: Hop) -> String {
        "\(hop.name.undotted) is covered by a wildcard record; any other label beside it would pass as well"
    }

    static func redirection(_ hop: Hop, owner: DNSName) -> String {
        "the alias of \(hop.name.undotted) comes from a DNAME record at \(owner.undotted)"
    }

    private static func list(_ items: [some CustomStringConvertible]) -> String {
        items.map(\.description).joined(separator: ", ")
    }
}

extension AccessPointKind {
    /// How the kind is named in a sentence.
    package var words: String {
        switch self {
        case .public: "public access point"
        case .vpc: "VPC endpoint"
        }
    }
}
