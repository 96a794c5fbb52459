import struct FoundationEssentials.Date

/// The rules of the CA registry.
extension ClusterState {
    mutating func register(
        _ added: [RegisteredCA],
        proof: RegistrationProof,
        at now: Date,
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
        try take(proof, for: added.count, at: now)
        for authority in added {
            try checkName(authority.name)
            authorities[authority.fingerprint] = authority
            // One that was replaced and is registered again counts and is trusted as any other.
            dropSuperseded { $0.ca.fingerprint == authority.fingerprint }
        }
        let undo = added.map { authority in
            let name = authority.fingerprint.short
            return
                (unregistersInactiveOnly && authority.state == .active ? "sluice ca-certs deactivate \(name) && " : "")
                + "sluice ca-certs unregister \(name)"
        }.joined(separator: " && ")
        return RegistryChangeSummary(
            "registered \(added.map { "CA \($0.label) (\($0.state.rawValue))" }.joined(separator: ", "))",
            undo: added.isEmpty ? nil : undo,
            warnings: proof == .waived && settings.mode == .oneDeviceOneCertificate
                ? ["nobody proved to hold the CA's key"] : []
        )
    }

    /// Uses no quota: the one CA takes the place of the other, with its state and, unless it has its own, its name.
    mutating func replaceCA(
        _ fingerprint: Fingerprint,
        with replacement: RegisteredCA,
        grace: Duration,
        proof: RegistrationProof,
        at now: Date,
        facts: ClusterFacts
    ) throws(RegistryError) -> RegistryChangeSummary {
        let old = try registeredCA(fingerprint)
        guard authorities[replacement.fingerprint] == nil else {
            throw .caAlreadyRegistered(replacement.fingerprint)
        }
        let deadline = try GracePeriod.deadline(grace, from: now, oldCertificate: old.certificate)
        if replacement.name != old.name { try checkName(replacement.name) }
        // A CA that is trusted until its grace period ends has nothing to prove when it comes back.
        if supersededCA(replacement.fingerprint, at: now)?.ca.fingerprint != replacement.fingerprint {
            try take(proof, for: 1, at: now)
        }
        let new = replacement.with(name: replacement.name ?? old.name).with(state: old.state)
        let dropped = dropSuperseded { $0.replacedBy == fingerprint || $0.ca.fingerprint == new.fingerprint }
        authorities[fingerprint] = nil
        authorities[new.fingerprint] = new
        // An inactive CA was not trusted before, so there is nothing to go on with.
        let until = old.state == .active ? deadline : nil
        if let until {
            supersededAuthorities[fingerprint] = SupersededCA(
                ca: old,
                replacedBy: new.fingerprint,
                since: now.wholeMilliseconds,
                until: until
            )
        } else {
            trustGeneration += 1
        }
        return RegistryChangeSummary(
            "replaced CA \(old.label) (\(fingerprint.short)) by \(new.label) (\(new.fingerprint.short))"
                + (until.map { "; both are trusted until \($0.timestamp)" } ?? ""),
            // Within its grace period the old one needs no proof to come back.
            undo: "sluice ca-certs replace \(new.fingerprint.short) --ca F --grace \(grace.option)"
                + returnOptions(of: old, isTrusted: until != nil),
            warnings: dropped.filter { $0.fingerprint != new.fingerprint }.droppedWords
                + new.warnings(replacing: old, until: until, devices: facts.clientCertificates(of: fingerprint))
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
            let dropped = dropSuperseded { $0.replacedBy == fingerprint }
            return RegistryChangeSummary(
                "deactivated CA \(authority.label)",
                undo: "sluice ca-certs activate \(fingerprint.short)",
                warnings: dropped.droppedWords + trustWarnings
            )
        }
    }

    mutating func unregister(
        _ fingerprint: Fingerprint,
        at now: Date,
        facts: ClusterFacts
    ) throws(RegistryError) -> RegistryChangeSummary {
        if authorities[fingerprint] == nil, supersededAuthorities[fingerprint] != nil {
            return try endGrace(of: .ca(fingerprint), at: now)
        }
        let authority = try registeredCA(fingerprint)
        guard !unregistersInactiveOnly || authority.state == .inactive else { throw .caActive(fingerprint) }
        // What it replaced goes with it, so that its devices count too.
        let concerned =
            [fingerprint] + supersededAuthorities.values.filter { $0.replacedBy == fingerprint }.map(\.ca.fingerprint)
        let devices = concerned.map(facts.clientCertificates).reduce(0, +)
        guard devices == 0 else { throw .caHasClientCertificates(fingerprint, count: devices) }
        authorities[fingerprint] = nil
        trustGeneration += 1
        let dropped = dropSuperseded { $0.replacedBy == fingerprint }
        return RegistryChangeSummary(
            "unregistered CA \(authority.label)",
            undo: "sluice ca-certs register --ca F\(authority.name.map { " --name \($0)" } ?? "")"
                + (authority.state == .inactive ? " --inactive" : "") + returnOptions(of: authority, isTrusted: false),
            warnings: dropped.droppedWords + trustWarnings
        )
    }
}

/// What the rules above are made of.
extension ClusterState {
    func registeredCA(_ fingerprint: Fingerprint) throws(RegistryError) -> RegisteredCA {
        guard let authority = authorities[fingerprint] else { throw .noSuchCA(fingerprint.short) }
        return authority
    }

    /// Whether a CA is taken out in two steps, so that nobody ends the sessions of a fleet by one slip.
    private var unregistersInactiveOnly: Bool { settings.mode == .oneDeviceOneCertificate }

    /// The end of the command line that brings a CA back: its proof, if it has to have one, and what the letters stand for.
    private func returnOptions(of authority: RegisteredCA, isTrusted: Bool) -> String {
        let needsProof = settings.mode == .oneDeviceOneCertificate && !isTrusted
        return (needsProof ? " --verification V" : "") + "   # F: the PEM file of \(authority.fingerprint.short)"
            + (needsProof ? "; V: its proof, see sluice ca-certs code" : "")
    }

    private func checkName(_ name: ObjectName?) throws(RegistryError) {
        guard let name, let owner = authorities.values.first(where: { $0.name == name }) else { return }
        throw .caNameTaken(name, by: owner.fingerprint)
    }

    /// Ends the grace periods that match, at once; gives the CAs that lost theirs.
    @discardableResult
    private mutating func dropSuperseded(where matches: (SupersededCA) -> Bool) -> [RegisteredCA] {
        let dropped = supersededAuthorities.values.filter(matches).map(\.ca)
        for authority in dropped { supersededAuthorities[authority.fingerprint] = nil }
        if !dropped.isEmpty { trustGeneration += 1 }
        return dropped
    }

    private var trustWarnings: [String] {
        guard settings.mode != .oneWay, activeAuthorities.isEmpty else { return [] }
        return ["no active CA is left: every device is refused in mode \(settings.mode)"]
    }
}

extension RegisteredCA {
    fileprivate func warnings(replacing old: RegisteredCA, until deadline: Date?, devices: Int) -> [String] {
        var warnings: [String] = []
        if devices > 0 {
            warnings.append(
                "\(devices) registered client certificate\(devices == 1 ? " was" : "s were") issued by the old CA; what the "
                    + "new one does not vouch for is refused "
                    + (deadline.map { "from \($0.timestamp) on" } ?? "from now on")
            )
        }
        if old.revocationList != nil, revocationList == nil {
            warnings.append("the new CA has no revocation list, the old one had")
        }
        return warnings
    }
}

extension [RegisteredCA] {
    fileprivate var droppedWords: [String] {
        map { "CA \($0.label), which it had replaced, is trusted no longer either" }
    }
}
