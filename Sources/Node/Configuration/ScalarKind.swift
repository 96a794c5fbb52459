/// How one kind of scalar setting is read from its text, shown, and described when the text does not fit.
struct ScalarKind<Value>: Sendable {
    /// What is needed, as the end of "found \"x\", needed …".
    let needed: String
    /// Nil when the text is not of this kind or out of its range.
    let parse: @Sendable (String) -> Value?
    /// The text that `parse` reads back as the same value.
    let render: @Sendable (Value) -> String
    /// The words that there are, where there are no others.
    var words: [String]?
}

extension ScalarKind<String> {
    /// Any text but the empty one, without control characters.
    static func text(_ needed: String) -> Self {
        ScalarKind(
            needed: needed,
            parse: { text in
                let isClean = text.unicodeScalars.allSatisfy { $0.value >= 0x20 && $0.value != 0x7F }
                return !text.isEmpty && isClean ? text : nil
            },
            render: { $0 }
        )
    }

    /// A name for people and log lines: letters, digits, `-`, `_` and `.`, at most 64 of them.
    static let name = ScalarKind(
        needed: "a name of letters, digits, \"-\", \"_\" and \".\", at most 64 characters",
        parse: { text in
            let isClean = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
            return (1...64).contains(text.utf8.count) && isClean ? text : nil
        },
        render: { $0 }
    )

    /// The name of an environment variable.
    static let environmentVariable = ScalarKind(
        needed: "the name of an environment variable: letters, digits and \"_\"",
        parse: { text in
            let isClean = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "_") }
            return (1...128).contains(text.utf8.count) && isClean ? text : nil
        },
        render: { $0 }
    )

    /// A path; a relative one is taken from `directory`. The result is absolute, without `.` and `..` steps.
    static func path(relativeTo directory: String) -> Self {
        ScalarKind(
            needed: "a file path",
            parse: { text in
                guard !text.isEmpty, !text.contains("\0") else { return nil }
                return FilePathText.absolute(text, relativeTo: directory)
            },
            render: { $0 }
        )
    }
}

extension ScalarKind<Bool> {
    static let boolean = ScalarKind(
        needed: "true or false",
        parse: { ["true": true, "false": false][$0] },
        render: { $0 ? "true" : "false" }
    )
}

extension ScalarKind<Int> {
    /// A whole number in decimal digits.
    static func number(_ range: ClosedRange<Int>) -> Self {
        ScalarKind(
            needed: "a whole number from \(range.lowerBound) to \(range.upperBound)",
            parse: { text in
                guard text.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }) else { return nil }
                return Int(text).flatMap { range.contains($0) ? $0 : nil }
            },
            render: { String($0) }
        )
    }

    /// A number of bytes: `1MiB`, `64KiB`, `1GiB`, decimal `kB MB GB`, or bare bytes.
    static func byteCount(_ range: ClosedRange<Int>) -> Self {
        ScalarKind(
            needed:
                "a size from \(ByteCountText.render(range.lowerBound)) to \(ByteCountText.render(range.upperBound)), "
                + "such as 64KiB or 1MiB",
            parse: { text in ByteCountText.parse(text).flatMap { range.contains($0) ? $0 : nil } },
            render: { ByteCountText.render($0) }
        )
    }
}

extension ScalarKind<Duration> {
    /// A time span: `500ms`, `10s`, `5m`, `1h`, `30d`.
    static func duration(_ range: ClosedRange<Duration>) -> Self {
        ScalarKind(
            needed:
                "a duration from \(DurationText.render(range.lowerBound)) to \(DurationText.render(range.upperBound)), "
                + "such as 500ms, 10s or 5m",
            parse: { text in DurationText.parse(text).flatMap { range.contains($0) ? $0 : nil } },
            render: { DurationText.render($0) }
        )
    }
}

extension ScalarKind where Value: CaseIterable & RawRepresentable & Sendable, Value.RawValue == String {
    /// One of the words that the type knows.
    static var choice: Self {
        let words = Value.allCases.map(\.rawValue)
        return ScalarKind(
            needed: words.count == 1 ? "\"\(words[0])\"" : "one of " + words.joined(separator: ", "),
            parse: { Value(rawValue: $0) },
            render: { $0.rawValue },
            words: words
        )
    }
}
