package import Foundation
import Registry

/// A user of the one-way mode; the password never comes out, not as a hash either.
package struct UserResource: Codable, Hashable, Sendable {
    /// The name that the device gives.
    package var name: String
    /// Whether the user may connect.
    package var enabled: Bool
    /// The client id for a CONNECT without one.
    package var clientID: String?
    /// When the user was first stored.
    package var createdAt: Date
    /// When the user was last changed.
    package var updatedAt: Date

    init(_ record: UserRecord) {
        name = record.name.text
        enabled = record.isEnabled
        clientID = record.clientID?.text
        createdAt = record.createdAt
        updatedAt = record.updatedAt
    }
}
