package import Foundation
import Registry

/// A code that proves once that the operator holds a CA's key: the common name of a verification certificate.
package struct RegistrationCodeResource: Codable, Hashable, Sendable {
    /// The code.
    package var code: String
    /// When it was made.
    package var issuedAt: Date
    /// The last second in which it can be used.
    package var expiresAt: Date

    init(_ code: RegistrationCode) {
        self.code = code.text
        issuedAt = code.issuedAt
        expiresAt = code.expiresAt
    }
}
