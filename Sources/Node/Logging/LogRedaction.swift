import Registry

/// Keeps secrets out of the log, should somebody ever hand one to it.
///
/// The code that logs is not supposed to: this is the last gate. It knows fields by their names, and secrets by their form:
/// private keys in PEM, password hashes, API tokens and JSON Web Tokens.
enum LogRedaction {
    /// What stands in a secret's place.
    static let replacement = "(redacted)"

    private static let secretFields: Set<String> = [
        "password", "secret", "token", "authorization", "privatekey", "private_key", "key_pem", "passphrase",
        "master_key",
    ]

    /// Beginnings that only secrets have.
    private static let beginnings = ["-----BEGIN", "$7$", "$6$", "eyJ", APITokenSecret.prefix]

    /// A field's value as it may be written.
    static func clean(_ value: String, of field: String) -> String {
        secretFields.contains(field.lowercased()) ? replacement : clean(value)
    }

    /// A text as it may be written.
    static func clean(_ text: String) -> String {
        // Nearly every text ends here.
        guard beginnings.contains(where: text.contains) else { return text }
        if text.contains("-----BEGIN"), text.contains("PRIVATE KEY") { return replacement }
        return text.split(separator: " ", omittingEmptySubsequences: false)
            .map { isSecret($0) ? replacement : String($0) }
            .joined(separator: " ")
    }

    private static func isSecret(_ word: Substring) -> Bool {
        if word.contains("$7$") || word.contains("$6$") { return true }
        // A JSON Web Token: three parts of base64url. RFC 7515 § 7.1
        if let start = word.firstRange(of: "eyJ")?.lowerBound { return word[start...].count { $0 == "." } >= 2 }
        guard let start = word.firstRange(of: APITokenSecret.prefix)?.lowerBound else { return false }
        return word[start...].utf8.count >= tokenLength
    }

    /// The bytes of an API token: its prefix, and 256 bits in base64url. Names of metrics begin like it and are shorter.
    private static let tokenLength = APITokenSecret.prefix.utf8.count + 43
}
