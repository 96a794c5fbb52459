import Synchronization

package import struct FoundationEssentials.Date

/// The users of one-way mode: all in memory, changed through the store.
///
/// A change is checked, stored with its audit entry, and only then seen; one at a time. With `expecting` it is refused with
/// `.changedMeanwhile` unless the user is just so when its turn has come.
package final class UserDirectory: Sendable {
    private let users: Mutex<[UserName: UserRecord]>
    private let store: any UserStore
    private let turnstile = ChangeTurnstile()
    private let observers = Mutex<[@Sendable (UserChange) -> Void]>([])
    private let limit: Int

    /// The most users there may be: their records take some 300 bytes of memory each.
    package static let defaultLimit = 100_000

    /// Loads the stored users. Throws `UserError.storage`.
    package init(store: any UserStore, limit: Int = defaultLimit) async throws(UserError) {
        let stored: [UserRecord]
        do {
            stored = try await store.load()
        } catch {
            throw .storage(reason: "\(error)")
        }
        self.store = store
        self.limit = limit
        users = Mutex(Dictionary(stored.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first }))
    }

    /// The record of a user. From any thread: a short lock around one hash look-up.
    package func record(_ name: UserName) -> UserRecord? {
        users.withLock { $0[name] }
    }

    /// Has every change from now on told to `body`, in their order: after it was stored and is seen by `record`, before the
    /// call that made it returns, and before the next one begins. `body` must be quick.
    package func observe(_ body: @escaping @Sendable (UserChange) -> Void) {
        observers.withLock { $0.append(body) }
    }

    /// How many users there are.
    package var count: Int { users.withLock { $0.count } }

    /// The users in the order of their names: at most `limit`, after the one named, whose names hold `search`.
    package func list(after name: UserName? = nil, search: String? = nil, limit: Int) -> UserPage {
        let all = users.withLock { Array($0.values) }
        let wanted = search?.lowercased()
        let matching = all.filter { record in
            wanted.map { record.name.text.lowercased().contains($0) } ?? true
                && name.map { $0.precedes(record.name) } ?? true
        }
        let sorted = matching.sorted { $0.name.precedes($1.name) }
        let page = Array(sorted.prefix(max(0, limit)))
        return UserPage(users: page, nextCursor: sorted.count > page.count ? page.last?.name : nil)
    }

    /// Adds a user, or with `replacing` sets the password of the one there is. Throws `.alreadyExists`, `.limit`, `.storage`.
    ///
    /// A replaced user keeps what the draft leaves `nil`: its client id, and whether it is enabled.
    package func add(
        _ draft: UserDraft,
        replacing: Bool = false,
        expecting record: UserRecord? = nil,
        at now: Date,
        by principal: Principal,
        dryRun: Bool = false
    ) async throws(UserError) -> UserChange {
        try await change(at: now, by: principal, dryRun: dryRun) { directory throws(UserError) in
            try directory.adding([draft], replacing: replacing, expecting: record, at: now)
        }
    }

    /// Takes a user out. Throws `.noSuchUser`, `.storage`.
    package func remove(
        _ name: UserName,
        expecting record: UserRecord? = nil,
        at now: Date,
        by principal: Principal,
        dryRun: Bool = false
    ) async throws(UserError) -> UserChange {
        try await change(at: now, by: principal, dryRun: dryRun) { directory throws(UserError) in
            [UserStep.removal(of: try directory.existing(name, expecting: record))]
        }
    }

    /// Switches a user on or off. Throws `.noSuchUser`, `.storage`.
    package func setEnabled(
        _ name: UserName,
        _ isEnabled: Bool,
        expecting record: UserRecord? = nil,
        at now: Date,
        by principal: Principal,
        dryRun: Bool = false
    ) async throws(UserError) -> UserChange {
        try await edit(name, expecting: record, at: now, by: principal, dryRun: dryRun) { $0.isEnabled = isEnabled }
    }

    /// Sets or clears the client id that a user's CONNECT without one gets. Throws `.noSuchUser`, `.storage`.
    package func setClientID(
        _ name: UserName,
        _ clientID: ClientIdentifier?,
        expecting record: UserRecord? = nil,
        at now: Date,
        by principal: Principal,
        dryRun: Bool = false
    ) async throws(UserError) -> UserChange {
        try await edit(name, expecting: record, at: now, by: principal, dryRun: dryRun) { $0.clientID = clientID }
    }

    /// Adds every user of a parsed password file, or none. Throws `.lines` with the lines of names that are taken,
    /// `.limit`, `.storage`.
    package func importUsers(
        _ file: UserImport,
        replacing: Bool = false,
        at now: Date,
        by principal: Principal,
        dryRun: Bool = false
    ) async throws(UserError) -> UserChange {
        try await change(at: now, by: principal, dryRun: dryRun) { directory throws(UserError) in
            if !replacing {
                let taken = file.lines.filter { directory.users[$0.draft.name] != nil }.map {
                    UserImportProblem(line: $0.line, finding: .alreadyExists($0.draft.name))
                }
                guard taken.isEmpty else { throw UserImport.refusal(taken) }
            }
            return try directory.adding(file.lines.map(\.draft), replacing: true, at: now)
        }
    }

    /// The directory as it stands when a change is decided.
    private struct Standing {
        let users: [UserName: UserRecord]
        let limit: Int

        func existing(_ name: UserName, expecting expected: UserRecord?) throws(UserError) -> UserRecord {
            guard let record = users[name] else { throw .noSuchUser(name) }
            guard expected == nil || expected == record else { throw .changedMeanwhile(record) }
            return record
        }

        func adding(
            _ drafts: [UserDraft],
            replacing: Bool,
            expecting expected: UserRecord? = nil,
            at now: Date
        ) throws(UserError) -> [UserStep] {
            var steps: [UserStep] = []
            for draft in drafts {
                let before = users[draft.name]
                if let expected, expected != before {
                    throw before.map { .changedMeanwhile($0) } ?? .noSuchUser(draft.name)
                }
                guard before == nil || replacing else { throw .alreadyExists(draft.name) }
                steps.append(.put(draft.record(over: before, at: now), over: before))
            }
            let added = steps.count { $0.before == nil }
            guard users.count + added <= limit else {
                throw .limit(registered: users.count, adding: added, limit: limit)
            }
            return steps
        }
    }

    /// Changes what a user's record says, unless it says so.
    private func edit(
        _ name: UserName,
        expecting record: UserRecord?,
        at now: Date,
        by principal: Principal,
        dryRun: Bool,
        _ body: (inout UserRecord) -> Void
    ) async throws(UserError) -> UserChange {
        try await change(at: now, by: principal, dryRun: dryRun) { directory throws(UserError) in
            let before = try directory.existing(name, expecting: record)
            var after = before
            body(&after)
            guard after != before else { return [] }
            after.updatedAt = now
            return [.put(after, over: before)]
        }
    }

    private func change(
        at now: Date,
        by principal: Principal,
        dryRun: Bool,
        _ decide: (Standing) throws(UserError) -> [UserStep]
    ) async throws(UserError) -> UserChange {
        await turnstile.enter()
        defer { turnstile.leave() }
        let steps = try decide(Standing(users: users.withLock { $0 }, limit: limit))
        let change = UserChange(steps: steps)
        guard change.isChange, !dryRun else { return change }
        let (store, audit) = (store, change.audit(at: now, by: principal))
        // A task of its own: an administrator who hangs up must not cancel a store that has half happened.
        let stored = await Task { try await store.save(steps.map(\.stored), audit: audit) }.result
        if case .failure(let error) = stored { throw .storage(reason: "\(error)") }
        users.withLock { users in
            for step in steps { users[step.name] = step.after }
        }
        for observer in observers.withLock(\.self) { observer(change) }
        return change
    }
}

/// Some users in the order of their names.
package struct UserPage: Hashable, Sendable {
    /// The users.
    package let users: [UserRecord]
    /// Give this as `after` to read on; `nil` at the end.
    package let nextCursor: UserName?
}

extension UserName {
    /// Byte order, for lists that read the same every time.
    fileprivate func precedes(_ other: UserName) -> Bool {
        text.utf8.lexicographicallyPrecedes(other.text.utf8)
    }
}
