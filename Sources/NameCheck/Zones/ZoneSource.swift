package import LDNS

/// Zone files in place of name servers: answers as a server that has just these zones would, and asks nobody.
package struct ZoneSource: RecordSource {
    private let zones: [Zone]

    /// Takes zones that were read; a name belongs to the one with the longest origin.
    package init(zones: [ZoneFile]) {
        self.zones = zones.map(Zone.init).sorted { $0.origin.labels.count > $1.origin.labels.count }
    }

    package func lookup(_ name: DNSName, _ type: RecordType) async -> LookupReply {
        guard let zone = zones.first(where: { name.isAtOrBelow($0.origin) }) else {
            return LookupReply(outcome: .failed(.outsideZones(name)))
        }
        return zone.lookup(name, type)
    }

    package func typesBesideAlias(at name: DNSName) -> [RecordType] {
        zones.first { name.isAtOrBelow($0.origin) }?.typesBesideAlias(at: name) ?? []
    }
}

/// One zone, indexed for the algorithm of RFC 1034 § 4.3.2.
private struct Zone: Sendable {
    let origin: DNSName
    private let nodes: [DNSName: [Record]]
    /// Every owner and every name between an owner and the origin: those exist even without records (RFC 4592 § 2.2.2).
    private let existing: Set<DNSName>
    private let authority: [Record]

    init(_ file: ZoneFile) {
        let records = file.entries.map(\.record)
        origin = file.origin
        nodes = Dictionary(grouping: records, by: \.owner)
        authority = records.filter { $0.type == .soa }
        var existing: Set<DNSName> = [file.origin]
        for owner in nodes.keys {
            for name in sequence(first: owner, next: \.parent) {
                guard existing.insert(name).inserted else { break }
            }
        }
        self.existing = existing
    }

    func lookup(_ name: DNSName, _ type: RecordType) -> LookupReply {
        if let cut = delegation(above: name) {
            return LookupReply(outcome: .failed(.delegated(name, to: cut)))
        }
        if let redirection = redirection(of: name) {
            return reply(.noError, redirection)
        }
        if existing.contains(name) {
            return reply(.noError, answers(at: name, for: name, type))
        }
        let wildcard = closestEncloser(of: name).child("*".utf8)
        guard let wildcard, existing.contains(wildcard) else { return reply(.nameError, []) }
        return reply(.noError, answers(at: wildcard, for: name, type), isFromWildcard: true)
    }

    /// RFC 1034 § 3.6.2 allows nothing beside a CNAME, RFC 4034 § 2.5 the DNSSEC records.
    func typesBesideAlias(at name: DNSName) -> [RecordType] {
        let types = Set((nodes[name] ?? []).map(\.type))
        guard types.contains(.cname) else { return [] }
        return types.subtracting([.cname, .rrsig, .nsec, .nsec3]).sorted { $0.rawValue < $1.rawValue }
    }

    private func reply(_ code: ResponseCode, _ answers: [Record], isFromWildcard: Bool = false) -> LookupReply {
        let message = Message(
            responseCode: code,
            isAuthoritative: true,
            answers: answers,
            authorities: answers.isEmpty ? authority : []
        )
        return LookupReply(
            outcome: .answered(message),
            isAuthoritative: true,
            isFromWildcard: isFromWildcard && !answers.isEmpty
        )
    }

    /// The records of the asked type, else the alias that stands for any type. A zone with both shows both.
    private func answers(at node: DNSName, for name: DNSName, _ type: RecordType) -> [Record] {
        let records = nodes[node] ?? []
        let matching = records.filter { $0.type == type }
        return (matching.isEmpty ? records.filter { $0.type == .cname } : matching).map { record in
            var record = record
            record.owner = name
            return record
        }
    }

    /// The highest zone cut at or above a name, this zone's own apex left out.
    private func delegation(above name: DNSName) -> DNSName? {
        lineage(of: name).reversed().first { nodes[$0]?.contains { $0.type == .ns } ?? false }
    }

    /// The DNAME above a name with the CNAME that a server makes of it (RFC 6672 § 3.1).
    private func redirection(of name: DNSName) -> [Record]? {
        for ancestor in name.ancestors {
            guard ancestor.isAtOrBelow(origin) else { return nil }
            guard
                let record = nodes[ancestor]?.first(where: { $0.type == .dname }),
                case .dname(let target) = record.data,
                let renamed = name.replacing(ancestor, by: target)
            else { continue }
            return [record, Record(owner: name, timeToLive: record.timeToLive, data: .cname(renamed))]
        }
        return nil
    }

    private func closestEncloser(of name: DNSName) -> DNSName {
        name.ancestors.first { existing.contains($0) } ?? origin
    }

    /// The name and its ancestors below the origin, lowest first.
    private func lineage(of name: DNSName) -> [DNSName] {
        sequence(first: name, next: \.parent).prefix { $0 != origin && $0.isAtOrBelow(origin) }
    }
}

extension DNSName {
    /// This name with its ending `suffix` exchanged; nil when the result would be too long.
    fileprivate func replacing(_ suffix: DNSName, by other: DNSName) -> DNSName? {
        labels.dropLast(suffix.labels.count).reversed().reduce(Optional(other)) { name, label in name?.child(label) }
    }
}
