import MQTTCodec

/// The lines of an ACL file, in the grammar of Mosquitto's `acl_file`, read as Mosquitto reads them.
///
///     topic [read|write|readwrite|deny] FILTER      for clients without a user name
///     user NAME                                     the topic lines that follow are for this user name
///     pattern [read|write|readwrite|deny] FILTER    for everybody: %c client id, %u user name,
///                                                   %n common name, %o organizational unit
///
/// Lines that begin with `#` are comments. Unlike Mosquitto, blanks before the first word and tabs between words are
/// allowed, and all problems of a file are found at once.
package struct ACLFile: Sendable {
    /// The rules, in their order.
    package private(set) var rules: [ACLRule] = []
    /// What is allowed and odd.
    package private(set) var warnings: [ACLWarning] = []
    /// The user names that have a `user` line, with rules or without.
    package private(set) var userNames: Set<ContiguousArray<UInt8>> = []

    /// The longest file: some hundred thousand rules.
    package static let maximumBytes = 16 << 20

    /// Reads a file's bytes. Throws with every problem; then nothing of the file holds.
    package init(_ bytes: [UInt8]) throws(ACLFileError) {
        guard bytes.count <= Self.maximumBytes else {
            let fact = ACLProblem.Fact.tooLong(bytes: bytes.count, limit: Self.maximumBytes)
            throw ACLFileError(problems: [ACLProblem(line: 1, column: 1, fact: fact)])
        }
        var problems: [ACLProblem] = []
        var subject = RuleSubject.withoutUserName
        let lines = bytes.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (index, line) in lines.enumerated() {
            var line = ACLLine(line, number: index + 1)
            do throws(ACLProblem.Finding) {
                try read(&line, &subject)
            } catch {
                problems.append(line.problem(error))
                if problems.count == Self.problemsTold { break }
            }
        }
        guard problems.isEmpty else { throw ACLFileError(problems: problems) }
    }

    private static let problemsTold = 100

    private mutating func read(_ line: inout ACLLine, _ subject: inout RuleSubject) throws(ACLProblem.Finding) {
        try line.checkText()
        guard let keyword = line.word(), keyword.first != UInt8(ascii: "#") else { return }
        switch String(decoding: keyword, as: UTF8.self) {
        case "user":
            let name = ContiguousArray(line.rest())
            guard !name.isEmpty else { throw .atEnd(.userNameMissing) }
            userNames.insert(name)
            subject = .user(name)
        case "topic":
            try readRule(&line, for: subject)
        case "pattern":
            try readRule(&line, for: .everybody)
        case let word:
            throw .at(keyword.startIndex, .unknownWord(word))
        }
    }

    private mutating func readRule(_ line: inout ACLLine, for subject: RuleSubject) throws(ACLProblem.Finding) {
        guard let first = line.word() else { throw .atEnd(.filterMissing) }
        let word = String(decoding: first, as: UTF8.self)
        let rest = line.rest()
        var right = AccessRight.readwrite
        if rest.isEmpty {
            if AccessRight(rawValue: word) != nil { warn(line, .accessWordAsTopic(word)) }
        } else {
            guard let known = AccessRight(rawValue: word) else { throw .at(first.startIndex, .unknownAccess(word)) }
            right = known
        }
        let filter = rest.isEmpty ? first : rest
        try check(filter, line, subject)
        rules.append(ACLRule(line: line.number, subject: subject, right: right, filter: Array(filter)))
    }

    private mutating func check(
        _ bytes: ArraySlice<UInt8>,
        _ line: ACLLine,
        _ subject: RuleSubject
    ) throws(ACLProblem.Finding) {
        let filter: TopicFilter
        do throws(CodecError) {
            filter = try TopicFilter(Array(bytes))
        } catch {
            throw .at(
                bytes.startIndex,
                .badFilter(String(decoding: bytes.prefix(Self.shownBytes), as: UTF8.self), error)
            )
        }
        let limit = BrokerConfiguration.topicLevelCeiling
        guard filter.levelCount <= limit else {
            throw .at(bytes.startIndex, .tooManyLevels(filter.levelCount, limit: limit))
        }
        if filter.isShared { warn(line, .sharedFilter) }
        let hasValue = bytes.split(separator: UInt8(ascii: "/")).contains { LevelTemplate($0) != nil }
        switch (subject, hasValue) {
        case (.everybody, false): warn(line, .patternWithoutValue)
        case (.user, true), (.withoutUserName, true): warn(line, .valueInTopic)
        case (.everybody, true), (.user, false), (.withoutUserName, false): break
        }
    }

    /// Bytes of a bad filter that an error shows.
    private static let shownBytes = 200

    private mutating func warn(_ line: ACLLine, _ fact: ACLWarning.Fact) {
        warnings.append(ACLWarning(line: line.number, fact: fact))
    }
}

/// One line, taken apart from its beginning.
private struct ACLLine {
    let number: Int
    private let all: ArraySlice<UInt8>
    private var left: ArraySlice<UInt8>

    init(_ bytes: ArraySlice<UInt8>, number: Int) {
        self.number = number
        // As Mosquitto: white space at the end is not part of anything.
        let end = bytes.lastIndex { !Self.isSpace($0) }.map { $0 + 1 } ?? bytes.startIndex
        all = bytes[bytes.startIndex..<end]
        left = all
    }

    /// The next word; nil at the end.
    mutating func word() -> ArraySlice<UInt8>? {
        left = left.drop(while: Self.isBlank)
        guard !left.isEmpty else { return nil }
        let word = left.prefix { !Self.isBlank($0) }
        left = left[word.endIndex...]
        return word
    }

    /// All that is left, blanks inside it included.
    mutating func rest() -> ArraySlice<UInt8> {
        left.drop(while: Self.isBlank)
    }

    func checkText() throws(ACLProblem.Finding) {
        guard !all.withUnsafeBytes(TextRules.isWellFormedUTF8) else { return }
        var parser = Unicode.UTF8.ForwardParser()
        var bytes = all.makeIterator()
        var offset = all.startIndex
        while case .valid(let scalar) = parser.parseScalar(from: &bytes) { offset += scalar.count }
        throw .at(offset, .notUTF8)
    }

    func problem(_ finding: ACLProblem.Finding) -> ACLProblem {
        let (offset, fact) =
            switch finding {
            case .at(let offset, let fact): (offset, fact)
            case .atEnd(let fact): (all.endIndex, fact)
            }
        let column = String(decoding: all[all.startIndex..<offset], as: UTF8.self).unicodeScalars.count + 1
        return ACLProblem(line: number, column: column, fact: fact)
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }

    /// isspace(3) in the C locale.
    private static func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || (0x09...0x0D).contains(byte) }
}

extension ACLProblem {
    /// A fact and where in its line it is.
    fileprivate enum Finding: Error {
        case at(Int, Fact)
        case atEnd(Fact)
    }
}
