import MQTTCodec
import Testing

@Suite struct PublishTests {
    static let valid: [ValidRow] = [
        // [MQTT-2.2.1-2]
        ValidRow("QoS 0", .client(.v3_1_1), "30 06 0003 'a/b' 'x'", PublishPacket(topic: "a/b", payload: [0x78])),
        ValidRow(
            "no payload, retained",
            .client(.v3_1_1),
            "31 03 0001 'a'",
            PublishPacket(topic: "a", payload: [], retain: true)
        ),
        ValidRow(
            "QoS 1 with DUP",
            .client(.v3_1_1),
            "3a 06 0001 'a' 0102 ff",
            PublishPacket(topic: "a", payload: [0xFF], qos: .atLeastOnce, isDuplicate: true, packetIdentifier: 258)
        ),
        ValidRow(
            "QoS 2 with all flags",
            .client(.v3_1),
            "3d 05 0001 'a' ffff",
            PublishPacket(
                topic: "a",
                payload: [],
                qos: .exactlyOnce,
                retain: true,
                isDuplicate: true,
                packetIdentifier: 65_535
            )
        ),
        ValidRow(
            // [MQTT-2.2.2-1]
            "5.0 without properties",
            .client(.v5),
            "32 07 0001 'a' 0001 00 'x'",
            PublishPacket(topic: "a", payload: [0x78], qos: .atLeastOnce, packetIdentifier: 1)
        ),
        ValidRow(
            "5.0, an alias with its topic",
            .client(.v5),
            "30 08 0001 'a' 03 23 000a 'x'",
            PublishPacket(topic: "a", payload: [0x78], properties: [.topicAlias(10)])
        ),
        ValidRow(
            "5.0, an alias in place of the topic",
            .client(.v5),
            "30 07 0000 03 23 0001 'x'",
            PublishPacket(topic: nil, payload: [0x78], properties: [.topicAlias(1)])
        ),
        ValidRow(
            "5.0 with every property a client may send",
            .client(.v5),
            """
            30 2b 0001 'a' 26 01 01 02 0000000a 23 0001 08 0003 'r/t' 09 0001 ff 26 0001 'k' 0001 'v' 03 0003 'c/t' \
            26 0000 0000 'p'
            """,
            PublishPacket(
                topic: "a",
                payload: [0x70],
                properties: [
                    .payloadFormatIndicator(true), .messageExpiryInterval(10), .topicAlias(1), .responseTopic("r/t"),
                    .correlationData([0xFF]), .userProperty(UserProperty("k", "v")), .contentType("c/t"),
                    .userProperty(UserProperty("", "")),
                ]
            )
        ),
        ValidRow(
            "5.0 from a server, several subscription identifiers",
            .server(.v5),
            "30 0b 0001 'a' 07 0b 01 0b ffffff7f",
            PublishPacket(
                topic: "a",
                payload: [],
                properties: [.subscriptionIdentifier(1), .subscriptionIdentifier(268_435_455)]
            )
        ),
        ValidRow(
            "an empty level at both ends",
            .client(.v3_1_1),
            "30 05 0003 '/a/'",
            PublishPacket(topic: "/a/", payload: [])
        ),
        ValidRow(
            "a topic with U+FEFF, which stays",
            .client(.v3_1_1),
            "30 06 0004 efbbbf 'a'",
            PublishPacket(topic: "\u{FEFF}a", payload: [])
        ),
        ValidRow(
            "DUP at QoS 0 in 3.1, which does not forbid it",
            .client(.v3_1),
            "38 03 0001 'a'",
            PublishPacket(topic: "a", payload: [], isDuplicate: true),
            isCanonical: false
        ),
        ValidRow(
            "a remaining length in four bytes in 3.1.1",
            .client(.v3_1_1),
            "30 83808000 0001 'a'",
            PublishPacket(topic: "a", payload: []),
            isCanonical: false
        ),
    ]

    @Test(arguments: valid) func `decodes to what it says`(_ row: ValidRow) throws {
        #expect(try row.decoded() == [row.expected])
    }

    @Test(arguments: valid.filter(\.isCanonical)) func `encodes to the same bytes`(_ row: ValidRow) throws {
        #expect(try row.encoded() == row.bytes)
    }

    static let malformed: [MalformedRow] = [
        MalformedRow("QoS 3", .client(.v3_1_1), "36 05 0001 'a' 0001", .qosOutOfRange(.publishQoS)),
        MalformedRow("DUP at QoS 0", .client(.v3_1_1), "38 03 0001 'a'", .duplicateFlagAtQoS0),
        MalformedRow("DUP and RETAIN at QoS 0", .client(.v5), "39 04 0001 'a' 00", .duplicateFlagAtQoS0),
        MalformedRow("no topic length", .client(.v3_1_1), "30 01 00", .truncated(.topicName, needed: 2, found: 1)),
        MalformedRow("nothing", .client(.v3_1_1), "30 00", .truncated(.topicName, needed: 2, found: 0)),
        MalformedRow(
            "a topic longer than the packet",
            .client(.v3_1_1),
            "30 03 0002 'a'",
            .truncated(.topicName, needed: 2, found: 1)
        ),
        MalformedRow(
            "an empty topic in 3.1.1",
            .client(.v3_1_1),
            "30 02 0000",
            .emptyTopicName(.topicName),
            .protocolError
        ),
        MalformedRow(
            "an empty topic without an alias in 5.0",
            .client(.v5),
            "30 03 0000 00",
            .emptyTopicName(.topicName),
            .protocolError
        ),
        MalformedRow("a plus", .client(.v3_1_1), "30 05 0003 'a/+'", .wildcardInTopicName(.topicName, offset: 2)),
        MalformedRow(
            "a plus within a level",
            .client(.v5),
            "30 05 0002 'a+' 00",
            .wildcardInTopicName(.topicName, offset: 1)
        ),
        MalformedRow(
            "a hash after eight bytes",
            .client(.v3_1_1),
            "30 0b 0009 '12345678#'",
            .wildcardInTopicName(.topicName, offset: 8)
        ),
        MalformedRow(
            "a hash among the first eight bytes",
            .client(.v3_1_1),
            "30 0a 0008 '1234567#'",
            .wildcardInTopicName(.topicName, offset: 7)
        ),
        MalformedRow(
            "U+0000 among the first eight bytes",
            .client(.v3_1_1),
            "30 0a 0008 '123' 00 '5678'",
            .nullCharacter(.topicName, offset: 3)
        ),
        MalformedRow("a surrogate", .client(.v3_1_1), "30 05 0003 eda080", .illFormedUTF8(.topicName, offset: 0)),
        MalformedRow(
            "an overlong slash",
            .client(.v3_1_1),
            "30 05 0003 'a' c0af",
            .illFormedUTF8(.topicName, offset: 1)
        ),
        MalformedRow(
            "no packet identifier",
            .client(.v3_1_1),
            "32 03 0001 'a'",
            .truncated(.packetIdentifier, needed: 2, found: 0)
        ),
        MalformedRow(
            "packet identifier 0",
            .client(.v3_1_1),
            "32 05 0001 'a' 0000",
            .packetIdentifierZero(.publish),
            .protocolError
        ),
        MalformedRow(
            "no property length in 5.0",
            .client(.v5),
            "30 03 0001 'a'",
            .truncated(.propertyLength, needed: 1, found: 0)
        ),
        MalformedRow(
            "properties longer than the packet",
            .client(.v5),
            "30 05 0001 'a' 02 01",
            .truncated(.propertyLength, needed: 2, found: 1)
        ),
        MalformedRow(
            "alias 0",
            .client(.v5),
            "30 07 0001 'a' 03 23 0000",
            .topicAliasOutOfRange(found: 0, limit: .max),
            .topicAliasInvalid
        ),
        MalformedRow(
            "an alias above the limit",
            .client(.v5),
            "30 07 0001 'a' 03 23 000b",
            .topicAliasOutOfRange(found: 11, limit: 10),
            .topicAliasInvalid
        ),
        MalformedRow(
            "two aliases",
            .client(.v5),
            "30 0a 0001 'a' 06 23 0001 23 0001",
            .repeatedProperty(.topicAlias),
            .protocolError
        ),
        MalformedRow(
            "a subscription identifier from a client",
            .client(.v5),
            "30 06 0001 'a' 02 0b 01",
            .propertyNotAllowed(.subscriptionIdentifier, in: .publishFromClient),
            .protocolError
        ),
        MalformedRow(
            "subscription identifier 0",
            .server(.v5),
            "30 06 0001 'a' 02 0b 00",
            .propertyOutOfRange(.subscriptionIdentifier, found: 0),
            .protocolError
        ),
        MalformedRow(
            "a wildcard in the response topic",
            .client(.v5),
            "30 08 0001 'a' 04 08 0001 '#'",
            .wildcardInTopicName(.property(.responseTopic), offset: 0),
            .protocolError
        ),
        MalformedRow(
            "an empty response topic",
            .client(.v5),
            "30 07 0001 'a' 03 08 0000",
            .emptyTopicName(.property(.responseTopic))
        ),
        MalformedRow(
            "payload format 2",
            .client(.v5),
            "30 06 0001 'a' 02 01 02",
            .propertyOutOfRange(.payloadFormatIndicator, found: 2),
            .protocolError
        ),
        MalformedRow(
            "a remaining length longer than it must be in 5.0",
            .client(.v5),
            "30 8400 0001 'a' 00",
            .variableByteIntegerNotMinimal(.remainingLength)
        ),
    ]

    @Test(arguments: malformed) func `is refused with the reason`(_ row: MalformedRow) {
        #expect(row.thrown() == row.error)
        #expect(row.error.reasonCode == row.code)
    }

    @Test(arguments: [("a", 1), ("/", 2), ("a/b/c", 3), ("//////////", 11), ("12345678/2/34567890/", 4), ("ä/ö", 2)])
    func `counts the levels of its topic`(_ topic: String, _ levels: Int) throws {
        let bytes = try PublishPacket(topic: TopicName(topic), payload: []).encoded(for: .v5, from: .client)
        let view = try view(bytes)
        #expect(Int(view.topicLevelCount) == levels)
        #expect(try TopicName(topic).levelCount == levels)
    }

    @Test func `with the longest topic of slashes counts as many levels as its counter holds`() throws {
        let topic = try TopicName([UInt8](repeating: UInt8(ascii: "/"), count: 65_535))
        let view = try view(PublishPacket(topic: topic, payload: []).encoded(for: .v3_1_1, from: .client), .v3_1_1)
        #expect(view.topicLevelCount == 65_535)
    }

    @Test func `shows alias, expiry and text format without a search`() throws {
        let view = try view(wire("30 0f 0001 'a' 0a 01 01 23 0007 02 00000005 'x'"))
        #expect(view.topicAlias == 7)
        #expect(view.messageExpiryInterval == 5)
        #expect(view.payloadIsText)
    }

    @Test func `has none of them where it has no properties`() throws {
        let view = try view(wire("30 04 0001 'a' 00"))
        #expect(view.topicAlias == nil)
        #expect(view.messageExpiryInterval == nil)
        #expect(!view.payloadIsText)
    }

    @Test func `cannot be encoded without topic and alias`() {
        #expect(throws: CodecError.emptyTopicName(.topicName)) {
            try PublishPacket(topic: nil, payload: []).encoded(for: .v5, from: .client)
        }
    }

    @Test func `cannot be encoded by an alias alone before 5`() {
        #expect(throws: CodecError.emptyTopicName(.topicName)) {
            try PublishPacket(topic: nil, payload: [], properties: [.topicAlias(1)]).encoded(
                for: .v3_1_1,
                from: .client
            )
        }
    }

    @Test func `loses its properties before 5`() throws {
        let packet = PublishPacket(topic: "a", payload: [1], properties: [.messageExpiryInterval(4)])
        #expect(try packet.encoded(for: .v3_1_1, from: .server) == wire("30 04 0001 'a' 01"))
    }

    @Test func `keeps the limits of a broker or does not`() throws {
        let limits = TopicLimits(maximumLevels: 3, maximumLength: 10)
        #expect(limits.allows(try view(wire("30 08 0005 'a/b/c' 00"))))
        #expect(!limits.allows(try view(wire("30 0a 0007 'a/b/c/d' 00"))))
        #expect(!limits.allows(try view(wire("30 0e 000b '12345678901' 00"))))
        #expect(limits.allows(try view(wire("30 06 0000 03 23 0001"))))
    }

    private func view(_ bytes: [UInt8], _ version: ProtocolVersion = .v5) throws -> PublishView {
        var decoder = Side.client(version).decoder()
        let step = try bytes.withUnsafeBytes { try decoder.next(in: $0) }
        guard case .publish(let view) = step else {
            Issue.record("not a PUBLISH: \(step)")
            throw CodecError.secondConnect
        }
        return view
    }
}
