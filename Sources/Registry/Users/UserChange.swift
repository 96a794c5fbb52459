import struct FoundationEssentials.Date

/// A user as it is given: a name and the hash of a password.
package struct UserDraft: Hashable, Sendable {
    /// The name.
    package let name: UserName
    /// The hash of the password.
    package let passwordHash: PasswordHashText
    /// Whether the user may connect; `nil`: as it is, and yes for a new one.
    package let isEnabled: Bool?
    /// The client id for a CONNECT without one; `nil`: as it is.
    package let clientID: ClientIdentifier?

    /// Gathers what was given.
    package init(
        name: UserName,
        passwordHash: PasswordHashText,
        isEnabled: Bool? = nil,
        clientID: ClientIdentifier? = nil
    ) {
        self.name = name
        self.passwordHash = passwordHash
        self.isEnabled = isEnabled
        self.clientID = clientID
    }

    func record(over before: UserRecord?, at now: Date) -> UserRecord {
        UserRecord(
            name: name,
            passwordHash: passwordHash,
            createdAt: before?.createdAt ?? now,
            updatedAt: now,
            isEnabled: isEnabled ?? before?.isEnabled ?? true,
            clientID: clientID ?? before?.clientID
        )
    }
}

/// What happened to one user.
package struct UserStep: Hashable, Sendable {
    /// The record before; `nil` for an added user.
    package let before: UserRecord?
    /// The record after; `nil` for a removed user.
    package let after: UserRecord?
    /// The user.
    package let name: UserName
    let stored: UserStoreChange

    /// Whether somebody who came in as this user could not any more: removed, switched off, or of another password.
    package var endsSessions: Bool {
        guard let before else { return false }
        guard let after else { return true }
        return before.passwordHash != after.passwordHash || before.isEnabled && !after.isEnabled
    }

    private init(before: UserRecord?, after: UserRecord?, stored: UserStoreChange) {
        self.before = before
        self.after = after
        self.stored = stored
        switch stored {
        case .put(let record): name = record.name
        case .remove(let gone): name = gone
        }
    }

    static func put(_ record: UserRecord, over before: UserRecord?) -> UserStep {
        UserStep(before: before, after: record, stored: .put(record))
    }

    static func removal(of record: UserRecord) -> UserStep {
        UserStep(before: record, after: nil, stored: .remove(record.name))
    }
}

/// What a change of the users did, or would do.
package struct UserChange: Hashable, Sendable {
    /// What happened to each user.
    package let steps: [UserStep]

    /// Whether there was anything to do.
    package var isChange: Bool { !steps.isEmpty }
    /// How many users were added.
    package var added: Int { steps.count { $0.before == nil } }
    /// How many users were changed.
    package var changed: Int { steps.count { $0.before != nil && $0.after != nil } }
    /// How many users were removed.
    package var removed: Int { steps.count { $0.after == nil } }

    /// One sentence without a final dot.
    package var words: String {
        guard isChange else { return "the user is so already" }
        if steps.count == 1, let step = steps.first { return "\(step.verb.past) user \(step.name)" }
        let counts = [(added, "added"), (changed, "replaced"), (removed, "removed")].filter { $0.0 > 0 }
        return counts.map { "\($0.1) \($0.0) users" }.joined(separator: ", ")
    }

    /// The command line that undoes it; `nil` if nothing can, as for a password.
    package var undo: String? {
        guard steps.count == 1, let step = steps.first else { return nil }
        let verb: String? =
            switch step.verb {
            case .add: "remove"
            case .enable: "disable"
            case .disable: "enable"
            case .replace, .remove, .setClientID: nil
            }
        return verb.map { "sluice users \($0) \(step.name.text.shellWord)" }
    }

    func audit(at now: Date, by principal: Principal) -> [AuditDraft] {
        steps.map { step in
            AuditDraft(
                time: now,
                principal: principal,
                action: "user.\(step.verb.rawValue)",
                object: step.name.description,
                before: step.before?.auditFacts,
                after: step.after?.auditFacts
            )
        }
    }
}

extension UserStep {
    fileprivate enum Verb: String {
        case add, enable, disable, replace, remove
        case setClientID = "set-client-id"

        var past: String {
            switch self {
            case .add: "added"
            case .enable: "enabled"
            case .disable: "disabled"
            case .replace: "set the password of"
            case .remove: "removed"
            case .setClientID: "set the client id of"
            }
        }
    }

    fileprivate var verb: Verb {
        guard let before else { return .add }
        guard let after else { return .remove }
        if before.passwordHash != after.passwordHash { return .replace }
        if before.isEnabled != after.isEnabled { return after.isEnabled ? .enable : .disable }
        return before.clientID != after.clientID ? .setClientID : .replace
    }
}

extension UserRecord {
    fileprivate var auditFacts: AuditFacts {
        ["enabled": isEnabled ? "yes" : "no", "clientID": clientID?.text]
    }
}
