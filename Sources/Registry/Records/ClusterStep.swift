/// One change and the states around it: what the records of the audit log are made from.
struct ClusterStep {
    let before: ClusterState
    let after: ClusterState
    let change: ClusterChange
    let summary: RegistryChangeSummary

    /// A record for each object that is another than before, in a stable order.
    var records: [ClusterRecord] {
        guard before != after else { return [] }
        return objects.compactMap { object in
            let (old, new) = (before.facts(of: object), after.facts(of: object))
            guard old != new else { return nil }
            return ClusterRecord(
                action: change.action,
                object: object.description,
                before: old,
                after: new.map { $0.adding(proof, to: object) }
            )
        }
    }

    /// The registered CA that the change took out.
    var unregistered: Fingerprint? {
        guard case .unregisterCA(let fingerprint) = change, before.authorities[fingerprint] != nil else { return nil }
        return fingerprint
    }

    /// The CA that the change replaced, and the one that took its place.
    var replaced: (old: Fingerprint, new: Fingerprint)? {
        guard case .replaceCA(let old, let new, _, _) = change else { return nil }
        return (old, new.fingerprint)
    }

    private var objects: [ClusterObject] {
        let certificates = Self.changed(before.hosted, after.hosted).map(ClusterObject.certificate)
        let slots = Self.changed(before.slots, after.slots).map(ClusterObject.slot)
        let authorities = Self.changed(before.authorities, after.authorities)
        let superseded = Self.changed(before.supersededAuthorities, after.supersededAuthorities)
        let cas = Set(authorities).union(superseded).sorted().map(ClusterObject.ca)
        return certificates + slots + [.defaultCertificate] + cas + [.registrationCodes, .mode, .tls]
    }

    private static func changed<Key: Hashable & Comparable, Value: Equatable>(
        _ before: [Key: Value],
        _ after: [Key: Value]
    ) -> [Key] {
        Set(before.keys).union(after.keys).filter { before[$0] != after[$0] }.sorted()
    }

    /// How the holder of a newly registered CA's key was proved.
    private var proof: (authorities: Set<Fingerprint>, word: String)? {
        switch change {
        case .registerCAs(let added, let proof): (Set(added.map(\.fingerprint)), proof.word)
        case .replaceCA(_, let new, _, let proof): ([new.fingerprint], proof.word)
        default: nil
        }
    }
}

extension AuditFacts {
    fileprivate func adding(
        _ proof: (authorities: Set<Fingerprint>, word: String)?,
        to object: ClusterObject
    ) -> AuditFacts {
        guard let proof, case .ca(let fingerprint) = object, proof.authorities.contains(fingerprint) else {
            return self
        }
        return AuditFacts(values.map { (name: $0.key, value: $0.value) } + [(name: "proof", value: proof.word)])
    }
}
