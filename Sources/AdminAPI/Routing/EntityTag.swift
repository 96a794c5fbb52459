import Foundation
import Hummingbird

/// What tells one state of an object from another: the `ETag` of what was read, the `If-Match` of a change.
struct EntityTag: Hashable, Sendable {
    /// The opaque text between the quotes.
    let text: String

    /// A revision of the cluster, which all of the cluster's objects share.
    init(revision: UInt64) {
        text = "r\(revision)"
    }

    /// A state of one object, told by all of it that can be changed.
    init(of parts: String?...) {
        self.init(hashing: parts.flatMap { Array(($0.map { "+" + $0 } ?? "-").utf8) + [0] })
    }

    /// A state of a list, told by what it shows.
    init(content: some Encodable) throws {
        self.init(hashing: try JSONResponse.encoder().encode(content))
    }

    /// FNV-1a, 64 bits: it tells states of one object apart and guards nothing.
    private init(hashing bytes: some Sequence<UInt8>) {
        var hash: UInt64 = 0xcbf2_9ce4_8422_2325
        for byte in bytes { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01b3 }
        text = "s" + String(hash, radix: 16)
    }

    /// The header's value (RFC 9110 § 8.8.3).
    var header: String { "\"\(text)\"" }
}

/// The condition under which a change is wanted (RFC 9110 § 13.1.1).
enum Precondition: Sendable {
    /// Whatever the state is.
    case none
    /// Only while the state is one of these.
    case matches(Set<String>)

    init(_ request: Request) {
        guard let header = request.headers[.ifMatch], header != "*" else {
            self = .none
            return
        }
        // A weak tag never matches here (RFC 9110 § 8.8.3.2), so that it stays as it is, with its W/.
        self = .matches(Set(header.split(separator: ",").map { $0.trimmingCharacters(in: .whitespaces) }))
    }

    /// Whether there is a condition at all.
    var isGiven: Bool {
        switch self {
        case .none: false
        case .matches: true
        }
    }

    /// Throws a 412 ``Problem`` when the object is in another state.
    func check(_ current: EntityTag) throws(Problem) {
        switch self {
        case .none: return
        case .matches(let tags):
            guard tags.contains(current.header) else { throw .changedSince(current) }
        }
    }

    /// The cluster's revision that the change is for; nil when any will do. Throws when it is not the current one.
    func revision(current: UInt64) throws(Problem) -> UInt64? {
        switch self {
        case .none: return nil
        case .matches:
            try check(EntityTag(revision: current))
            return current
        }
    }
}

extension Problem {
    static func changedSince(_ current: EntityTag) -> Problem {
        Problem(
            code: "revision-mismatch",
            title: "It changed meanwhile",
            status: .preconditionFailed,
            detail: "If-Match names another state than the current one, \(current.header). Look again and repeat it."
        )
    }
}
