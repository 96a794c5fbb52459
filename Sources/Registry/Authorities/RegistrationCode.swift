package import FoundationEssentials

/// A text that whoever holds a CA's key proves it with, once: as the common name of a certificate signed by that CA.
///
/// No secret: it stands in a certificate. What it proves is that the certificate was made after the code.
package struct RegistrationCode: Hashable, Sendable {
    /// The text that must be the verification certificate's common name.
    package let text: String
    /// When it was given out.
    package let issuedAt: Date
    /// When it is worth nothing any more.
    package let expiresAt: Date

    /// How long a code can be used: a day, enough to reach whoever keeps the CA's key offline.
    package static let lifetime: Duration = .seconds(24 * 60 * 60)
    /// Codes that may be open at once.
    package static let maximumOpen = 16
    /// The longest code in characters: the upper bound of a common name (RFC 5280 appendix A, ub-common-name).
    package static let maximumLength = 64

    /// Takes a text of 1 to 64 letters and digits. Throws `RegistryError.registrationCode`.
    package init(text: String, issuedAt: Date, expiresAt: Date) throws(RegistryError) {
        let isPlain = text.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"),
                UInt8(ascii: "A")...UInt8(ascii: "Z"):
                true
            default: false
            }
        }
        guard isPlain, (1...Self.maximumLength).contains(text.utf8.count) else { throw .registrationCode(text) }
        self.text = text
        self.issuedAt = issuedAt
        self.expiresAt = expiresAt
    }

    /// A code of these random bytes, 16 to 32 of them, for a day from now. Throws `RegistryError.registrationCode`.
    package init(random bytes: [UInt8], issuedAt now: Date) throws(RegistryError) {
        let issuedAt = now.wholeMilliseconds
        guard bytes.count >= 16 else { throw .registrationCode("\(bytes.count) random bytes") }
        try self.init(
            text: Hexadecimal.text(bytes),
            issuedAt: issuedAt,
            expiresAt: issuedAt + Self.lifetime.seconds
        )
    }

    /// Whether it can be used.
    package func isOpen(at now: Date) -> Bool { now < expiresAt }
}

/// What speaks for the holder of a CA's key when the CA is registered.
package enum RegistrationProof: Hashable, Sendable {
    /// A certificate with this registration code as its common name, signed by the CA; the signature was checked.
    case code(String)
    /// Nothing; an administrator answers for it.
    case waived
    /// Nothing; enough in every mode but one device, one certificate.
    case notNeeded

    /// How the audit log names it.
    var word: String {
        switch self {
        case .code: "registration-code"
        case .waived: "waived"
        case .notNeeded: "not-needed"
        }
    }
}
