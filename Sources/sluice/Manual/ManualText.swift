import Foundation

/// A page in the mdoc(7) language.
struct ManualText {
    private(set) var source = ""

    /// A macro line; its arguments are quoted where they need it.
    mutating func macro(_ name: String, _ arguments: String...) {
        let words = arguments.map(Self.quoted)
        source += ".\(name)" + words.map { " \($0)" }.joined() + "\n"
    }

    /// A line of macros, given as it stands.
    mutating func line(_ text: String) {
        source += ".\(text)\n"
    }

    /// Running text, as sentences on lines of their own do not matter to readers.
    mutating func paragraph(_ text: String) {
        for line in text.split(separator: "\n") { source += Self.escaped(String(line)) + "\n" }
    }

    /// A discussion: paragraphs with blank lines between them; lines that are set in stay as they are.
    mutating func discussion(_ text: String) {
        for (index, block) in text.split(separator: "\n\n").enumerated() {
            if index > 0 { line("Pp") }
            var lines = block.split(separator: "\n", omittingEmptySubsequences: false)[...]
            while let first = lines.first {
                let isLiteral = Self.isLiteral(first)
                let run = lines.prefix { Self.isLiteral($0) == isLiteral }
                lines = lines.dropFirst(run.count)
                isLiteral ? literal(run) : paragraph(run.joined(separator: "\n"))
            }
        }
    }

    private mutating func literal(_ lines: ArraySlice<Substring>) {
        line("Bd -literal -offset indent")
        for line in lines { source += Self.escaped(String(line.drop { $0 == " " })) + "\n" }
        line("Ed")
    }

    /// A line that is set in, or a table's row: words with more than one blank between them.
    private static func isLiteral(_ line: Substring) -> Bool { line.hasPrefix("  ") || line.contains("   ") }

    /// Keeps roff from seeing macros and escapes in text, and hyphens of options from becoming dashes.
    static func escaped(_ text: String) -> String {
        let plain = text.replacing("\\", with: "\\e").replacing("-", with: "\\-")
        return plain.hasPrefix(".") || plain.hasPrefix("'") ? "\\&" + plain : plain
    }

    /// One argument of a macro; short words would be taken for macros themselves.
    static func quoted(_ text: String) -> String {
        let plain = escaped(text).replacing("\"", with: "\\(dq")
        let isMacroLike = (2...3).contains(plain.count) && plain.first?.isUppercase == true
        return plain.contains(" ") || plain.isEmpty ? "\"\(plain)\"" : isMacroLike ? "\\&\(plain)" : plain
    }
}
