package import FoundationEssentials

extension Date {
    /// RFC 3339 in UTC to the second, as all of the registry's messages write times.
    package var timestamp: String {
        formatted(.iso8601)
    }
}

extension String {
    /// The text without control characters and cut short, fit for one line of a message.
    package var quotable: String {
        let limit = 100
        let shown = prefix(limit).map { character in
            character.unicodeScalars.allSatisfy { $0.properties.generalCategory != .control } ? character : "?"
        }
        return String(shown) + (count > limit ? "…" : "")
    }

    /// The text with U+FFFD for U+0000, at which a database would cut it: `pump\0x` must not become `pump`.
    var withoutNUL: String { replacing("\0", with: "\u{FFFD}") }

    /// The whole text as one word of a POSIX shell, so that a command line that is printed does what it says and no more.
    package var shellWord: String {
        "'" + replacing("'", with: #"'\''"#) + "'"
    }
}
