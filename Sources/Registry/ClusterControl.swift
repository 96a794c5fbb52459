import Synchronization

package import struct FoundationEssentials.Date

/// A state and what was prepared from it, published together so that nobody sees one without the other.
package final class PublishedCluster<Prepared: Sendable>: Sendable {
    /// The rules' side.
    package let state: ClusterState
    /// The handshake's side: contexts, trust, selection.
    package let prepared: Prepared

    init(state: ClusterState, prepared: Prepared) {
        self.state = state
        self.prepared = prepared
    }
}

/// Why `ClusterControl` left everything as it was.
package enum ClusterControlError: Error, CustomStringConvertible {
    /// A rule of the registry refuses the change.
    case refused(RegistryError)
    /// Somebody else changed the cluster first.
    case revisionMismatch(expected: UInt64, current: UInt64)
    /// The new state could not be made ready to serve.
    case preparation(any Error)
    /// The new state could not be stored.
    case storage(any Error)

    package var description: String {
        switch self {
        case .refused(let error): error.description
        case .revisionMismatch(let expected, let current):
            "The cluster is at revision \(current), the change was made for revision \(expected). Look again and repeat it."
        case .preparation(let error): "The new state cannot be served, nothing was changed: \(error)"
        case .storage(let error): "The new state cannot be stored, nothing was changed: \(error)"
        }
    }
}

/// The one way to change the cluster: rules → prepare → store → publish, one change at a time.
///
/// A failure at any step leaves the old state in force. Connections that are set up keep the snapshot they took.
package final class ClusterControl<Prepared: Sendable>: Sendable {
    /// Makes a state ready to serve, or throws why that cannot be.
    package typealias Preparation = @Sendable (ClusterState) async throws -> Prepared

    private let published: Mutex<PublishedCluster<Prepared>>
    private let turnstile = ChangeTurnstile()
    private let store: any RegistryStore
    private let limits: ClusterLimits
    private let facts: ClusterFacts
    private let observers = Mutex<[@Sendable (ClusterTransition) -> Void]>([])
    private let prepare: Preparation

    /// Loads the stored state and prepares it. An empty store begins with `bootstrap`, which is stored by the first change.
    ///
    /// - Parameter facts: what the registry of client certificates tells the rules.
    /// - Throws: `ClusterControlError.storage` or `.preparation`.
    package init(
        store: any RegistryStore,
        limits: ClusterLimits = ClusterLimits(),
        bootstrap: ClusterSettings = ClusterSettings(),
        facts: ClusterFacts = .none,
        prepare: @escaping Preparation
    ) async throws(ClusterControlError) {
        let state: ClusterState
        do {
            state = try await store.load() ?? .initial(bootstrap)
        } catch {
            throw .storage(error)
        }
        let prepared: Prepared
        do {
            prepared = try await prepare(state)
        } catch {
            throw .preparation(error)
        }
        self.store = store
        self.limits = limits
        self.facts = facts
        self.prepare = prepare
        published = Mutex(PublishedCluster(state: state, prepared: prepared))
    }

    /// What is in force. From any thread; costs an uncontended lock around one retain, some tens of nanoseconds, and a
    /// connection asks once.
    package var current: PublishedCluster<Prepared> {
        published.withLock { $0 }
    }

    /// Has every change from now on told to `body`, in their order: after it was published, before `apply` returns, and
    /// before the next change begins. `body` is called on the changing task and must be quick; it may ask for `current`.
    package func observe(_ body: @escaping @Sendable (ClusterTransition) -> Void) {
        observers.withLock { $0.append(body) }
    }

    /// Checks, prepares, stores and publishes a change; waits for changes that came before it.
    ///
    /// The change is refused if the principal's role does not reach for it, and with `expecting` unless the cluster is
    /// still at that revision. The audit log gets the principal's name in the transaction that stores the change. A change
    /// that finds everything as wanted is neither prepared nor stored. Once begun it is carried through, cancelled or not.
    package func apply(
        _ change: ClusterChange,
        at now: Date,
        by principal: Principal,
        expecting revision: UInt64? = nil
    ) async throws(ClusterControlError) -> ClusterTransition {
        // A task of its own: an administrator who hangs up must not cancel a store that has half happened.
        let outcome = Task<Result<ClusterTransition, ClusterControlError>, Never> {
            await turnstile.enter()
            defer { turnstile.leave() }
            do throws(ClusterControlError) {
                return .success(try await carryOut(change, at: now, by: principal, expecting: revision))
            } catch {
                return .failure(error)
            }
        }
        return try await outcome.value.get()
    }

    /// What `apply` would do now, short of storing and publishing it.
    package func rehearse(
        _ change: ClusterChange,
        at now: Date,
        by principal: Principal,
        expecting revision: UInt64? = nil
    ) async throws(ClusterControlError) -> ClusterTransition {
        try await check(change, at: now, by: principal, expecting: revision).transition
    }

    private func carryOut(
        _ change: ClusterChange,
        at now: Date,
        by principal: Principal,
        expecting revision: UInt64?
    ) async throws(ClusterControlError) -> ClusterTransition {
        let (transition, prepared) = try await check(change, at: now, by: principal, expecting: revision)
        guard let prepared else { return transition }
        do {
            try await store.save(transition, audit: transition.auditDrafts(at: now, by: principal))
        } catch let error as RegistryError {
            throw .refused(error)
        } catch {
            throw .storage(error)
        }
        let next = PublishedCluster(state: transition.after, prepared: prepared)
        published.withLock { $0 = next }
        for observer in observers.withLock(\.self) { observer(transition) }
        return transition
    }

    private func check(
        _ change: ClusterChange,
        at now: Date,
        by principal: Principal,
        expecting revision: UInt64?
    ) async throws(ClusterControlError) -> (transition: ClusterTransition, prepared: Prepared?) {
        let state = current.state
        if let revision, revision != state.revision {
            throw .revisionMismatch(expected: revision, current: state.revision)
        }
        let needed = change.requiredRole
        guard principal.role >= needed else { throw .refused(.roleTooLow(found: principal.role, needed: needed)) }
        var transition: ClusterTransition
        do {
            transition = try state.applying(change, at: now, limits: limits, facts: facts)
        } catch {
            throw .refused(error)
        }
        transition.principal = principal
        guard transition.isChange else { return (transition, nil) }
        do {
            return (transition, try await prepare(transition.after))
        } catch {
            throw .preparation(error)
        }
    }
}
