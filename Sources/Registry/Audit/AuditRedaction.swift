/// Keeps secrets out of the audit log: recognises them by name and by form, and puts a mark in their place.
///
/// A second line of defence, not the first: it knows the forms of this product's secrets (PEM, `$7$` hashes, `sluice_`
/// tokens, JWTs), and cannot know a password that somebody made up.
package enum AuditRedaction {
    /// What stands in place of a secret.
    package static let mark = "(redacted)"

    /// Whether a fact of this name is a secret whatever its value: `password`, `tokenSecret`, `privateKey`, `hash`, ….
    package static func isSecretName(_ name: String) -> Bool {
        let letters = name.lowercased().filter(\.isLetter)
        return secretNames.contains { letters.hasSuffix($0) }
    }

    /// The text with anything that looks like a secret replaced as a whole, and cut to so many bytes of UTF-8.
    package static func clean(_ text: String, limit: Int) -> String {
        looksLikeSecret(text) ? mark : text.cut(to: limit)
    }

    private static let secretNames = ["password", "passwd", "secret", "privatekey", "sealedkey", "hash", "jwt"]
    private static let secretForms = ["-----BEGIN", "$7$", "$6$", APITokenSecret.prefix]

    private static func looksLikeSecret(_ text: String) -> Bool {
        secretForms.contains { text.holds($0) } || text.holds("eyJ") && holdsJWT(text)
    }

    /// Three parts in base64url with dots between them, the first of them beginning as `{"` does (RFC 7519 § 3.1).
    private static func holdsJWT(_ text: String) -> Bool {
        text.split(whereSeparator: { !isJWTCharacter($0) }).contains { word in
            word.hasPrefix("eyJ") && word.split(separator: ".", omittingEmptySubsequences: false).count == 3
        }
    }

    private static func isJWTCharacter(_ character: Character) -> Bool {
        character.isASCII
            && (character.isLetter || character.isNumber || character == "-" || character == "_" || character == ".")
    }
}

extension String {
    /// Whether the bytes of another text stand in this one. Byte by byte, not by characters: an import asks this several
    /// times for each of its certificates.
    fileprivate func holds(_ other: String) -> Bool {
        let wanted = Array(other.utf8)
        var place = utf8.startIndex
        while let start = utf8[place...].firstIndex(of: wanted[0]) {
            if utf8[start...].starts(with: wanted) { return true }
            place = utf8.index(after: start)
        }
        return false
    }
}
