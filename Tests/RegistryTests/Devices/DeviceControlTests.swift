import Foundation
import Registry
import Synchronization
import Testing

let operatorPrincipal = Principal(kind: .socket(uid: 0), role: .admin)

/// A registry in memory with two CAs, and what may be set about it.
final class DeviceFixture: Sendable {
    let store: MemoryDeviceStore
    let authority: Fingerprint
    let inactiveAuthority: Fingerprint
    let automaticActivation = Mutex(true)

    init() throws {
        authority = try fingerprint("CA")
        inactiveAuthority = try fingerprint("inactive CA")
        store = MemoryDeviceStore(authorities: [authority, inactiveAuthority])
    }

    func control(_ rate: RegistrationLimit.Rate = RegistrationLimit.Rate()) async throws -> DeviceControl {
        let (authority, inactiveAuthority) = (authority, inactiveAuthority)
        return try await DeviceControl(
            store: store,
            limit: RegistrationLimit(rate),
            rules: RegistrationRules(
                automaticActivation: { self.automaticActivation.withLock { $0 } },
                authorityState: { $0 == authority ? .active : $0 == inactiveAuthority ? .inactive : nil }
            )
        )
    }

    func registration(
        _ seed: String,
        clientID: String? = nil,
        active: Bool = true,
        notBefore: Date = noon - 30 * day,
        notAfter: Date = noon + 335 * day
    ) throws -> DeviceRegistration {
        DeviceRegistration(
            try facts(seed, notBefore: notBefore, notAfter: notAfter),
            authority: authority,
            clientID: clientID.flatMap(ClientIdentifier.init),
            active: active
        )
    }
}

@Suite struct DeviceControlTests {
    private let fixture: DeviceFixture

    init() throws { fixture = try DeviceFixture() }

    /// A control in which one certificate is in a state.
    private func control(with seed: String, in state: ClientCertificateState) async throws -> DeviceControl {
        let control = try await fixture.control()
        let one = try fingerprint(seed)
        switch state {
        case .active: _ = try await control.register(fixture.registration(seed), at: noon, by: operatorPrincipal)
        case .inactive:
            _ = try await control.register(fixture.registration(seed, active: false), at: noon, by: operatorPrincipal)
        case .pendingActivation:
            fixture.automaticActivation.withLock { $0 = false }
            _ = await control.registerAutomatically(try fixture.registration(seed), at: noon)
        case .revoked:
            _ = try await control.register(fixture.registration(seed), at: noon, by: operatorPrincipal)
            _ = try await control.apply(.revoke, to: one, at: noon, by: operatorPrincipal)
        }
        return control
    }

    // MARK: automatic registration

    @Test func `a device registers itself active, and is found in memory`() async throws {
        let control = try await fixture.control()
        let registration = try fixture.registration("a", clientID: "pump")
        let entry = DeviceEntry(state: .active, authority: fixture.authority, clientID: ClientIdentifier("pump"))
        #expect(await control.registerAutomatically(registration, at: noon) == .registered(entry))
        #expect(control.entry(registration.fingerprint) == entry)
        #expect(fixture.store.devices.records[registration.fingerprint]?.source == .automatic)
        #expect(fixture.store.devices.audit.map(\.action) == ["client-certificate.register"])
        #expect(fixture.store.devices.audit.first?.principal.kind == .device(registration.fingerprint))
    }

    @Test func `a device waits for an operator while automatic activation is off`() async throws {
        fixture.automaticActivation.withLock { $0 = false }
        let outcome = await (try fixture.control()).registerAutomatically(try fixture.registration("a"), at: noon)
        #expect(outcome == .registered(DeviceEntry(state: .pendingActivation, authority: fixture.authority)))
    }

    @Test func `what is registered never touches the bucket`() async throws {
        let control = try await fixture.control(RegistrationLimit.Rate(perSecond: 1, burst: 2))
        let registration = try fixture.registration("a")
        _ = await control.registerAutomatically(registration, at: noon)
        for _ in 0..<5 {
            let again = await control.registerAutomatically(registration, at: noon)
            #expect(again == .alreadyRegistered(DeviceEntry(state: .active, authority: fixture.authority)))
            _ = try await control.register(registration, at: noon, by: operatorPrincipal)
        }
        let other = await control.registerAutomatically(try fixture.registration("b"), at: noon)
        #expect(other == .registered(DeviceEntry(state: .active, authority: fixture.authority)))
    }

    @Test func `past the bucket nothing is stored, by hand or by devices`() async throws {
        let control = try await fixture.control(RegistrationLimit.Rate(perSecond: 2, burst: 1))
        _ = await control.registerAutomatically(try fixture.registration("a"), at: noon)
        let second = await control.registerAutomatically(try fixture.registration("b"), at: noon)
        #expect(second == .rateLimited(retryAfter: .milliseconds(500)))
        let third = try fixture.registration("c")
        await #expect(throws: DeviceError.rateLimited(perSecond: 2, retryAfter: .milliseconds(500))) {
            try await control.register(third, at: noon, by: operatorPrincipal)
        }
        #expect(fixture.store.devices.records.count == 1)
        #expect(fixture.store.devices.audit.count == 1)
    }

    @Test func `several at once for one certificate make one record and take one token`() async throws {
        let control = try await fixture.control(RegistrationLimit.Rate(perSecond: 1, burst: 50))
        let registration = try fixture.registration("a")
        let outcomes = await withTaskGroup(of: AutomaticRegistration.self) { group in
            for _ in 0..<50 { group.addTask { await control.registerAutomatically(registration, at: noon) } }
            return await group.reduce(into: []) { $0.append($1) }
        }
        let entry = DeviceEntry(state: .active, authority: fixture.authority)
        #expect(outcomes.count { $0 == .registered(entry) } == 1)
        #expect(outcomes.count { $0 == .alreadyRegistered(entry) } == 49)
        #expect(fixture.store.devices.audit.count == 1)
        for number in 0..<49 { #expect(control.limit.take(at: noon) == nil, "token \(number)") }
        #expect(control.limit.take(at: noon) != nil)
    }

    @Test func `many devices at once share few transactions`() async throws {
        let control = try await fixture.control(RegistrationLimit.Rate(perSecond: 1, burst: 500))
        let registrations = try (0..<500).map { try fixture.registration("device \($0)") }
        await withTaskGroup(of: Void.self) { group in
            for registration in registrations {
                group.addTask { _ = await control.registerAutomatically(registration, at: noon) }
            }
        }
        #expect(control.counts.total == 500)
        #expect(fixture.store.transactions < 500)
    }

    @Test func `a certificate of an inactive or unknown CA does not register itself`() async throws {
        let control = try await fixture.control()
        for (authority, error) in [
            (fixture.inactiveAuthority, DeviceError.authorityNotActive(fixture.inactiveAuthority)),
            (try fingerprint("no CA"), .noSuchCA(try fingerprint("no CA"))),
        ] {
            let registration = DeviceRegistration(try facts("a"), authority: authority)
            #expect(await control.registerAutomatically(registration, at: noon) == .failed(error))
        }
        #expect(fixture.store.devices.records.isEmpty)
    }

    @Test func `the store decides last whether the CA is there, and the token is given back`() async throws {
        let control = try await DeviceControl(
            store: MemoryDeviceStore(),
            limit: RegistrationLimit(RegistrationLimit.Rate(perSecond: 1, burst: 1)),
            rules: RegistrationRules(automaticActivation: { true }, authorityState: { _ in .active })
        )
        let outcome = await control.registerAutomatically(try fixture.registration("a"), at: noon)
        #expect(outcome == .failed(.noSuchCA(fixture.authority)))
        #expect(control.limit.take(at: noon) == nil)
    }

    @Test func `what cannot be stored is not in memory either`() async throws {
        let control = try await fixture.control()
        fixture.store.isBroken = true
        let registration = try fixture.registration("a")
        guard case .failed(.storage) = await control.registerAutomatically(registration, at: noon) else {
            Issue.record("stored")
            return
        }
        #expect(control.entry(registration.fingerprint) == nil)
        #expect(control.counts.total == 0)
    }

    // MARK: verbs

    /// State, verb, state after; `nil` for gone.
    private static let steps: [(ClientCertificateState, DeviceVerb, ClientCertificateState?)] = [
        (.pendingActivation, .activate, .active), (.pendingActivation, .deactivate, .inactive),
        (.pendingActivation, .revoke, .revoked),
        (.active, .activate, .active), (.active, .deactivate, .inactive), (.active, .revoke, .revoked),
        (.inactive, .activate, .active), (.inactive, .deactivate, .inactive), (.inactive, .revoke, .revoked),
        (.inactive, .delete, nil),
        (.revoked, .revoke, .revoked), (.revoked, .delete, nil),
    ]

    @Test(arguments: steps)
    func `a verb changes store, memory and audit log together`(
        state: ClientCertificateState,
        verb: DeviceVerb,
        after: ClientCertificateState?
    ) async throws {
        let control = try await control(with: "a", in: state)
        let one = try fingerprint("a")
        let audited = fixture.store.devices.audit.count
        let rehearsed = try await control.apply(verb, to: one, at: noon + 1, by: operatorPrincipal, dryRun: true)
        #expect(control.entry(one)?.state == state)
        let change = try await control.apply(verb, to: one, at: noon + 1, by: operatorPrincipal)
        #expect(change == rehearsed)
        #expect(change.isChange == (state != after))
        #expect(control.entry(one)?.state == after)
        #expect(fixture.store.devices.records[one]?.state == after)
        #expect(fixture.store.devices.audit.count == audited + (change.isChange ? 1 : 0))
        #expect(control.isBarred(one) == (after == nil))
        #expect(change.endsSessions == (state == .active && after != .active))
        if change.isChange, after != nil { #expect(fixture.store.devices.records[one]?.stateChangedAt == noon + 1) }
    }

    @Test(arguments: [ClientCertificateState.active, .pendingActivation])
    func `is not deleted while it connects or waits to`(state: ClientCertificateState) async throws {
        let control = try await control(with: "a", in: state)
        let one = try fingerprint("a")
        await #expect(throws: DeviceError.deleteNeedsStop(one, state: state)) {
            try await control.apply(.delete, to: one, at: noon, by: operatorPrincipal)
        }
    }

    @Test(arguments: [(DeviceVerb.activate, StateVerb.activate), (.deactivate, .deactivate)])
    func `is refused for ever once revoked`(verb: DeviceVerb, named: StateVerb) async throws {
        let control = try await control(with: "a", in: .revoked)
        let one = try fingerprint("a")
        await #expect(throws: DeviceError.revokedIsFinal(one, verb: named)) {
            try await control.apply(verb, to: one, at: noon, by: operatorPrincipal)
        }
    }

    @Test func `sets and clears the client id`() async throws {
        let control = try await control(with: "a", in: .active)
        let one = try fingerprint("a")
        let clientID = ClientIdentifier("pump-7")
        _ = try await control.apply(.setClientID(clientID), to: one, at: noon, by: operatorPrincipal)
        #expect(control.entry(one)?.clientID == clientID)
        let again = try await control.apply(.setClientID(clientID), to: one, at: noon, by: operatorPrincipal)
        #expect(!again.isChange)
        _ = try await control.apply(.setClientID(nil), to: one, at: noon, by: operatorPrincipal)
        #expect(control.entry(one)?.clientID == nil)
    }

    @Test func `an unknown certificate has no state to change`() async throws {
        let control = try await fixture.control()
        let one = try fingerprint("a")
        for verb in [DeviceVerb.activate, .deactivate, .revoke, .delete, .setClientID(nil)] {
            await #expect(throws: DeviceError.noSuchCertificate(one.short)) {
                try await control.apply(verb, to: one, at: noon, by: operatorPrincipal)
            }
        }
    }

    // MARK: tombstones

    @Test(arguments: [ClientCertificateState.inactive, .revoked])
    func `what was deleted does not register itself until it is purged`(state: ClientCertificateState) async throws {
        let control = try await control(with: "a", in: state)
        let registration = try fixture.registration("a")
        _ = try await control.apply(.delete, to: registration.fingerprint, at: noon, by: operatorPrincipal)
        #expect(await control.registerAutomatically(registration, at: noon) == .barred)
        _ = try await control.apply(.purge, to: registration.fingerprint, at: noon, by: operatorPrincipal)
        #expect(!control.isBarred(registration.fingerprint))
        let outcome = await control.registerAutomatically(registration, at: noon)
        #expect(outcome == .registered(DeviceEntry(state: .active, authority: fixture.authority)))
    }

    @Test func `what was revoked and deleted is not registered by hand before a purge`() async throws {
        let control = try await control(with: "a", in: .revoked)
        let registration = try fixture.registration("a")
        _ = try await control.apply(.delete, to: registration.fingerprint, at: noon, by: operatorPrincipal)
        await #expect(
            throws: DeviceError.tombstoned(registration.fingerprint, until: noon + 335 * day)
        ) {
            try await control.register(registration, at: noon, by: operatorPrincipal)
        }
    }

    @Test func `what was inactive and deleted is registered by hand, with a warning`() async throws {
        let control = try await control(with: "a", in: .inactive)
        let registration = try fixture.registration("a")
        _ = try await control.apply(.delete, to: registration.fingerprint, at: noon, by: operatorPrincipal)
        let change = try await control.register(registration, at: noon + 1, by: operatorPrincipal)
        #expect(change.warnings == [.tombstoneLifted(deletedAt: noon)])
        #expect(!control.isBarred(registration.fingerprint))
        #expect(control.counts.tombstones == 0)
    }

    @Test func `a tombstone stands until the certificate's end, and is then swept`() async throws {
        let control = try await control(with: "a", in: .inactive)
        let one = try fingerprint("a")
        _ = try await control.apply(.delete, to: one, at: noon, by: operatorPrincipal)
        #expect(try await control.removeEndedTombstones(at: noon + 335 * day) == 0)
        #expect(control.isBarred(one))
        #expect(try await control.removeEndedTombstones(at: noon + 335 * day + 1) == 1)
        #expect(!control.isBarred(one))
        #expect(control.counts.tombstones == 0)
    }

    @Test func `without a known end a tombstone stands for ten years`() throws {
        let record = ClientCertificateRecord(
            facts: ClientCertificateFacts(fingerprint: try fingerprint("a")),
            authority: fixture.authority,
            clientID: nil,
            state: .inactive,
            source: .manual,
            createdAt: noon,
            stateChangedAt: noon
        )
        #expect(Tombstone(of: record, deletedAt: noon)?.until == noon + 3650 * day)
    }

    @Test func `purge needs a tombstone`() async throws {
        let control = try await control(with: "a", in: .active)
        let (one, other) = (try fingerprint("a"), try fingerprint("b"))
        await #expect(throws: DeviceError.purgeNeedsDeletion(one, state: .active)) {
            try await control.apply(.purge, to: one, at: noon, by: operatorPrincipal)
        }
        await #expect(throws: DeviceError.noTombstone(other.short)) {
            try await control.apply(.purge, to: other, at: noon, by: operatorPrincipal)
        }
    }

    @Test func `taking back a registration that lifted a tombstone leaves the certificate barred`() async throws {
        let control = try await control(with: "a", in: .inactive)
        let registration = try fixture.registration("a", active: false)
        let name = registration.fingerprint.short
        _ = try await control.apply(.delete, to: registration.fingerprint, at: noon, by: operatorPrincipal)
        let change = try await control.register(registration, at: noon, by: operatorPrincipal)
        #expect(change.undo == "sluice client-certs delete \(name)")
    }

    @Test func `a client id is taken back by the one before`() async throws {
        let control = try await control(with: "a", in: .active)
        let one = try fingerprint("a")
        func set(_ text: String?) async throws -> String? {
            let verb = DeviceVerb.setClientID(text.flatMap(ClientIdentifier.init))
            return try await control.apply(verb, to: one, at: noon, by: operatorPrincipal).undo
        }
        #expect(try await set("pump's") == "sluice client-certs set-client-id \(one.short) --none")
        #expect(try await set("b") == #"sluice client-certs set-client-id \#(one.short) 'pump'\''s'"#)
    }

    // MARK: records that came from a list

    /// A certificate of which a list told the fingerprint and a wrong common name.
    private func listed(_ seed: String, authority: Fingerprint) throws -> DeviceRegistration {
        var facts = ClientCertificateFacts(fingerprint: try fingerprint(seed))
        facts.commonName = "guessed"
        return DeviceRegistration(facts: facts, authority: authority, clientID: nil, initialState: .active)
    }

    @Test func `a record from a list learns from its device what the certificate says, once`() async throws {
        let control = try await fixture.control()
        let listed = try listed("a", authority: fixture.inactiveAuthority)
        _ = try await control.register(listed, at: noon, by: operatorPrincipal)
        #expect(control.entry(listed.fingerprint)?.isFromList == true)
        let shown = try fixture.registration("a")
        let change = try await control.learn(shown, at: noon + 60)
        #expect(change.action == .learn)
        let record = try #require(try await control.record(shown.fingerprint))
        #expect(record.facts == shown.facts)
        #expect(record.authority == fixture.authority, "the chain tells the CA better than the list")
        #expect((record.source, record.createdAt, record.stateChangedAt) == (.manual, noon, noon))
        #expect(control.entry(shown.fingerprint) == DeviceEntry(state: .active, authority: fixture.authority))
        #expect(control.counts.count(of: fixture.authority) == 1)
        #expect(
            fixture.store.devices.audit.map(\.action) == ["client-certificate.register", "client-certificate.learn"]
        )
        #expect(fixture.store.devices.audit.last?.principal.kind == .device(shown.fingerprint))
        #expect(try await !control.learn(shown, at: noon + 61).isChange)
        #expect(fixture.store.devices.audit.count == 2)
    }

    @Test func `a record that came from no list learns nothing, and one that is not there neither`() async throws {
        let control = try await control(with: "a", in: .revoked)
        let forged = DeviceRegistration(
            try facts("a", notAfter: noon + 1),
            authority: fixture.inactiveAuthority
        )
        #expect(try await !control.learn(forged, at: noon).isChange)
        let unknown = try fixture.registration("b")
        await #expect(throws: DeviceError.noSuchCertificate(unknown.fingerprint.short)) {
            try await control.learn(unknown, at: noon)
        }
    }

    @Test func `of two changes that were made for the same state, one happens`() async throws {
        let control = try await control(with: "a", in: .active)
        let one = try fingerprint("a")
        let seen = try #require(try await control.record(one))
        func change(_ verb: DeviceVerb) async throws -> DeviceChange {
            try await control.apply(verb, to: one, at: noon, by: operatorPrincipal, expecting: seen)
        }
        _ = try await change(.setClientID(ClientIdentifier("b")))
        let now = try #require(try await control.record(one))
        await #expect(throws: DeviceError.changedMeanwhile(now)) { try await change(.revoke) }
        #expect(control.entry(one)?.state == .active)
    }

    @Test func `a name with a NUL in it is not cut to another name`() throws {
        #expect(ClientCertificateFacts(try facts("pump\0x")).commonName == "pump\u{FFFD}x")
    }

    // MARK: registration by hand

    @Test func `registering the same again is no change, otherwise it is a conflict`() async throws {
        let control = try await control(with: "a", in: .active)
        let same = try await control.register(fixture.registration("a"), at: noon, by: operatorPrincipal)
        #expect(!same.isChange)
        let other = try fixture.registration("a", clientID: "other")
        await #expect(throws: DeviceError.alreadyRegistered(other.fingerprint, state: .active)) {
            try await control.register(other, at: noon, by: operatorPrincipal)
        }
    }

    @Test func `a dry run stores nothing and takes no token`() async throws {
        let control = try await fixture.control(RegistrationLimit.Rate(perSecond: 1, burst: 1))
        let registration = try fixture.registration("a")
        let change = try await control.register(registration, at: noon, by: operatorPrincipal, dryRun: true)
        #expect(change.isChange)
        #expect(fixture.store.devices.records.isEmpty)
        _ = try await control.register(registration, at: noon, by: operatorPrincipal)
    }

    @Test(arguments: [ClientCertificateState.pendingActivation, .revoked])
    func `is registered active or inactive, nothing else`(state: ClientCertificateState) async throws {
        let control = try await fixture.control()
        let facts = ClientCertificateFacts(try facts("a"))
        let registration = DeviceRegistration(
            facts: facts,
            authority: fixture.authority,
            clientID: nil,
            initialState: state
        )
        await #expect(throws: DeviceError.initialState(facts.fingerprint, state: state)) {
            try await control.register(registration, at: noon, by: operatorPrincipal)
        }
    }

    @Test func `warns of twins, of ends that are near, and of an inactive CA`() async throws {
        let control = try await fixture.control()
        let clientID = try #require(ClientIdentifier("pump"))
        let first = DeviceRegistration(try facts("same"), authority: fixture.authority, clientID: clientID)
        _ = try await control.register(first, at: noon, by: operatorPrincipal)
        var twin = ClientCertificateFacts(fingerprint: try fingerprint("twin"))
        twin.commonName = "same"
        twin.notAfter = noon + 30 * day
        let change = try await control.register(
            DeviceRegistration(
                facts: twin,
                authority: fixture.inactiveAuthority,
                clientID: clientID,
                initialState: .active
            ),
            at: noon,
            by: operatorPrincipal
        )
        #expect(
            change.warnings == [
                .sameCommonName("same", other: first.fingerprint), .sameClientID(clientID, other: first.fingerprint),
                .expiring(notAfter: noon + 30 * day), .authorityInactive(fixture.inactiveAuthority),
            ]
        )
        #expect(Set(change.warnings.map(\.code)).count == 4)
    }

    @Test func `an inactive certificate is nobody's twin`() async throws {
        let control = try await control(with: "same", in: .inactive)
        var twin = ClientCertificateFacts(fingerprint: try fingerprint("twin"))
        twin.commonName = "same"
        let change = try await control.register(
            DeviceRegistration(facts: twin, authority: fixture.authority, clientID: nil, initialState: .active),
            at: noon,
            by: operatorPrincipal
        )
        #expect(change.warnings.isEmpty)
    }

    @Test(arguments: [
        (-400.0, -1.0, "expired"), (1.0, 400.0, "not-yet-valid"), (-1.0, 29.0, "expiring"), (-1.0, 31.0, ""),
    ])
    func `warns of a validity that is over, near its end, or to come`(
        start: Double,
        end: Double,
        code: String
    ) async throws {
        let control = try await fixture.control()
        let registration = try fixture.registration("a", notBefore: noon + start * day, notAfter: noon + end * day)
        let change = try await control.register(registration, at: noon, by: operatorPrincipal)
        #expect(change.warnings.map(\.code) == (code.isEmpty ? [] : [code]))
    }

    // MARK: what others see

    @Test func `observers are told after memory, in order`() async throws {
        let control = try await fixture.control()
        let seen = Mutex<[String]>([])
        control.observe { changes in
            for change in changes {
                let state = control.entry(change.fingerprint)?.state.rawValue ?? "-"
                seen.withLock { $0.append("\(change.action.rawValue) \(state)") }
            }
        }
        let one = try fingerprint("a")
        _ = try await control.register(fixture.registration("a"), at: noon, by: operatorPrincipal)
        _ = try await control.apply(.deactivate, to: one, at: noon, by: operatorPrincipal)
        _ = try await control.apply(.deactivate, to: one, at: noon, by: operatorPrincipal)
        _ = try await control.apply(.delete, to: one, at: noon, by: operatorPrincipal)
        #expect(seen.withLock { $0 } == ["register active", "deactivate inactive", "delete -"])
    }

    @Test func `loads what was stored, counts included`() async throws {
        let first = try await control(with: "a", in: .active)
        _ = try await first.register(fixture.registration("b", active: false), at: noon, by: operatorPrincipal)
        _ = try await first.register(
            fixture.registration("c", clientID: "c", active: false),
            at: noon,
            by: operatorPrincipal
        )
        _ = try await first.apply(.delete, to: fingerprint("b"), at: noon, by: operatorPrincipal)
        let second = try await fixture.control()
        #expect(second.counts == first.counts)
        #expect(second.counts.count(.active) == 1)
        #expect(second.counts.count(of: fixture.authority) == 2)
        #expect(second.isBarred(try fingerprint("b")))
        #expect(second.entry(try fingerprint("c"))?.clientID == ClientIdentifier("c"))
    }

    @Test func `finds by fingerprint, serial and client id, and names the candidates when several are meant`()
        async throws
    {
        let control = try await fixture.control()
        let first = DeviceRegistration(try facts("a", serial: "0a1b"), authority: fixture.authority)
        let second = DeviceRegistration(
            try facts("b", serial: "0a1b"),
            authority: fixture.inactiveAuthority,
            clientID: ClientIdentifier("pump-7")
        )
        for registration in [first, second] {
            _ = try await control.register(registration, at: noon, by: operatorPrincipal)
        }
        #expect(try await control.find(String(first.fingerprint.hex.prefix(8))).fingerprint == first.fingerprint)
        #expect(try await control.find("pump-7").fingerprint == second.fingerprint)
        await #expect(throws: DeviceError.noSuchCertificate("pump-8")) { try await control.find("pump-8") }
        await #expect(throws: DeviceError.noSuchCertificate(String(first.fingerprint.hex.prefix(7)))) {
            try await control.find(String(first.fingerprint.hex.prefix(7)))
        }
        do {
            _ = try await control.find("0A:1B")
            Issue.record("found one of two")
        } catch .ambiguousReference(_, let matches, let isComplete) {
            #expect(isComplete)
            #expect(Set(matches.map(\.fingerprint)) == [first.fingerprint, second.fingerprint])
            #expect(Set(matches.map(\.authority)) == [fixture.authority, fixture.inactiveAuthority])
        } catch {
            Issue.record("\(error)")
        }
    }

    @Test func `hands the certificates of a CA over to its successor`() async throws {
        let control = try await control(with: "a", in: .active)
        let moved = try await control.reassign(
            from: fixture.authority,
            to: fixture.inactiveAuthority,
            at: noon,
            by: operatorPrincipal
        )
        #expect(moved == 1)
        #expect(control.counts.byAuthority == [fixture.inactiveAuthority: 1])
        #expect(fixture.store.devices.audit.last?.action == "client-certificate.change-ca")
    }

    @Test func `exports every record in batches`() async throws {
        let control = try await fixture.control(RegistrationLimit.Rate(perSecond: 1, burst: 2000))
        for number in 0..<1203 {
            _ = await control.registerAutomatically(try fixture.registration("device \(number)"), at: noon)
        }
        var count = 0
        for try await _ in control.export(DeviceQuery(), at: noon) { count += 1 }
        #expect(count == 1203)
    }
}
