import FoundationEssentials

/// What somebody asks of the client certificate registry at some moment.
struct DeviceOperation: Sendable {
    enum Request: Sendable {
        case register(DeviceRegistration, RegistrationSource)
        case apply(DeviceVerb, to: Fingerprint)
        case reassign(Fingerprint, to: Fingerprint)
        /// The device has shown the certificate of its record.
        case learn(DeviceRegistration)
    }

    let request: Request
    let time: Date
    let principal: Principal
    /// The record that somebody looked at before; `nil` if the operation is for whatever is there.
    var expected: ClientCertificateRecord?

    /// What it comes to, by the rules and what is stored; nothing is written. Throws `DeviceError` for a refusal.
    func decide(by reader: any DeviceReader, rules: RegistrationRules) throws -> DeviceChange {
        switch request {
        case .register(let registration, let source):
            try decide(registration, source: source, by: reader, rules: rules)
        case .apply(let verb, let fingerprint): try decide(verb, of: fingerprint, by: reader)
        case .reassign(let fingerprint, let authority): try decide(moving: fingerprint, to: authority, by: reader)
        case .learn(let shown): try decide(learning: shown, by: reader, rules: rules)
        }
    }

    /// Decides and writes record and tombstone; the audit log is for the caller, who writes several entries at once. A
    /// refusal wrote nothing; any other error ends the transaction.
    func carryOut(
        in transaction: any DeviceTransaction,
        rules: RegistrationRules
    ) throws -> Result<DeviceChange, DeviceError> {
        do {
            let change = try decide(by: transaction, rules: rules)
            guard change.isChange else { return .success(change) }
            try write(change, to: transaction)
            return .success(change)
        } catch let error as DeviceError {
            return .failure(error)
        }
    }

    private func write(_ change: DeviceChange, to transaction: any DeviceTransaction) throws {
        if let after = change.after {
            // First, because it alone can be refused.
            try transaction.put(after)
            if let before = change.before, before.facts != after.facts { try transaction.put(after.facts) }
            if change.tombstone != nil { try transaction.removeTombstone(change.fingerprint) }
        } else if change.before != nil {
            try transaction.removeRecord(change.fingerprint)
            if let tombstone = change.tombstone { try transaction.put(tombstone) }
        } else {
            try transaction.removeTombstone(change.fingerprint)
        }
    }
}

// MARK: registration

extension DeviceOperation {
    private func decide(
        _ registration: DeviceRegistration,
        source: RegistrationSource,
        by reader: any DeviceReader,
        rules: RegistrationRules
    ) throws -> DeviceChange {
        let fingerprint = registration.fingerprint
        if let known = try reader.record(fingerprint) {
            guard source == .manual, registration.isFulfilled(by: known) else {
                throw DeviceError.alreadyRegistered(fingerprint, state: known.state)
            }
            // An upload tells what a list could not.
            var after = known
            if known.facts.isFromList, !registration.facts.isFromList { after.facts = registration.facts }
            let action: DeviceAction = after == known ? .register : .learn
            return DeviceChange(action: action, fingerprint: fingerprint, before: known, after: after)
        }
        let tombstone = try reader.tombstone(fingerprint)
        if let tombstone, tombstone.until >= time, source == .automatic || tombstone.state == .revoked {
            throw DeviceError.tombstoned(fingerprint, until: tombstone.until)
        }
        if source == .automatic, let twin = registration.twin {
            if let known = try reader.record(twin) { throw DeviceError.alreadyRegistered(twin, state: known.state) }
            if let stone = try reader.tombstone(twin), stone.until >= time {
                throw DeviceError.tombstoned(twin, until: stone.until)
            }
        }
        let authorityState = rules.authorityState(registration.authority)
        guard let authorityState else { throw DeviceError.noSuchCA(registration.authority) }
        guard source == .manual || authorityState == .active else {
            throw DeviceError.authorityNotActive(registration.authority)
        }
        let record = ClientCertificateRecord(
            facts: registration.facts,
            authority: registration.authority,
            clientID: registration.clientID,
            state: try initialState(of: registration, source: source, rules: rules),
            source: source,
            createdAt: time,
            stateChangedAt: time
        )
        return DeviceChange(
            action: .register,
            fingerprint: fingerprint,
            before: nil,
            after: record,
            tombstone: tombstone,
            warnings: try warnings(about: record, authorityState: authorityState, lifting: tombstone, by: reader)
        )
    }

    private func initialState(
        of registration: DeviceRegistration,
        source: RegistrationSource,
        rules: RegistrationRules
    ) throws(DeviceError) -> ClientCertificateState {
        switch (source, registration.initialState) {
        case (.automatic, _):
            ClientCertificateTransition.automaticRegistration(automaticActivation: rules.automaticActivation())
        case (.manual, .active), (.manual, .inactive): registration.initialState
        case (.manual, .pendingActivation), (.manual, .revoked):
            throw .initialState(registration.fingerprint, state: registration.initialState)
        }
    }

    private func warnings(
        about record: ClientCertificateRecord,
        authorityState: CAState,
        lifting tombstone: Tombstone?,
        by reader: any DeviceReader
    ) throws -> [DeviceWarning] {
        var warnings = try twinWarnings(about: record, by: reader)
        switch record.facts.validity(at: time) {
        case .valid: break
        case .expiring: if let end = record.facts.notAfter { warnings.append(.expiring(notAfter: end)) }
        case .expired: if let end = record.facts.notAfter { warnings.append(.expired(notAfter: end)) }
        case .notYetValid: if let start = record.facts.notBefore { warnings.append(.notYetValid(notBefore: start)) }
        }
        if authorityState == .inactive { warnings.append(.authorityInactive(record.authority)) }
        if let tombstone { warnings.append(.tombstoneLifted(deletedAt: tombstone.deletedAt)) }
        return warnings
    }

    /// Two active certificates with one name or one client id are most often one device too many.
    private func twinWarnings(
        about record: ClientCertificateRecord,
        by reader: any DeviceReader
    ) throws -> [DeviceWarning] {
        guard record.state == .active else { return [] }
        var warnings: [DeviceWarning] = []
        if let name = record.facts.commonName,
            let other = try reader.activeTwin(of: record.fingerprint, commonName: name)
        {
            warnings.append(.sameCommonName(name, other: other))
        }
        if let clientID = record.clientID,
            let other = try reader.activeTwin(of: record.fingerprint, clientID: clientID)
        {
            warnings.append(.sameClientID(clientID, other: other))
        }
        return warnings
    }
}

extension DeviceRegistration {
    /// Whether there is nothing left to do for it.
    fileprivate func isFulfilled(by record: ClientCertificateRecord) -> Bool {
        record.authority == authority && record.clientID == clientID && record.state == initialState
    }
}

// MARK: verbs

extension DeviceOperation {
    private func decide(
        _ verb: DeviceVerb,
        of fingerprint: Fingerprint,
        by reader: any DeviceReader
    ) throws -> DeviceChange {
        switch verb {
        case .activate: try decide(.activate, as: .activate, of: fingerprint, by: reader)
        case .deactivate: try decide(.deactivate, as: .deactivate, of: fingerprint, by: reader)
        case .revoke: try decide(.revoke, as: .revoke, of: fingerprint, by: reader)
        case .delete: try decide(.delete, as: .delete, of: fingerprint, by: reader)
        case .purge: try decidePurge(of: fingerprint, by: reader)
        case .setClientID(let clientID): try decide(clientID, for: fingerprint, by: reader)
        }
    }

    private func decide(
        _ verb: StateVerb,
        as action: DeviceAction,
        of fingerprint: Fingerprint,
        by reader: any DeviceReader
    ) throws -> DeviceChange {
        let before = try existing(fingerprint, by: reader)
        switch ClientCertificateTransition.of(verb, in: before.state) {
        case .becomes(let state):
            var after = before
            after.state = state
            after.stateChangedAt = time
            return DeviceChange(
                action: action,
                fingerprint: fingerprint,
                before: before,
                after: after,
                warnings: try twinWarnings(about: after, by: reader)
            )
        case .unchanged:
            return DeviceChange(action: action, fingerprint: fingerprint, before: before, after: before)
        case .gone:
            return DeviceChange(
                action: action,
                fingerprint: fingerprint,
                before: before,
                after: nil,
                tombstone: Tombstone(of: before, deletedAt: time)
            )
        case .refusedForRevoked: throw DeviceError.revokedIsFinal(fingerprint, verb: verb)
        case .refusedUntilStopped: throw DeviceError.deleteNeedsStop(fingerprint, state: before.state)
        }
    }

    private func decide(
        _ clientID: ClientIdentifier?,
        for fingerprint: Fingerprint,
        by reader: any DeviceReader
    ) throws -> DeviceChange {
        let before = try existing(fingerprint, by: reader)
        var after = before
        after.clientID = clientID
        return DeviceChange(
            action: .setClientID,
            fingerprint: fingerprint,
            before: before,
            after: after,
            warnings: before == after ? [] : try twinWarnings(about: after, by: reader)
        )
    }

    private func decidePurge(of fingerprint: Fingerprint, by reader: any DeviceReader) throws -> DeviceChange {
        if let known = try reader.record(fingerprint) {
            throw DeviceError.purgeNeedsDeletion(fingerprint, state: known.state)
        }
        guard let tombstone = try reader.tombstone(fingerprint) else {
            throw DeviceError.noTombstone(fingerprint.short)
        }
        return DeviceChange(action: .purge, fingerprint: fingerprint, before: nil, after: nil, tombstone: tombstone)
    }

    private func decide(
        moving fingerprint: Fingerprint,
        to authority: Fingerprint,
        by reader: any DeviceReader
    ) throws -> DeviceChange {
        let before = try existing(fingerprint, by: reader)
        var after = before
        after.authority = authority
        return DeviceChange(action: .reassign, fingerprint: fingerprint, before: before, after: after)
    }

    /// The certificate is right where a list was wrong, also about the CA. What came from no list is known already.
    private func decide(
        learning shown: DeviceRegistration,
        by reader: any DeviceReader,
        rules: RegistrationRules
    ) throws -> DeviceChange {
        let before = try existing(shown.fingerprint, by: reader)
        var after = before
        if before.facts.isFromList {
            after.facts = shown.facts
            if rules.authorityState(shown.authority) != nil { after.authority = shown.authority }
        }
        return DeviceChange(action: .learn, fingerprint: shown.fingerprint, before: before, after: after)
    }

    private func existing(_ fingerprint: Fingerprint, by reader: any DeviceReader) throws -> ClientCertificateRecord {
        guard let record = try reader.record(fingerprint) else {
            throw DeviceError.noSuchCertificate(fingerprint.short)
        }
        guard expected.map({ $0.isUnchanged(in: record) }) ?? true else { throw DeviceError.changedMeanwhile(record) }
        return record
    }
}
