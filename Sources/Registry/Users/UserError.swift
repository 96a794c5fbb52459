/// Why a change of the users is refused; each case carries what was compared. No case carries a password, and
/// the hash in a record is never printed.
package enum UserError: Error, Hashable, Sendable {
    /// A text cannot name a user.
    case name(String, UserName.Problem)
    /// There is a user of that name.
    case alreadyExists(UserName)
    /// There is no user of that name.
    case noSuchUser(UserName)
    /// The user is not as it was when the change was asked for, but so.
    case changedMeanwhile(UserRecord)
    /// More users would be there than may be.
    case limit(registered: Int, adding: Int, limit: Int)
    /// Lines of a password file cannot be taken; nothing of it was.
    case lines([UserImportProblem], total: Int)
    /// The store could not take the change.
    case storage(reason: String)

    /// What a caller can do about it.
    package var kind: RegistryErrorKind? {
        switch self {
        case .name, .lines: .badInput
        case .alreadyExists, .changedMeanwhile: .conflict
        case .noSuchUser: .notFound
        case .limit: .limitReached
        case .storage: nil
        }
    }

    /// A stable name for programs.
    package var code: String {
        switch self {
        case .name: "user-name"
        case .alreadyExists: "user-already-exists"
        case .noSuchUser: "no-such-user"
        case .changedMeanwhile: "revision-mismatch"
        case .limit: "user-limit"
        case .lines: "user-import"
        case .storage: "user-storage"
        }
    }
}

extension UserError: CustomStringConvertible {
    /// What was found, what was needed, what to do.
    package var description: String {
        switch self {
        case .name(let text, let problem):
            "\"\(text.quotable)\" cannot be a user name: \(problem). "
                + "Take 1 to \(UserName.maximumLength) bytes without colons and control characters."
        case .alreadyExists(let name):
            "There is a user \(name) already. Take another name, or set the password: sluice users set-password \(name.text.shellWord)"
        case .noSuchUser(let name):
            "There is no user \(name). List them with `sluice users list`."
        case .changedMeanwhile(let record):
            "User \(record.name) was changed by somebody else meanwhile. Look again and repeat it."
        case .limit(let registered, let adding, let limit):
            "User limit reached: \(registered) users and \(adding) to add, \(limit) allowed. Remove some first."
        case .lines(let problems, let total):
            "\(total) of the file's lines cannot be taken, so none was: "
                + problems.map(\.description).joined(separator: " ")
                + (total > problems.count ? " (and \(total - problems.count) more)" : "")
        case .storage(let reason):
            "The users could not be stored, nothing was changed: \(reason)"
        }
    }
}

extension UserName.Problem: CustomStringConvertible {
    package var description: String {
        switch self {
        case .empty: "it is empty"
        case .tooLong(let bytes): "it has \(bytes) bytes"
        case .colon: "it holds a colon"
        case .controlCharacter: "it holds a control character"
        }
    }
}

/// Why a line of a password file cannot be taken. Never holds the line itself.
package struct UserImportProblem: Hashable, Sendable, CustomStringConvertible {
    /// The line, from 1.
    package let line: Int
    /// What is wrong with it.
    package let finding: Finding

    /// What can be wrong with a line.
    package enum Finding: Hashable, Sendable {
        /// No colon ends the name.
        case noColon
        /// The name is none.
        case name(UserName.Problem)
        /// The hash is not one that Sluice checks; the text says why without showing it.
        case hash(String)
        /// An earlier line has the name.
        case repeated(UserName, firstLine: Int)
        /// There is a user of that name, and none is to be replaced.
        case alreadyExists(UserName)
    }

    /// Names a line and what is wrong with it.
    package init(line: Int, finding: Finding) {
        self.line = line
        self.finding = finding
    }

    package var description: String {
        switch finding {
        case .noColon: "Line \(line): no colon after the name; `name:$7$…` is needed."
        case .name(let problem): "Line \(line): the name cannot be taken, \(problem)."
        case .hash(let reason): "Line \(line): \(reason)."
        case .repeated(let name, let firstLine): "Line \(line): \(name) is in line \(firstLine) already."
        case .alreadyExists(let name): "Line \(line): there is a user \(name) already; replace them with --replace."
        }
    }
}
