import FoundationEssentials
import OpenSSL
import Registry

/// A password as it is stored: PBKDF2-SHA512 in the form of mosquitto_passwd, `$7$iterations$salt$hash`.
///
/// Lines of its files can be taken over as they are, and Mosquitto reads what is written here. It never shows itself.
package struct PasswordHash: Sendable {
    /// How often the password is hashed: the cost of one try.
    package let iterations: Int
    private let salt: [UInt8]
    private let derived: [UInt8]

    /// Iterations of a new hash: some 10 ms. Mosquitto's own default is 101.
    package static let defaultIterations = 10_000
    /// The most iterations that are taken: about a second of a core for each try.
    package static let maximumIterations = 1_000_000
    /// Bytes of a derived key: one SHA-512.
    package static let derivedBytes = 64
    /// Bytes of salt that are taken.
    package static let saltBytes = 8...64
    /// Bytes of a new salt, as mosquitto_passwd makes them.
    private static let newSaltBytes = 12
    /// The longest text that can be a hash.
    package static let maximumTextBytes = 256

    /// Reads the stored form.
    ///
    /// - Throws: `PasswordHashError`, which carries nothing of salt or hash.
    package init(parsing text: String) throws(PasswordHashError) {
        guard text.utf8.count <= Self.maximumTextBytes else { throw .tooLong(bytes: text.utf8.count) }
        let parts = text.split(separator: "$", omittingEmptySubsequences: false)
        guard parts.count >= 2, parts[0].isEmpty else { throw .notAHash }
        guard parts[1] == "7" else { throw .unknownScheme(String(parts[1].prefix(8))) }
        guard parts.count == 5 else { throw .notAHash }
        guard let iterations = Int(parts[2]), (1...Self.maximumIterations).contains(iterations) else {
            throw .iterations(found: String(parts[2].prefix(20)))
        }
        guard let salt = Data(base64Encoded: String(parts[3])), Self.saltBytes.contains(salt.count) else {
            throw .salt
        }
        guard let derived = Data(base64Encoded: String(parts[4])), derived.count == Self.derivedBytes else {
            throw .derivedKey
        }
        self.iterations = iterations
        self.salt = Array(salt)
        self.derived = Array(derived)
    }

    /// Hashes a password under a new salt. Blocks for about a microsecond an iteration.
    ///
    /// - Throws: `CredentialsError.openSSLUnavailable` without entropy.
    package init(
        hashing password: [UInt8],
        iterations: Int = PasswordHash.defaultIterations
    ) throws(CredentialsError) {
        self.iterations = min(max(1, iterations), Self.maximumIterations)
        do throws(OpenSSLError) {
            salt = try RandomBytes.make(count: Self.newSaltBytes)
            derived = try PBKDF2.sha512(
                password: password,
                salt: salt,
                iterations: self.iterations,
                byteCount: Self.derivedBytes
            )
        } catch {
            throw .openSSLUnavailable(error)
        }
    }

    /// Is it this password? Compares in constant time. Blocks for about a microsecond an iteration.
    package func matches(_ password: [UInt8]) -> Bool {
        do throws(OpenSSLError) {
            let candidate = try PBKDF2.sha512(
                password: password,
                salt: salt,
                iterations: iterations,
                byteCount: Self.derivedBytes
            )
            return ConstantTime.equal(candidate, derived)
        } catch {
            return false
        }
    }

    /// The stored form. Whoever holds it can try passwords.
    package var text: String {
        "$7$\(iterations)$\(Data(salt).base64EncodedString())$\(Data(derived).base64EncodedString())"
    }
}

extension PasswordHash: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String { "PasswordHash(redacted)" }
    package var debugDescription: String { description }
    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// Why a text is no password hash that can be used.
package enum PasswordHashError: Error, Hashable, Sendable {
    /// Longer than any hash.
    case tooLong(bytes: Int)
    /// Not of the form `$…$`.
    case notAHash
    /// Another scheme than 7, such as 6 of Mosquitto before 1.6.
    case unknownScheme(String)
    /// The iterations are no number, or out of range.
    case iterations(found: String)
    /// The salt is no base64, or of another length.
    case salt
    /// The hash is no base64, or of another length.
    case derivedKey
}

extension PasswordHashError: CustomStringConvertible {
    package var description: String {
        switch self {
        case .tooLong(let bytes):
            "The password hash has \(bytes) bytes, \(PasswordHash.maximumTextBytes) are the most."
        case .notAHash:
            "Not a password hash: $7$iterations$salt$hash is needed, as mosquitto_passwd writes it."
        case .unknownScheme(let scheme):
            "The password hash is of scheme \"\(scheme.quotable)\", $7$ (PBKDF2-SHA512) is needed. "
                + "Set the password again: mosquitto_passwd -H sha512-pbkdf2"
        case .iterations(let found):
            "The password hash has \"\(found.quotable)\" iterations, 1 to \(PasswordHash.maximumIterations) are allowed."
        case .salt:
            "The salt of the password hash is not base64 of \(PasswordHash.saltBytes.lowerBound) to "
                + "\(PasswordHash.saltBytes.upperBound) bytes."
        case .derivedKey:
            "The password hash is not base64 of \(PasswordHash.derivedBytes) bytes. It was cut short."
        }
    }
}
