package import Credentials
package import Foundation
import OpenSSL

/// What the identity of a client with a token rests on; not the token itself.
package struct TokenProof: Sendable {
    /// SHA-256 over the token.
    package let digest: [UInt8]
    /// When the token ends for its holder; `nil` for one that does not.
    package let staysUntil: Date?
    /// The key that has signed it.
    package let key: JWTKey

    /// Takes of a token that was checked what has to be known later.
    package init(_ token: [UInt8], _ holder: JWTIdentity) {
        digest = SHA256.hash(token)
        staysUntil = holder.staysUntil
        key = holder.key
    }
}
