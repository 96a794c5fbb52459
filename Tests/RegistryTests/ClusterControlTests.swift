import Foundation
import Registry
import Synchronization
import Testing

/// A store in memory that can be told to fail, and to wait.
private final class MemoryStore: RegistryStore {
    struct Failure: Error {}

    private let saved = Mutex<[ClusterTransition]>([])
    private let audited = Mutex<[AuditDraft]>([])
    private let broken = Mutex(false)
    let initial: ClusterState?

    init(_ initial: ClusterState? = nil) { self.initial = initial }

    var steps: [ClusterTransition] { saved.withLock { $0 } }
    var audit: [AuditDraft] { audited.withLock { $0 } }

    var isBroken: Bool {
        get { broken.withLock { $0 } }
        set { broken.withLock { $0 = newValue } }
    }

    func load() async throws -> ClusterState? {
        if isBroken { throw Failure() }
        return initial
    }

    func save(_ transition: ClusterTransition, audit: [AuditDraft]) async throws {
        await Task.yield()
        try Task.checkCancellation()
        if isBroken { throw Failure() }
        saved.withLock { $0.append(transition) }
        audited.withLock { $0 += audit }
    }
}

@Suite struct ClusterControlTests {
    private func control(_ store: MemoryStore) async throws -> ClusterControl<UInt64> {
        try await ClusterControl(store: store) { $0.revision * 10 }
    }

    @Test func `publishes state and preparation together`() async throws {
        let control = try await control(MemoryStore())
        _ = try await control.apply(.registerCAs([authority("a")]), at: noon, by: .system)
        let current = control.current
        #expect(current.state.revision == 1)
        #expect(current.prepared == 10)
    }

    @Test func `begins with the bootstrap settings while nothing is stored`() async throws {
        let settings = ClusterSettings(anonymous: true)
        let control = try await ClusterControl(store: MemoryStore(), bootstrap: settings) { _ in 0 }
        #expect(control.current.state == .initial(settings))
    }

    @Test func `ignores the bootstrap settings once something is stored`() async throws {
        let stored = try ClusterState.initial().after(.registerCAs([authority("a")]))
        let control = try await ClusterControl(
            store: MemoryStore(stored),
            bootstrap: ClusterSettings(anonymous: true)
        ) { _ in 0 }
        #expect(control.current.state == stored)
    }

    @Test func `stores before it publishes, and stores each revision once`() async throws {
        let store = MemoryStore()
        let control = try await control(store)
        _ = try await control.apply(.registerCAs([authority("a")]), at: noon, by: .system)
        _ = try await control.apply(.setCAState(fingerprint("a"), .inactive), at: noon, by: .system)
        #expect(store.steps.map(\.after.revision) == [1, 2])
    }

    @Test func `keeps the old state when a rule refuses`() async throws {
        let store = MemoryStore()
        let control = try await control(store)
        await #expect {
            try await control.apply(.setDefault(enabled: false), at: noon, by: .system)
        } throws: { error in
            guard case .refused(.defaultNeededWithoutCustom)? = error as? ClusterControlError else { return false }
            return true
        }
        #expect(control.current.state.revision == 0)
        #expect(store.steps.isEmpty)
    }

    @Test func `keeps the old state when preparation fails, and stores nothing`() async throws {
        struct Unready: Error {}
        let store = MemoryStore()
        let control = try await ClusterControl(store: store) { state in
            if state.revision > 0 { throw Unready() }
            return state.revision
        }
        await #expect {
            try await control.apply(.registerCAs([try authority("a")]), at: noon, by: .system)
        } throws: { error in
            guard case .preparation(is Unready)? = error as? ClusterControlError else { return false }
            return true
        }
        #expect(control.current.state.revision == 0)
        #expect(store.steps.isEmpty)
    }

    @Test func `keeps the old state when the store fails, and goes on when it works again`() async throws {
        let store = MemoryStore()
        let control = try await control(store)
        store.isBroken = true
        await #expect {
            try await control.apply(.registerCAs([try authority("a")]), at: noon, by: .system)
        } throws: { error in
            guard case .storage(is MemoryStore.Failure)? = error as? ClusterControlError else { return false }
            return true
        }
        #expect(control.current.state.revision == 0)
        store.isBroken = false
        _ = try await control.apply(.registerCAs([authority("a")]), at: noon, by: .system)
        #expect(control.current.state.revision == 1)
    }

    @Test func `refuses a change that was made for another revision`() async throws {
        let control = try await control(MemoryStore())
        _ = try await control.apply(.registerCAs([authority("a")]), at: noon, by: .system, expecting: 0)
        await #expect {
            try await control.apply(.unregisterCA(try fingerprint("a")), at: noon, by: .system, expecting: 0)
        } throws: { error in
            guard case .revisionMismatch(expected: 0, current: 1)? = error as? ClusterControlError else { return false }
            return true
        }
    }

    @Test func `neither stores nor publishes a rehearsal`() async throws {
        let store = MemoryStore()
        let control = try await control(store)
        let transition = try await control.rehearse(.registerCAs([authority("a")]), at: noon, by: .system)
        #expect(transition.isChange)
        #expect(control.current.state.revision == 0)
        #expect(store.steps.isEmpty)
    }

    @Test func `does not store a change that finds everything as wanted`() async throws {
        let store = MemoryStore()
        let control = try await control(store)
        _ = try await control.apply(.setMode(.oneWay, anonymous: false), at: noon, by: .system)
        #expect(store.steps.isEmpty)
    }

    @Test func `carries out many changes at once one after the other`() async throws {
        let store = MemoryStore()
        let control = try await control(store)
        try await withThrowingTaskGroup { group in
            for number in 0..<30 {
                group.addTask {
                    _ = try await control.apply(.registerCAs([authority("ca-\(number)")]), at: noon, by: .system)
                }
            }
            try await group.waitForAll()
        }
        #expect(control.current.state.authorities.count == 30)
        let steps = store.steps
        #expect(steps.map(\.before.revision) == Array(0..<30))
        #expect(steps.map(\.after.revision) == Array(1...30))
    }

    @Test func `carries a change through although its caller was cancelled`() async throws {
        let control = try await control(MemoryStore())
        let change = ClusterChange.registerCAs([try authority("a")])
        let caller = Task {
            withUnsafeCurrentTask { $0?.cancel() }
            return try await control.apply(change, at: noon, by: .system)
        }
        #expect(try await caller.value.isChange)
        #expect(control.current.state.revision == 1)
    }

    @Test func `stores with each change who made it, and what it changed`() async throws {
        let store = MemoryStore()
        let control = try await control(store)
        let ci = Principal(kind: .token(id: "t1", name: "ci"), role: .operator)
        _ = try await control.apply(.registerCAs([authority("a")]), at: noon, by: ci)
        _ = try await control.apply(.setCAState(fingerprint("a"), .inactive), at: noon + 1, by: .system)
        #expect(store.audit.map(\.principal.description) == ["token ci", "system"])
        #expect(store.audit.map(\.action) == ["ca-certificate.register", "ca-certificate.deactivate"])
        #expect(store.audit.map(\.time) == [noon, noon + 1])
        #expect(store.audit.last?.before?.values["state"] == "active")
        #expect(store.audit.last?.after?.values["state"] == "inactive")
    }

    @Test(arguments: [Role.viewer, .operator])
    func `refuses a change that the role does not reach for`(role: Role) async throws {
        let control = try await control(MemoryStore())
        let hosted = try upload("a", names: ["a.test"])
        await #expect {
            try await control.apply(
                .hostCertificate(hosted),
                at: noon,
                by: Principal(kind: .socket(uid: 7), role: role)
            )
        } throws: { error in
            guard case .refused(.roleTooLow(found: role, needed: .admin))? = error as? ClusterControlError else {
                return false
            }
            return true
        }
        #expect(control.current.state.revision == 0)
    }

    @Test func `tells observers of each change after it is in force, in order`() async throws {
        let control = try await control(MemoryStore())
        let seen = Mutex<[UInt64]>([])
        control.observe { [weak control] transition in
            guard control?.current.state.revision == transition.after.revision else { return }
            seen.withLock { $0.append(transition.after.revision) }
        }
        try await withThrowingTaskGroup { group in
            for number in 0..<20 {
                group.addTask {
                    _ = try await control.apply(.registerCAs([authority("ca-\(number)")]), at: noon, by: .system)
                }
            }
            try await group.waitForAll()
        }
        #expect(seen.withLock { $0 } == Array(1...20))
    }

    @Test func `tells nobody of what was refused, and of what changed nothing`() async throws {
        let store = MemoryStore()
        let control = try await control(store)
        let count = Mutex(0)
        control.observe { _ in count.withLock { $0 += 1 } }
        _ = try await control.apply(.expireGraces, at: noon, by: .system)
        store.isBroken = true
        _ = try? await control.apply(.registerCAs([authority("a")]), at: noon, by: .system)
        #expect(count.withLock { $0 } == 0)
    }

    @Test func `takes the store's own word for a rule that the store keeps`() async throws {
        struct Arbiter: RegistryStore {
            func load() async throws -> ClusterState? { nil }
            func save(_ transition: ClusterTransition, audit: [AuditDraft]) async throws {
                throw RegistryError.caHasClientCertificates(try fingerprint("a"), count: nil)
            }
        }
        let control = try await ClusterControl(store: Arbiter()) { _ in 0 }
        await #expect {
            try await control.apply(.registerCAs([try authority("a")]), at: noon, by: .system)
        } throws: { error in
            guard case .refused(.caHasClientCertificates)? = error as? ClusterControlError else { return false }
            return true
        }
    }
}
