package import struct FoundationEssentials.Date

/// The client certificate registry at work: look-ups in memory, changes by store → memory → observers, in that order.
package final class DeviceControl: Sendable {
    /// The bucket for manual and automatic registrations.
    package let limit: RegistrationLimit

    let store: any DeviceStore
    let rules: RegistrationRules
    let table = DeviceTable()
    let writer: DeviceWriter

    /// Loads every record. Throws `DeviceError.storage`.
    package init(
        store: any DeviceStore,
        limit: RegistrationLimit = RegistrationLimit(),
        rules: RegistrationRules
    ) async throws(DeviceError) {
        self.store = store
        self.limit = limit
        self.rules = rules
        writer = DeviceWriter(store: store, table: table, rules: rules)
        let loader = DeviceTableLoader(table)
        do {
            try await store.load(into: loader)
        } catch {
            throw .storage(reason: "\(error)")
        }
        loader.finish()
    }

    /// What is known of a certificate; `nil` if it is not registered. Any thread, no I/O, well under a microsecond.
    package func entry(_ fingerprint: Fingerprint) -> DeviceEntry? { table.entry(fingerprint) }

    /// Whether a deleted certificate may not register itself again. Any thread, no I/O.
    package func isBarred(_ fingerprint: Fingerprint) -> Bool { table.isBarred(fingerprint) }

    /// Whether a deleted certificate had been revoked: until `purge` it comes in nowhere, whatever the mode. Any thread, no
    /// I/O.
    package func isBarredForGood(_ fingerprint: Fingerprint) -> Bool { table.isBarredForGood(fingerprint) }

    /// How many certificates there are, by state and by CA. Any thread, no I/O.
    package var counts: DeviceCounts { table.counts }

    /// Calls the body with every group of changes after it was stored and published, in order. The body must be short: the
    /// next change waits for it.
    package func observe(_ body: @escaping @Sendable ([DeviceChange]) -> Void) { writer.observe(body) }

    /// Calls the body with every registration by hand or by import that was turned down. The body must be short.
    package func observeRefusals(_ body: @escaping @Sendable (DeviceError) -> Void) { writer.observeRefusals(body) }

    /// Registers the certificate of a device that has just proved to hold its key.
    ///
    /// One that is registered, or barred, costs neither a token nor I/O. Of several at once for one certificate, one
    /// registers it.
    package func registerAutomatically(_ registration: DeviceRegistration, at now: Date) async -> AutomaticRegistration
    {
        let fingerprint = registration.fingerprint
        if let entry = entry(fingerprint) { return .alreadyRegistered(entry) }
        if isBarred(fingerprint) { return .barred }
        let principal = Principal(kind: .device(fingerprint), role: .viewer)
        do throws(DeviceError) {
            let change = try await registerOnce(registration, .automatic, at: now, by: principal)
            guard let record = change.after else { return .failed(.noSuchCertificate(fingerprint.short)) }
            return .registered(record.entry)
        } catch {
            switch error {
            case .alreadyRegistered:
                // Published before the answer came, unless it was deleted in between.
                return entry(fingerprint).map { .alreadyRegistered($0) } ?? .failed(error)
            case .tombstoned: return .barred
            case .rateLimited(_, let retryAfter): return .rateLimited(retryAfter: retryAfter)
            default: return .failed(error)
            }
        }
    }

    /// Registers a certificate by hand. A certificate that is registered just so is no change and costs no token.
    ///
    /// Throws `DeviceError.rateLimited` with the time to wait, `.alreadyRegistered`, `.tombstoned`, `.noSuchCA`, … .
    package func register(
        _ registration: DeviceRegistration,
        at now: Date,
        by principal: Principal,
        dryRun: Bool = false
    ) async throws(DeviceError) -> DeviceChange {
        guard !dryRun else {
            return try await rehearse(.register(registration, .manual), at: now, by: principal)
        }
        do throws(DeviceError) {
            guard entry(registration.fingerprint) == nil else {
                return try await carryOut(.register(registration, .manual), at: now, by: principal)
            }
            return try await registerOnce(registration, .manual, at: now, by: principal)
        } catch {
            writer.turnedDown(error)
            throw error
        }
    }

    /// Does something with a registered certificate, or lifts the tombstone of a deleted one.
    ///
    /// An identical repeat is no change. With `record` it is refused unless the certificate is still as that says. Throws `DeviceError.noSuchCertificate`, `.revokedIsFinal`, `.deleteNeedsStop`, … .
    package func apply(
        _ verb: DeviceVerb,
        to fingerprint: Fingerprint,
        at now: Date,
        by principal: Principal,
        expecting record: ClientCertificateRecord? = nil,
        dryRun: Bool = false
    ) async throws(DeviceError) -> DeviceChange {
        dryRun
            ? try await rehearse(.apply(verb, to: fingerprint), at: now, by: principal, expecting: record)
            : try await carryOut(.apply(verb, to: fingerprint), at: now, by: principal, expecting: record)
    }

    /// Takes over what a device's certificate says, where its record came from a list that told little more than the
    /// fingerprint; no change for any other record. Throws `DeviceError.noSuchCertificate`, `.overloaded` or `.storage`.
    @discardableResult
    package func learn(
        _ shown: DeviceRegistration,
        at now: Date
    ) async throws(DeviceError) -> DeviceChange {
        let principal = Principal(kind: .device(shown.fingerprint), role: .viewer)
        return try await carryOut(.learn(shown), at: now, by: principal)
    }

    /// Notes when devices were last let in; neither audited nor told to observers. Throws `DeviceError.storage`.
    package func markSeen(_ seen: [Fingerprint: Date]) async throws(DeviceError) {
        guard !seen.isEmpty else { return }
        try await storing { () async throws in try await store.markSeen(seen) }
    }

    /// Takes a token, registers, and gives the token back if nothing was stored.
    private func registerOnce(
        _ registration: DeviceRegistration,
        _ source: RegistrationSource,
        at now: Date,
        by principal: Principal
    ) async throws(DeviceError) -> DeviceChange {
        if let wait = limit.take(at: now) { throw .rateLimited(perSecond: limit.rate.perSecond, retryAfter: wait) }
        do throws(DeviceError) {
            let change = try await carryOut(.register(registration, source), at: now, by: principal)
            if !change.isChange { limit.giveBack() }
            return change
        } catch {
            limit.giveBack()
            throw error
        }
    }

    private func carryOut(
        _ request: DeviceOperation.Request,
        at now: Date,
        by principal: Principal,
        expecting record: ClientCertificateRecord? = nil
    ) async throws(DeviceError) -> DeviceChange {
        try await writer.submit(DeviceOperation(request: request, time: now, principal: principal, expected: record))
    }

    private func rehearse(
        _ request: DeviceOperation.Request,
        at now: Date,
        by principal: Principal,
        expecting record: ClientCertificateRecord? = nil
    ) async throws(DeviceError) -> DeviceChange {
        let operation = DeviceOperation(request: request, time: now, principal: principal, expected: record)
        return try await reading { [rules] reader in
            var change = try operation.decide(by: reader, rules: rules)
            change.principal = principal
            return change
        }
    }

    /// Reads in one consistent state; what is no `DeviceError` becomes `.storage`.
    func reading<Value: Sendable>(
        _ body: @escaping @Sendable (any DeviceReader) throws -> Value
    ) async throws(DeviceError) -> Value {
        try await storing { () async throws in try await store.read(body) }
    }

    func storing<Value: Sendable>(_ body: () async throws -> Value) async throws(DeviceError) -> Value {
        do {
            return try await body()
        } catch let error as DeviceError {
            throw error
        } catch {
            throw .storage(reason: "\(error)")
        }
    }
}
