import struct FoundationEssentials.Date

/// The rules of the certificate store and of the server certificate slots.
extension ClusterState {
    mutating func host(_ certificate: HostedCertificate) throws(RegistryError) -> RegistryChangeSummary {
        guard hosted[certificate.fingerprint] == nil else {
            throw .certificateAlreadyHosted(certificate.fingerprint)
        }
        if let name = certificate.name, let owner = hosted.values.first(where: { $0.name == name }) {
            throw .certificateNameTaken(name, by: owner.fingerprint)
        }
        guard certificate.certificate.key.family != .other else {
            throw .unsupportedKey(certificate.fingerprint, certificate.certificate.key)
        }
        hosted[certificate.fingerprint] = certificate
        return RegistryChangeSummary(
            "stored certificate \(certificate.label) for \(certificate.namesInWords)",
            undo: "sluice certs delete \(certificate.fingerprint.short)"
        )
    }

    mutating func deleteCertificate(
        _ fingerprint: Fingerprint,
        at now: Date
    ) throws(RegistryError) -> RegistryChangeSummary {
        let certificate = try hostedCertificate(fingerprint)
        if let slot = slot(of: fingerprint) { throw .certificateInUse(fingerprint, slot: slot) }
        for slot in slots.keys.sorted() where slots[slot]?.superseded?.certificate == fingerprint {
            if let old = slots[slot]?.superseded(at: now) {
                throw .certificateInGrace(fingerprint, slot: slot, until: old.until)
            }
            slots[slot]?.superseded = nil
        }
        hosted[fingerprint] = nil
        return RegistryChangeSummary("deleted certificate \(certificate.label) and its key", undo: nil)
    }

    /// Takes out what came from a watched file, was replaced, and serves nobody any more: the file holds its successor, and
    /// nobody would ever delete it. What somebody uploaded stays until he does.
    mutating func dropReplacedFiles(since before: ClusterState) {
        var replaced = before.slots.values.compactMap(\.superseded?.certificate)
        for (slot, binding) in before.slots {
            if let now = slots[slot], now.certificate != binding.certificate { replaced.append(binding.certificate) }
        }
        for fingerprint in replaced {
            guard case .file = hosted[fingerprint]?.source else { continue }
            let isUsed = slots.values.contains {
                $0.certificate == fingerprint || $0.superseded?.certificate == fingerprint
            }
            if !isUsed { hosted[fingerprint] = nil }
        }
    }

    mutating func setStaple(
        _ staple: OCSPStaple?,
        of fingerprint: Fingerprint
    ) throws(RegistryError) -> RegistryChangeSummary {
        let certificate = try hostedCertificate(fingerprint)
        guard staple != certificate.staple else {
            return RegistryChangeSummary(
                staple == nil
                    ? "certificate \(certificate.label) has no OCSP staple"
                    : "certificate \(certificate.label) has this OCSP staple already",
                undo: nil
            )
        }
        hosted[fingerprint] = certificate.with(staple: staple)
        let isFirst = certificate.staple == nil
        return RegistryChangeSummary(
            staple.map { "set the OCSP staple of certificate \(certificate.label), made at \($0.thisUpdate.timestamp)" }
                ?? "removed the OCSP staple of certificate \(certificate.label)",
            undo: isFirst ? "sluice certs staple \(fingerprint.short) --remove" : nil
        )
    }

    mutating func bind(
        _ fingerprint: Fingerprint,
        to wanted: ServerCertificateSlot?,
        at now: Date,
        limits: ClusterLimits
    ) throws(RegistryError) -> RegistryChangeSummary {
        let certificate = try hostedCertificate(fingerprint)
        if let slot = slot(of: fingerprint) { throw .certificateAlreadyBound(fingerprint, slot: slot) }
        let slot = try freeSlot(wanted, limits: limits)
        let lifted = try serve(certificate, from: slot, at: now)
        return RegistryChangeSummary(
            "bound \(certificate.label) to \(slot) for \(certificate.namesInWords)",
            undo: slot.isCustom ? "sluice server-certs unbind \(slot)" : nil,
            warnings: certificate.warnings(at: now) + lifted.liftedWords
        )
    }

    /// Takes effect at once for new handshakes. Names of the old certificate alone are served until the grace period
    /// ends, and are unknown then, not retired: the slot's owner renewed, and did not withdraw them.
    mutating func replace(
        _ slot: ServerCertificateSlot,
        with fingerprint: Fingerprint,
        grace: Duration,
        at now: Date
    ) throws(RegistryError) -> RegistryChangeSummary {
        let certificate = try hostedCertificate(fingerprint)
        guard let old = self.certificate(in: slot) else { throw .slotEmpty(slot) }
        if let bound = self.slot(of: fingerprint) { throw .certificateAlreadyBound(fingerprint, slot: bound) }
        let deadline = try GracePeriod.deadline(grace, from: now, oldCertificate: old.certificate)
        // A default that is switched off serves nobody, and has nothing to go on with.
        let until = isServing(slot) ? deadline : nil
        let dropped = supersededCertificate(in: slot, at: now)
        let lifted = try serve(certificate, from: slot, at: now)
        slots[slot]?.superseded = until.map {
            SupersededCertificate(certificate: old.fingerprint, since: now.wholeMilliseconds, until: $0)
        }
        return RegistryChangeSummary(
            "replaced \(old.label) by \(certificate.label) in \(slot) for \(certificate.namesInWords)"
                + (until.map { "; both work until \($0.timestamp)" } ?? ""),
            undo: "sluice server-certs replace \(slot) \(old.fingerprint.short) --grace \(grace.option)",
            warnings: certificate.warnings(at: now) + lifted.liftedWords
                + warnings(losing: old.certificate.names.filter { !isServed($0) }, until: until)
                + (dropped.flatMap { $0.fingerprint == fingerprint ? nil : $0 }.map {
                    ["certificate \($0.label), which had been replaced before, serves no longer"]
                } ?? [])
        )
    }

    mutating func unbind(_ slot: ServerCertificateSlot, at now: Date) throws(RegistryError) -> RegistryChangeSummary {
        guard slot.isCustom else { throw .defaultCannotBeUnbound }
        guard let certificate = certificate(in: slot) else { throw .slotEmpty(slot) }
        guard defaultEnabled || boundCustomSlots.count > 1 else { throw .lastCustomWhileDefaultDisabled(slot) }
        // No grace: what the slot served until now, by its old certificate too, it serves no longer.
        let superseded = supersededCertificate(in: slot, at: now)?.certificate.names ?? []
        slots[slot] = nil
        let names = certificate.certificate.names
        let orphaned = (names + superseded.filter { !names.contains($0) }).filter { !isServed($0) }
        retired.retire(orphaned, at: now)
        return RegistryChangeSummary(
            "unbound \(certificate.label) from \(slot)",
            undo: "sluice server-certs bind \(certificate.fingerprint.short) --slot \(slot)",
            warnings: orphaned.isEmpty ? [] : ["refused from now on: \(orphaned.inWords)"]
        )
    }

    mutating func setDefault(enabled: Bool) throws(RegistryError) -> RegistryChangeSummary {
        guard enabled != defaultEnabled else {
            return RegistryChangeSummary(
                "the default certificate is \(enabled ? "enabled" : "disabled") already",
                undo: nil
            )
        }
        guard enabled || !boundCustomSlots.isEmpty else { throw .defaultNeededWithoutCustom }
        defaultEnabled = enabled
        if !enabled { slots[.default]?.superseded = nil }
        let lifted = enabled ? retired.lift(coveredBy: certificate(in: .default)?.certificate.names ?? []) : []
        return RegistryChangeSummary(
            enabled ? "enabled the default certificate" : "disabled the default certificate",
            undo: "sluice server-certs default \(enabled ? "disable" : "enable")",
            warnings: lifted.liftedWords
                + (enabled ? [] : ["clients without SNI or with an unknown name are refused from now on"])
        )
    }
}

/// What the rules above are made of.
extension ClusterState {
    private func hostedCertificate(_ fingerprint: Fingerprint) throws(RegistryError) -> HostedCertificate {
        guard let certificate = hosted[fingerprint] else { throw .noSuchCertificate(fingerprint.short) }
        return certificate
    }

    /// The slot wanted, if it exists and is empty; else the first free custom one.
    private func freeSlot(
        _ wanted: ServerCertificateSlot?,
        limits: ClusterLimits
    ) throws(RegistryError) -> ServerCertificateSlot {
        if let wanted, let binding = slots[wanted] { throw .slotOccupied(wanted, by: binding.certificate) }
        switch wanted {
        case .default:
            return .default
        case .custom(let number):
            guard (1...max(1, limits.customServerCertificates)).contains(number) else {
                throw .slotOutOfRange(.custom(number), limit: limits.customServerCertificates)
            }
            try checkCustomLimit(limits)
            return .custom(number)
        case nil:
            try checkCustomLimit(limits)
            var number = 1
            while slots[.custom(number)] != nil { number += 1 }
            return .custom(number)
        }
    }

    private func checkCustomLimit(_ limits: ClusterLimits) throws(RegistryError) {
        let bound = boundCustomSlots.count
        guard bound < limits.customServerCertificates else {
            throw .customCertificateLimit(bound: bound, limit: limits.customServerCertificates)
        }
    }

    /// Puts a certificate into a slot after the checks of every binding; gives the names that are refused no longer.
    private mutating func serve(
        _ certificate: HostedCertificate,
        from slot: ServerCertificateSlot,
        at now: Date
    ) throws(RegistryError) -> [DomainName] {
        let facts = certificate.certificate
        guard !facts.names.isEmpty else { throw .certificateWithoutNames(facts.fingerprint) }
        guard facts.validity(at: now) != .expired else {
            throw .certificateExpired(facts.fingerprint, notAfter: facts.notAfter, now: now)
        }
        for other in slots.keys.sorted() where other != slot {
            guard let bound = self.certificate(in: other), bound.certificate.key.family == facts.key.family,
                let name = facts.names.first(where: bound.certificate.names.contains)
            else { continue }
            throw .nameConflict(name, family: facts.key.family, slot: other, certificate: bound.fingerprint)
        }
        slots[slot] = SlotBinding(certificate: facts.fingerprint, boundAt: now)
        return isServing(slot) ? retired.lift(coveredBy: facts.names) : []
    }

    /// Whether handshakes are answered from the slot, if it is occupied.
    func isServing(_ slot: ServerCertificateSlot) -> Bool { slot.isCustom || defaultEnabled }

    /// Whether the present certificate of a slot that is switched on serves the name by an exact or wildcard match.
    private func isServed(_ name: DomainName) -> Bool {
        slots.keys.contains { slot in
            guard isServing(slot), let certificate = certificate(in: slot) else { return false }
            return certificate.certificate.names.contains { $0.covers(name) }
        }
    }

    private func warnings(losing names: [DomainName], until deadline: Date?) -> [String] {
        guard !names.isEmpty else { return [] }
        return [
            deadline.map { "served until \($0.timestamp) only: \(names.inWords)" }
                ?? "no longer served: \(names.inWords)"
        ]
    }
}

extension HostedCertificate {
    fileprivate var namesInWords: String { certificate.names.inWords }

    fileprivate func warnings(at now: Date) -> [String] {
        switch certificate.validity(at: now) {
        case .notYetValid: ["it is valid only from \(certificate.notBefore.timestamp)"]
        case .expiring, .expired: ["it expires at \(certificate.notAfter.timestamp)"]
        case .valid: []
        }
    }
}

extension [DomainName] {
    fileprivate var inWords: String {
        let shown = 5
        let names = prefix(shown).map(\.text).joined(separator: ", ")
        return count > shown ? "\(names) and \(count - shown) more" : names
    }

    fileprivate var liftedWords: [String] { isEmpty ? [] : ["served again: \(inWords)"] }
}
