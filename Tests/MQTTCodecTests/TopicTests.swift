import MQTTCodec
import Testing

@Suite struct TopicTests {
    @Test(arguments: [
        "#", "+", "/", "a", "+/+", "/+", "+/", "a/+/b", "a/#", "/#", "+/#", "$SYS/#", "$share/g/#", "$share/g/+/a",
        "$share/g//", "$share", "$shared/a", "$SHARE/a", "a/$share/+", " ", "ä/+",
    ])
    func `filter is taken`(_ text: String) throws {
        #expect(try TopicFilter(text).string == text)
    }

    @Test(
        arguments: [
            ("", .emptyTopicFilter), ("a#", .misplacedWildcard(offset: 1)), ("#a", .misplacedWildcard(offset: 0)),
            ("#/a", .misplacedWildcard(offset: 0)), ("a/#/b", .misplacedWildcard(offset: 2)),
            ("a/#/", .misplacedWildcard(offset: 2)), ("##", .misplacedWildcard(offset: 0)),
            ("a+", .misplacedWildcard(offset: 1)), ("+a", .misplacedWildcard(offset: 0)),
            ("a/+b/c", .misplacedWildcard(offset: 2)), ("++", .misplacedWildcard(offset: 0)),
            ("+#", .misplacedWildcard(offset: 0)), ("$share/", .malformedShare(.nameMissing)),
            ("$share//a", .malformedShare(.nameMissing)), ("$share/g", .malformedShare(.filterMissing)),
            ("$share/g/", .malformedShare(.filterMissing)), ("$share/+/a", .malformedShare(.wildcardInName)),
            ("$share/g#/a", .malformedShare(.wildcardInName)), ("$share/g/a#", .misplacedWildcard(offset: 10)),
            ("$share/g/#/a", .misplacedWildcard(offset: 9)), ("a\u{0}", .nullCharacter(.topicFilter, offset: 1)),
        ] as [(String, CodecError)]
    )
    func `filter is refused`(_ text: String, _ error: CodecError) {
        #expect(throws: error) { try TopicFilter(text) }
    }

    @Test func `filter of a share knows its parts`() {
        let filter: TopicFilter = "$share/group/a/+"
        #expect(filter.isShared)
        #expect(filter.shareName.map(Array.init) == Array("group".utf8))
        #expect(Array(filter.matchedBytes) == Array("a/+".utf8))
        #expect(filter.levelCount == 2)
        #expect(filter.hasWildcard)
    }

    @Test func `filter without a share is matched as a whole`() {
        let filter: TopicFilter = "$shared/a"
        #expect(!filter.isShared)
        #expect(filter.shareName == nil)
        #expect(filter.matchedBytes.count == 9)
        #expect(!filter.hasWildcard)
    }

    @Test(arguments: ["a", "/", "a/b", " ", "$SYS/x", "ä", "a//b", "\u{FEFF}"])
    func `name is taken`(_ text: String) throws {
        #expect(try TopicName(text).string == text)
    }

    @Test(
        arguments: [
            ("", .emptyTopicName(.topic)), ("a/+", .wildcardInTopicName(.topic, offset: 2)),
            ("#", .wildcardInTopicName(.topic, offset: 0)), ("a\u{0}", .nullCharacter(.topic, offset: 1)),
        ] as [(String, CodecError)]
    )
    func `name is refused`(_ text: String, _ error: CodecError) {
        #expect(throws: error) { try TopicName(text) }
    }

    @Test(arguments: [
        ("a", ["a"]), ("/", ["", ""]), ("a/b", ["a", "b"]), ("//a", ["", "", "a"]), ("a/", ["a", ""]),
        ("12345678", ["12345678"]), ("12345678/", ["12345678", ""]), ("1234567/9/0", ["1234567", "9", "0"]),
        ("1/2/3/4/5/6/7/8/9", ["1", "2", "3", "4", "5", "6", "7", "8", "9"]),
        ("123456789012345678/x", ["123456789012345678", "x"]), ("ä/.0/o", ["ä", ".0", "o"]),
    ])
    func `levels are what stands between the slashes`(_ text: String, _ levels: [String]) throws {
        let topic = try TopicName(text)
        #expect(topic.withLevels { $0.map { String(decoding: $0, as: UTF8.self) } } == levels)
        #expect(topic.levelCount == levels.count)
        #expect(try TopicFilter(text).withLevels { $0.map { String(decoding: $0, as: UTF8.self) } } == levels)
    }

    @Test func `levels of a share are those of its filter`() {
        let filter: TopicFilter = "$share/g/a/b"
        #expect(filter.withLevels { $0.map { String(decoding: $0, as: UTF8.self) } } == ["a", "b"])
    }

    @Test func `levels of nothing are none`() {
        #expect(TopicLevels(UnsafeRawBufferPointer(start: nil, count: 0)).reduce(0) { count, _ in count + 1 } == 0)
    }

    // MQTT 5.0 § 4.7.1 and § 4.7.2, the examples of the standard among them.
    @Test(arguments: [
        ("sport/tennis/player1/#", "sport/tennis/player1", true),
        ("sport/tennis/player1/#", "sport/tennis/player1/ranking", true),
        ("sport/tennis/player1/#", "sport/tennis/player1/score/wimbledon", true),
        ("sport/#", "sport", true), ("#", "a/b/c", true), ("sport/tennis/+", "sport/tennis/player1", true),
        ("sport/tennis/+", "sport/tennis/player1/ranking", false), ("sport/+", "sport", false),
        ("sport/+", "sport/", true),
        ("+/+", "/finance", true), ("/+", "/finance", true), ("+", "/finance", false), ("a", "a", true),
        ("a", "A", false), ("a", "a/", false), ("a/b", "a", false), ("#", "$SYS/x", false), ("+/x", "$SYS/x", false),
        ("$SYS/#", "$SYS/x", true), ("$SYS/+", "$SYS/x", true), ("$share/g/#", "a", true),
        ("$share/g/#", "$SYS", false),
        ("$share/g/$SYS/#", "$SYS/x", true), ("a/+/c", "a//c", true), ("é", "e\u{301}", false), ("a/#", "b", false),
    ])
    func `filter matches or does not`(_ filter: String, _ topic: String, _ matches: Bool) throws {
        #expect(try TopicFilter(filter).matches(TopicName(topic)) == matches)
    }

    @Test func `filter keeps the limits without its share name`() {
        let limits = TopicLimits(maximumLevels: 2, maximumLength: 5)
        #expect(limits.allows("$share/group/a/bcd" as TopicFilter))
        #expect(!limits.allows("a/b/c" as TopicFilter))
        #expect(!limits.allows("abcdef" as TopicFilter))
        #expect(limits.allows("a/b" as TopicName))
        #expect(!limits.allows("a/b/" as TopicName))
    }
}
