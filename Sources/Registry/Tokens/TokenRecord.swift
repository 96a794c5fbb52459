package import struct FoundationEssentials.Date

/// The SHA-256 of a token's secret: what is stored of it. Never printed.
package struct TokenDigest: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The bytes.
    package let bytes: [UInt8]

    /// Takes the bytes of a SHA-256.
    package init(_ bytes: [UInt8]) {
        self.bytes = bytes
    }

    package var description: String { "TokenDigest(redacted)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: []) }

    /// Whether both are the same, in a time that depends on nothing but their lengths.
    func isEqualInConstantTime(to other: TokenDigest) -> Bool {
        guard bytes.count == other.bytes.count else { return false }
        var difference: UInt8 = 0
        for (left, right) in zip(bytes, other.bytes) { difference |= left ^ right }
        return difference == 0
    }
}

/// An API token without its secret.
package struct TokenRecord: Hashable, Sendable {
    /// Its identity: 16 hexadecimal digits, drawn at random; tells nothing of the secret.
    package let id: String
    /// The name it was given; unique among the tokens.
    package let name: ObjectName
    /// What its bearer may do.
    package let role: Role
    /// SHA-256 of the secret.
    package let digest: TokenDigest
    /// When it was made.
    package let createdAt: Date
    /// From when on it opens nothing; `nil`: never.
    package let expiresAt: Date?
    /// When it was used last; up to a minute old, `nil` if never.
    package var lastUsedAt: Date?

    /// Gathers a record.
    package init(
        id: String,
        name: ObjectName,
        role: Role,
        digest: TokenDigest,
        createdAt: Date,
        expiresAt: Date?,
        lastUsedAt: Date? = nil
    ) {
        self.id = id
        self.name = name
        self.role = role
        self.digest = digest
        self.createdAt = createdAt
        self.expiresAt = expiresAt
        self.lastUsedAt = lastUsedAt
    }

    /// Whether it has expired at a moment.
    package func isExpired(at now: Date) -> Bool { expiresAt.map { $0 <= now } ?? false }
}

/// A token that was made just now: the only time that its secret is there to be shown.
package struct CreatedToken: Sendable {
    /// The record.
    package let record: TokenRecord
    /// The secret; `nil` for a dry run.
    package let secret: APITokenSecret?
}

/// Where the tokens are kept between two runs of the program.
package protocol TokenStore: Sendable {
    /// Every stored token, in no order.
    func load() async throws -> [TokenRecord]

    /// Adds a token, and tells so in the audit log, in one transaction.
    func add(_ token: TokenRecord, audit: AuditDraft) async throws

    /// Takes a token out, and tells so in the audit log, in one transaction.
    func remove(_ id: String, audit: AuditDraft) async throws

    /// Stores when tokens were used last, by id. No entry of the audit log.
    func markUsed(_ uses: [String: Date]) async throws
}

/// The two things that tokens need of cryptography.
package struct TokenCryptography: Sendable {
    /// So many random bytes, fit for secrets.
    package let random: @Sendable (Int) throws -> [UInt8]
    /// The SHA-256 of some bytes.
    package let digest: @Sendable ([UInt8]) -> [UInt8]

    /// Takes both.
    package init(
        random: @escaping @Sendable (Int) throws -> [UInt8],
        digest: @escaping @Sendable ([UInt8]) -> [UInt8]
    ) {
        self.random = random
        self.digest = digest
    }
}
