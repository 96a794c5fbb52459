package import Foundation
import Registry

/// A bulk import, which goes on after its request was answered, and over restarts.
package struct JobResource: Codable, Hashable, Sendable {
    /// Its number.
    package var id: Int64
    /// What it is called, such as the name of the file.
    package var name: String
    /// `receiving`, `running`, `finished`, `cancelled` or `failed`.
    package var state: String
    /// Who asked for it.
    package var principal: String
    /// Whether it goes as fast as it can, not at the pace of the registration bucket.
    package var unthrottled: Bool
    /// Whether it only tells what it would do.
    package var dryRun: Bool
    /// Rows in all.
    package var total: Int
    /// Rows that were tried.
    package var done: Int
    /// Rows that are in the registry now by this job.
    package var registered: Int
    /// Rows that were in the registry as wanted.
    package var unchanged: Int
    /// Rows that could not be registered.
    package var failed: Int
    /// The first of those.
    package var failures: [Failure]
    package var createdAt: Date
    /// When it was over.
    package var finishedAt: Date?
    /// Why it could not go on.
    package var reason: String?

    /// Why one row was not registered.
    package struct Failure: Codable, Hashable, Sendable {
        /// The line in the file, from 1.
        package var line: Int
        /// A stable name for programs.
        package var code: String
        /// What was found, needed, what to do.
        package var words: String
    }

    init(_ job: ImportJob) {
        id = job.id
        name = job.request.name
        state = job.state.rawValue
        principal = job.request.principal.description
        unthrottled = job.request.isUnthrottled
        dryRun = job.request.isDryRun
        total = job.total
        done = job.done
        registered = job.registered
        unchanged = job.unchanged
        failed = job.failed
        failures = job.failures.map { Failure(line: $0.line, code: $0.code, words: $0.words) }
        createdAt = job.createdAt
        finishedAt = job.finishedAt
        reason = job.reason
    }
}
