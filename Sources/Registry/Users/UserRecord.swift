package import struct FoundationEssentials.Date

/// The name of a user of one-way mode, as the CONNECT's user name field has it.
///
/// 1 to 256 bytes of UTF-8 without control characters and without the colon, which ends the name in a password file.
/// Compared byte by byte, as `ClientIdentifier` is.
package struct UserName: Hashable, Sendable, CustomStringConvertible {
    /// The name.
    package let text: String

    /// The longest name in bytes of UTF-8.
    package static let maximumLength = 256

    /// Checks the text. Throws `UserError.name`.
    package init(_ text: String) throws(UserError) {
        if let problem = Self.problem(with: text) { throw .name(text, problem) }
        self.text = text
    }

    /// `nil` for a text that no user is called: what the gateway asks for a CONNECT.
    package init?(presented text: String) {
        guard Self.problem(with: text) == nil else { return nil }
        self.text = text
    }

    /// Why a text is no user name.
    package enum Problem: Hashable, Sendable {
        /// It has no characters.
        case empty
        /// It has so many bytes.
        case tooLong(bytes: Int)
        /// It holds a colon.
        case colon
        /// It holds a control character.
        case controlCharacter
    }

    private static func problem(with text: String) -> Problem? {
        if text.isEmpty { return .empty }
        if text.utf8.count > maximumLength { return .tooLong(bytes: text.utf8.count) }
        if text.utf8.contains(UInt8(ascii: ":")) { return .colon }
        let holdsControl = text.unicodeScalars.contains { $0.properties.generalCategory == .control }
        return holdsControl ? .controlCharacter : nil
    }

    package static func == (left: UserName, right: UserName) -> Bool {
        left.text.utf8.elementsEqual(right.text.utf8)
    }

    package func hash(into hasher: inout Hasher) {
        for byte in text.utf8 { hasher.combine(byte) }
    }

    package var description: String { text.quotable }
}

/// A password's hash as text, such as `$7$101$…`: opaque here, checked by whoever knows the form. Never printed.
package struct PasswordHashText: Hashable, Sendable, CustomStringConvertible, CustomDebugStringConvertible,
    CustomReflectable
{
    /// The text.
    package let text: String

    /// Takes a hash that was checked.
    package init(_ text: String) {
        self.text = text
    }

    package var description: String { "PasswordHashText(redacted)" }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: []) }
}

/// A user of one-way mode.
package struct UserRecord: Hashable, Sendable {
    /// The name.
    package var name: UserName
    /// The hash of the password.
    package var passwordHash: PasswordHashText
    /// When the user was added.
    package var createdAt: Date
    /// When anything of the record was changed last.
    package var updatedAt: Date
    /// Whether the user may connect.
    package var isEnabled: Bool
    /// The client id that a CONNECT without one gets; `nil`: none.
    package var clientID: ClientIdentifier?

    /// Gathers a record.
    package init(
        name: UserName,
        passwordHash: PasswordHashText,
        createdAt: Date,
        updatedAt: Date,
        isEnabled: Bool = true,
        clientID: ClientIdentifier? = nil
    ) {
        self.name = name
        self.passwordHash = passwordHash
        self.createdAt = createdAt
        self.updatedAt = updatedAt
        self.isEnabled = isEnabled
        self.clientID = clientID
    }
}
