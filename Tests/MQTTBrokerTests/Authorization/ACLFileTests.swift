import MQTTCodec
import Testing

@testable import MQTTBroker

@Suite struct ACLFileTests {
    @Test func `every kind of line is read`() throws {
        let file = try ACLFile.text(
            """
            # comment
              \t# comment behind blanks

            topic read news/#
            topic own
            user bob smith\u{20}
            topic  write   bob's place/+\r
            topic\tdeny\tbob's place/secret
            pattern readwrite device/%c/#
            user alice
            topic readwrite +/alice
            """
        )
        let rules = file.rules.map {
            "\($0.line) \($0.subject.text) \($0.right.rawValue) \(String(decoding: $0.filter, as: UTF8.self))"
        }
        #expect(
            rules == [
                "4 - read news/#", "5 - readwrite own", "7 bob smith write bob's place/+",
                "8 bob smith deny bob's place/secret", "9 * readwrite device/%c/#", "11 alice readwrite +/alice",
            ]
        )
        #expect(file.warnings == [])
    }

    @Test(arguments: [
        ("frobnicate a", "1:1: found \"frobnicate\", needed user, topic, pattern, or # at the beginning of a comment"),
        ("\n  Topic a", "2:3: found \"Topic\", needed user, topic, pattern, or # at the beginning of a comment"),
        (
            "\u{FEFF}topic a",
            "1:1: found \"\u{FEFF}topic\", needed user, topic, pattern, or # at the beginning of a comment"
        ),
        ("topic", "1:6: found the end of the line, needed [read|write|readwrite|deny] and a topic filter"),
        ("user   ", "1:5: found the end of the line, needed a user name"),
        (
            "topic READ a",
            "1:7: found \"READ\", needed read, write, readwrite or deny before the filter "
                + "(a filter with a space in it cannot do without)"
        ),
        (
            "topic read a # all of a",
            "1:12: found \"a # all of a\" ("
        ),
        ("pattern read a%c+", "1:14: found \"a%c+\" ("),
        (
            "topic é/ü #",
            "1:7: found \"é/ü\", needed read, write, readwrite or deny before the filter (a filter with a space in it cannot do without)"
        ),
    ])
    func `a wrong line is told with its place`(text: String, words: String) throws {
        let error = try #require(throws: ACLFileError.self) { _ = try ACLFile.text(text) }
        // The codec's words for a filter are its own affair.
        #expect(error.description.hasPrefix(words))
    }

    @Test func `bytes that are not text are told with their place`() throws {
        let error = try #require(throws: ACLFileError.self) {
            _ = try ACLFile(Array("topic a\nuser ü".utf8) + [0xFF, 0x0A])
        }
        #expect(error.description == "2:7: found bytes that are not UTF-8, needed text in UTF-8")
    }

    @Test func `all problems are told, in their order`() throws {
        let error = try #require(throws: ACLFileError.self) { _ = try ACLFile.text("user\ntopic a\nnonsense") }
        #expect(error.problems.map(\.line) == [1, 3])
        let many = try #require(throws: ACLFileError.self) {
            _ = try ACLFile.text(String(repeating: "nonsense\n", count: 1000))
        }
        #expect(many.problems.count == 100)
    }

    @Test func `a file that is too long, and a filter that is too deep, are refused`() throws {
        let long = [UInt8](repeating: UInt8(ascii: "\n"), count: ACLFile.maximumBytes + 1)
        #expect(throws: ACLFileError.self) { _ = try ACLFile(long) }
        let deepest = [String](repeating: "a", count: BrokerConfiguration.topicLevelCeiling).joined(separator: "/")
        #expect(try ACLFile.text("topic \(deepest)").rules.count == 1)
        let error = try #require(throws: ACLFileError.self) { _ = try ACLFile.text("topic \(deepest)/a") }
        #expect(error.problems[0].fact == .tooManyLevels(1025, limit: 1024))
    }

    @Test(arguments: [
        ("pattern read a/b", ACLWarning.Fact.patternWithoutValue),
        ("topic read a/%c", .valueInTopic),
        ("topic $share/g/a", .sharedFilter),
        ("topic read", .accessWordAsTopic("read")),
    ])
    func `what is probably not meant is taken, with a warning`(text: String, fact: ACLWarning.Fact) throws {
        let file = try ACLFile.text("# \n" + text)
        #expect(file.rules.count == 1)
        #expect(file.warnings == [ACLWarning(line: 2, fact: fact)])
    }
}

extension ACLFile {
    static func text(_ text: String) throws(ACLFileError) -> ACLFile { try ACLFile(Array(text.utf8)) }
}

extension RuleSubject {
    fileprivate var text: String {
        switch self {
        case .withoutUserName: "-"
        case .user(let name): String(decoding: name, as: UTF8.self)
        case .everybody: "*"
        }
    }
}
