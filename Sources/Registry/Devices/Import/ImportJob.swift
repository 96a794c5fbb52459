package import struct FoundationEssentials.Date

/// How far an import job is.
package enum ImportJobState: String, Hashable, Sendable, CaseIterable, CustomStringConvertible {
    /// Its rows are being taken in; a job whose rows did not come to their end never runs.
    case receiving
    /// Its rows are being registered, or will be as soon as the program runs again.
    case running
    /// Every row was tried.
    case finished
    /// Somebody stopped it; what it had registered stays.
    case cancelled
    /// It could not go on, for a reason of ours.
    case failed

    /// Whether nothing more happens.
    package var isOver: Bool {
        switch self {
        case .receiving, .running: false
        case .finished, .cancelled, .failed: true
        }
    }

    package var description: String { rawValue }
}

/// A bulk import: where it stands, and what could not be registered.
package struct ImportJob: Hashable, Sendable, Identifiable {
    /// Its number.
    package let id: Int64
    /// What was asked for.
    package let request: ImportRequest
    /// How far it is.
    package var state: ImportJobState
    /// Rows in all.
    package var total: Int
    /// Rows that were tried.
    package var done: Int
    /// Rows that are in the registry now by this job (that would be, in a dry run).
    package var registered: Int
    /// Rows that were in the registry as wanted.
    package var unchanged: Int
    /// Rows that could not be registered.
    package var failed: Int
    /// The first of those, at most `maximumFailures`.
    package var failures: [ImportFailure]
    /// When it was made.
    package let createdAt: Date
    /// When it was over.
    package var finishedAt: Date?
    /// Why it could not go on.
    package var reason: String?

    /// Failures that are kept word by word; the rest is only counted.
    package static let maximumFailures = 100
    /// Jobs that run at once.
    package static let maximumRunning = 4
    /// Jobs that are remembered after they are over.
    package static let maximumRemembered = 100

    /// Gathers a stored row.
    package init(
        id: Int64,
        request: ImportRequest,
        state: ImportJobState,
        total: Int,
        done: Int,
        registered: Int,
        unchanged: Int,
        failed: Int,
        failures: [ImportFailure],
        createdAt: Date,
        finishedAt: Date?,
        reason: String?
    ) {
        self.id = id
        self.request = request
        self.state = state
        self.total = total
        self.done = done
        self.registered = registered
        self.unchanged = unchanged
        self.failed = failed
        self.failures = failures
        self.createdAt = createdAt
        self.finishedAt = finishedAt
        self.reason = reason
    }

    /// A job without rows, before it has a number.
    init(_ request: ImportRequest, at now: Date) {
        self.init(
            id: 0,
            request: request,
            state: .receiving,
            total: 0,
            done: 0,
            registered: 0,
            unchanged: 0,
            failed: 0,
            failures: [],
            createdAt: now,
            finishedAt: nil,
            reason: nil
        )
    }
}

/// What an import shall do.
package struct ImportRequest: Hashable, Sendable {
    /// What it is called, such as the name of the file.
    package let name: String
    /// Who asked for it.
    package let principal: Principal
    /// Not at the pace of the registration bucket, but as fast as it goes.
    package let isUnthrottled: Bool
    /// Only tells what it would do.
    package let isDryRun: Bool

    /// Describes an import.
    package init(name: String, by principal: Principal, unthrottled: Bool = false, dryRun: Bool = false) {
        self.name = name
        self.principal = principal
        isUnthrottled = unthrottled
        isDryRun = dryRun
    }
}

/// One certificate of an import, or why there is none at this place.
package struct ImportRow: Hashable, Sendable {
    /// The line in the file, from 1; for PEM the line on which the certificate begins.
    package let line: Int
    /// What shall be registered, or what is wrong with the row.
    package let content: Content

    /// What a row holds.
    package enum Content: Hashable, Sendable {
        /// A certificate to register.
        case registration(DeviceRegistration)
        /// Nothing that can be registered.
        case unusable(code: String, words: String)
    }

    /// Describes one row.
    package init(line: Int, _ content: Content) {
        self.line = line
        self.content = content
    }
}

/// Why a row was not registered.
package struct ImportFailure: Hashable, Sendable, Codable {
    /// The line in the file, from 1.
    package let line: Int
    /// A stable name for programs.
    package let code: String
    /// What was found, needed, what to do.
    package let words: String

    /// Describes one failure.
    package init(line: Int, code: String, words: String) {
        self.line = line
        self.code = code
        self.words = words
    }
}
