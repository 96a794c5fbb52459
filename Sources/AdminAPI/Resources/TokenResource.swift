package import Foundation
import Registry

/// A token for the API over TCP, without its secret.
package struct TokenResource: Codable, Hashable, Sendable {
    /// What names it; not the secret.
    package var id: String
    /// The name that it was given.
    package var name: String
    /// `viewer`, `operator` or `admin`.
    package var role: String
    package var createdAt: Date
    /// From when on it opens nothing; absent if it does not end.
    package var expiresAt: Date?
    /// When it was last used, to the minute.
    package var lastUsedAt: Date?
    /// Whether it has ended.
    package var expired: Bool

    init(_ record: TokenRecord, at now: Date) {
        id = record.id
        name = record.name.text
        role = record.role.rawValue
        createdAt = record.createdAt
        expiresAt = record.expiresAt
        lastUsedAt = record.lastUsedAt
        expired = record.isExpired(at: now)
    }
}

/// A token that was just made, or with `dryRun` would be: the only time that its secret is told.
package struct CreatedTokenResource: Codable, Hashable, Sendable {
    /// What is stored of it.
    package var token: TokenResource
    /// The secret; absent when it was only rehearsed.
    package var secret: String?
    /// What the change did.
    package var change: ChangeResource
}
