/// The rules of the CA registry.
extension ClusterState {
    mutating func register(
        _ added: [RegisteredCA],
        limits: ClusterLimits
    ) throws(RegistryError) -> RegistryChangeSummary {
        var seen: Set<Fingerprint> = []
        for authority in added {
            guard seen.insert(authority.fingerprint).inserted else { throw .caListedTwice(authority.fingerprint) }
            guard authorities[authority.fingerprint] == nil else {
                throw .caAlreadyRegistered(authority.fingerprint)
            }
        }
        guard authorities.count + added.count <= limits.authorities else {
            throw .caLimit(registered: authorities.count, adding: added.count, limit: limits.authorities)
        }
        for authority in added {
            if let name = authority.name, let owner = authorities.values.first(where: { $0.name == name }) {
                throw .caNameTaken(name, by: owner.fingerprint)
            }
            authorities[authority.fingerprint] = authority
        }
        let undo = added.map { "sluice ca-certs unregister \($0.fingerprint.short)" }.joined(separator: " && ")
        return RegistryChangeSummary(
            "registered \(added.map { "CA \($0.label) (\($0.state.rawValue))" }.joined(separator: ", "))",
            undo: added.isEmpty ? nil : undo
        )
    }

    mutating func setState(
        of fingerprint: Fingerprint,
        to state: CAState
    ) throws(RegistryError) -> RegistryChangeSummary {
        let authority = try registeredCA(fingerprint)
        guard authority.state != state else {
            return RegistryChangeSummary("CA \(authority.label) is \(state.rawValue) already", undo: nil)
        }
        authorities[fingerprint] = authority.with(state: state)
        switch state {
        case .active:
            return RegistryChangeSummary(
                "activated CA \(authority.label)",
                undo: "sluice ca-certs deactivate \(fingerprint.short)"
            )
        case .inactive:
            trustGeneration += 1
            return RegistryChangeSummary(
                "deactivated CA \(authority.label)",
                undo: "sluice ca-certs activate \(fingerprint.short)",
                warnings: trustWarnings
            )
        }
    }

    mutating func unregister(_ fingerprint: Fingerprint) throws(RegistryError) -> RegistryChangeSummary {
        let authority = try registeredCA(fingerprint)
        authorities[fingerprint] = nil
        trustGeneration += 1
        return RegistryChangeSummary(
            "unregistered CA \(authority.label)",
            undo: "sluice ca-certs register --ca F   # F: the PEM file of \(fingerprint.short)",
            warnings: trustWarnings
        )
    }

    private func registeredCA(_ fingerprint: Fingerprint) throws(RegistryError) -> RegisteredCA {
        guard let authority = authorities[fingerprint] else { throw .noSuchCA(fingerprint.short) }
        return authority
    }

    private var trustWarnings: [String] {
        guard settings.mode != .oneWay, activeAuthorities.isEmpty else { return [] }
        return ["no active CA is left: every device is refused in mode \(settings.mode)"]
    }
}
