import Hummingbird

/// An error as the API tells it (RFC 9457): what it is for programs, what it is for people, and what stands in the way.
package struct Problem: Error, Codable, Hashable, Sendable {
    /// A URI that never changes for one kind of problem: `urn:sluice:problem:ca-limit`.
    package var type: String
    /// The kind of problem in words, the same every time.
    package var title: String
    /// The HTTP status.
    package var status: Int
    /// What was found, what was needed, what to do.
    package var detail: String
    /// The object that stands in the way, for conflicts that have one.
    package var conflict: Conflict?
    /// The single problems, where there are several.
    package var problems: [String]?
    /// After how many seconds it may go better; the answer's Retry-After.
    package var retryAfter: Int?
    /// The methods that the resource knows, where the one asked for is none of them; the answer's Allow.
    package var allowed: [String]?

    /// An object of the registry, by what names it.
    package struct Conflict: Codable, Hashable, Sendable {
        /// A certificate.
        package var fingerprint: String?
        /// A server certificate slot.
        package var slot: String?
        /// The DNS name that two certificates carry.
        package var dnsName: String?
        /// A user or a token.
        package var name: String?
        /// A job.
        package var job: Int64?
        /// Several certificates, any of which may be meant.
        package var candidates: [String]?
    }

    init(
        code: String,
        title: String,
        status: HTTPResponse.Status,
        detail: String,
        conflict: Conflict? = nil,
        problems: [String]? = nil
    ) {
        type = Self.typePrefix + code
        self.title = title
        self.status = status.code
        self.detail = detail
        self.conflict = conflict
        self.problems = problems
    }

    /// The last part of the type, such as `ca-limit`.
    package var code: String { String(type.dropFirst(Self.typePrefix.count)) }

    /// The content type of problem details.
    package static let mediaType = "application/problem+json"
    /// What every type begins with.
    static let typePrefix = "urn:sluice:problem:"
}
