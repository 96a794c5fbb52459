import MQTTCodec
import Testing

@Suite struct ConnectTests {
    static let valid: [ValidRow] = [
        ValidRow(
            "3.1.1, clean session, no identifier",
            .newClient,
            "10 0c 0004 'MQTT' 04 02 003c 0000",
            ConnectPacket(version: .v3_1_1, cleanStart: true, keepAlive: 60, clientIdentifier: "")
        ),
        ValidRow(
            "3.1, named MQIsdp",
            .newClient,
            "10 0f 0006 'MQIsdp' 03 00 000a 0001 'a'",
            ConnectPacket(version: .v3_1, cleanStart: false, keepAlive: 10, clientIdentifier: "a")
        ),
        ValidRow(
            "3.1, an identifier longer than 23 characters is for others to judge",
            .newClient,
            "10 26 0006 'MQIsdp' 03 02 0000 0018 'abcdefghijklmnopqrstuvwx'",
            ConnectPacket(version: .v3_1, cleanStart: true, keepAlive: 0, clientIdentifier: "abcdefghijklmnopqrstuvwx")
        ),
        ValidRow(
            "5.0 without properties",
            .newClient,
            "10 0e 0004 'MQTT' 05 00 ffff 00 0001 'd'",
            ConnectPacket(version: .v5, cleanStart: false, keepAlive: 65_535, clientIdentifier: "d")
        ),
        ValidRow(
            "3.1.1 with will, user name and password",
            .newClient,
            "10 1f 0004 'MQTT' 04 ee 0000 0002 'id' 0003 'w/t' 0003 'bye' 0001 'u' 0002 0001",
            ConnectPacket(
                version: .v3_1_1,
                clientIdentifier: "id",
                will: Will(topic: "w/t", payload: Array("bye".utf8), qos: .atLeastOnce, retain: true),
                userName: "u",
                password: Password([0, 1])
            )
        ),
        ValidRow(
            "5.0, an empty will payload of QoS 2 and every property of a will",
            .newClient,
            """
            10 38 0004 'MQTT' 05 16 0000 00 0000 \
            25 01 01 02 0000000a 03 0001 't' 08 0001 'r' 09 0001 ff 18 00000005 26 0001 'k' 0001 'v' \
            26 0001 'k' 0000 \
            0001 'w' 0000
            """,
            ConnectPacket(
                clientIdentifier: "",
                will: Will(
                    topic: "w",
                    payload: [],
                    qos: .exactlyOnce,
                    properties: [
                        .payloadFormatIndicator(true), .messageExpiryInterval(10), .contentType("t"),
                        .responseTopic("r"), .correlationData([0xFF]), .willDelayInterval(5),
                        .userProperty(UserProperty("k", "v")), .userProperty(UserProperty("k", "")),
                    ]
                )
            )
        ),
        ValidRow(
            "5.0 with every property of CONNECT",
            .newClient,
            """
            10 35 0004 'MQTT' 05 02 0000 \
            28 11 ffffffff 21 0001 27 00000010 22 000a 19 01 17 00 26 0001 'a' 0001 'b' 15 0005 'SCRAM' 16 0002 'xy' \
            0000
            """,
            ConnectPacket(
                clientIdentifier: "",
                properties: [
                    .sessionExpiryInterval(.max), .receiveMaximum(1), .maximumPacketSize(16), .topicAliasMaximum(10),
                    .requestResponseInformation(true), .requestProblemInformation(false),
                    .userProperty(UserProperty("a", "b")), .authenticationMethod("SCRAM"),
                    .authenticationData(Array("xy".utf8)),
                ]
            )
        ),
        ValidRow(
            "5.0, a password without a user name",
            .newClient,
            "10 11 0004 'MQTT' 05 42 0000 00 0000 0002 'pw'",
            ConnectPacket(clientIdentifier: "", password: Password(Array("pw".utf8)))
        ),
        ValidRow(
            "3.1, an announced user name that is missing, as 3.1 allows",
            .newClient,
            "10 0f 0006 'MQIsdp' 03 82 0000 0001 'a'",
            ConnectPacket(version: .v3_1, clientIdentifier: "a"),
            isCanonical: false
        ),
        ValidRow(
            "3.1, the reserved bit, which 3.1 does not bind",
            .newClient,
            "10 0f 0006 'MQIsdp' 03 03 0000 0001 'a'",
            ConnectPacket(version: .v3_1, clientIdentifier: "a"),
            isCanonical: false
        ),
        ValidRow(
            "3.1.1, a remaining length in two bytes where one would do",
            .newClient,
            "10 8c00 0004 'MQTT' 04 02 003c 0000",
            ConnectPacket(version: .v3_1_1, keepAlive: 60, clientIdentifier: ""),
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
        MalformedRow(
            "another protocol",
            .newClient,
            "10 0c 0004 'AMQP' 04 02 003c 0000",
            .unknownProtocolName(length: 4),
            .unsupportedProtocolVersion
        ),
        MalformedRow(
            "the name in small letters",
            .newClient,
            "10 0c 0004 'mqtt' 04 02 003c 0000",
            .unknownProtocolName(length: 4),
            .unsupportedProtocolVersion
        ),
        MalformedRow(
            "no name",
            .newClient,
            "10 08 0000 04 02 003c 0000",
            .unknownProtocolName(length: 0),
            .unsupportedProtocolVersion
        ),
        MalformedRow(
            "level 6",
            .newClient,
            "10 0d 0004 'MQTT' 06 02 003c 00 0000",
            .unsupportedProtocolLevel(6),
            .unsupportedProtocolVersion
        ),
        MalformedRow(
            "the level of 3.1 under the name of 3.1.1",
            .newClient,
            "10 0c 0004 'MQTT' 03 02 003c 0000",
            .unsupportedProtocolLevel(3),
            .unsupportedProtocolVersion
        ),
        MalformedRow(
            "the level of 3.1.1 under the name of 3.1",
            .newClient,
            "10 0e 0006 'MQIsdp' 04 02 003c 0000",
            .unsupportedProtocolLevel(4),
            .unsupportedProtocolVersion
        ),
        MalformedRow(
            "the bridge bit of Mosquitto",
            .newClient,
            "10 0c 0004 'MQTT' 84 02 003c 0000",
            .unsupportedProtocolLevel(0x84),
            .unsupportedProtocolVersion
        ),
        MalformedRow(
            "the reserved bit in 3.1.1",
            .newClient,
            "10 0c 0004 'MQTT' 04 03 003c 0000",
            .connectFlags(found: 3, .reservedBit)
        ),
        MalformedRow(
            "will QoS 3",
            .newClient,
            "10 0c 0004 'MQTT' 04 1e 003c 0000",
            .connectFlags(found: 0x1E, .willQoS)
        ),
        MalformedRow(
            "will QoS 3 in 3.1",
            .newClient,
            "10 0e 0006 'MQIsdp' 03 1e 003c 0000",
            .connectFlags(found: 0x1E, .willQoS)
        ),
        MalformedRow(
            "will QoS without a will",
            .newClient,
            "10 0c 0004 'MQTT' 04 0a 003c 0000",
            .connectFlags(found: 0x0A, .willQoSWithoutWill)
        ),
        MalformedRow(
            "will retain without a will",
            .newClient,
            "10 0c 0004 'MQTT' 04 22 003c 0000",
            .connectFlags(found: 0x22, .willRetainWithoutWill)
        ),
        MalformedRow(
            "a password without a user name in 3.1.1",
            .newClient,
            "10 0e 0004 'MQTT' 04 42 003c 0000 0000",
            .connectFlags(found: 0x42, .passwordWithoutUserName)
        ),
        MalformedRow(
            "ends before the flags",
            .newClient,
            "10 07 0004 'MQTT' 04",
            .truncated(.connectFlags, needed: 1, found: 0)
        ),
        MalformedRow(
            "ends inside the keep alive",
            .newClient,
            "10 09 0004 'MQTT' 04 02 00",
            .truncated(.keepAlive, needed: 2, found: 1)
        ),
        MalformedRow(
            "no identifier",
            .newClient,
            "10 0a 0004 'MQTT' 04 02 003c",
            .truncated(.clientIdentifier, needed: 2, found: 0)
        ),
        MalformedRow(
            "an identifier that claims more than there is",
            .newClient,
            "10 0d 0004 'MQTT' 04 02 003c ffff 'a'",
            .truncated(.clientIdentifier, needed: 65_535, found: 1)
        ),
        MalformedRow(
            "an identifier that is not UTF-8",
            .newClient,
            "10 0d 0004 'MQTT' 04 02 003c 0001 ff",
            .illFormedUTF8(.clientIdentifier, offset: 0)
        ),
        MalformedRow(
            "an identifier with U+0000",
            .newClient,
            "10 0e 0004 'MQTT' 04 02 003c 0002 61 00",
            .nullCharacter(.clientIdentifier, offset: 1)
        ),
        MalformedRow(
            "a will without its topic",
            .newClient,
            "10 0c 0004 'MQTT' 04 06 003c 0000",
            .truncated(.willTopic, needed: 2, found: 0)
        ),
        MalformedRow(
            "an empty will topic",
            .newClient,
            "10 10 0004 'MQTT' 04 06 003c 0000 0000 0000",
            .emptyTopicName(.willTopic)
        ),
        MalformedRow(
            "a will topic with a wildcard",
            .newClient,
            "10 13 0004 'MQTT' 04 06 003c 0000 0003 'a/+' 0000",
            .wildcardInTopicName(.willTopic, offset: 2)
        ),
        MalformedRow(
            "a will without its payload",
            .newClient,
            "10 0f 0004 'MQTT' 04 06 003c 0000 0001 'a'",
            .truncated(.willPayload, needed: 2, found: 0)
        ),
        MalformedRow(
            "an announced user name that is missing in 3.1.1",
            .newClient,
            "10 0c 0004 'MQTT' 04 82 003c 0000",
            .truncated(.userName, needed: 2, found: 0)
        ),
        MalformedRow(
            "an announced password that is missing in 3.1.1",
            .newClient,
            "10 0f 0004 'MQTT' 04 c2 003c 0000 0001 'u'",
            .truncated(.password, needed: 2, found: 0)
        ),
        MalformedRow(
            "a user name that is not UTF-8",
            .newClient,
            "10 0f 0004 'MQTT' 04 82 003c 0000 0001 80",
            .illFormedUTF8(.userName, offset: 0)
        ),
        MalformedRow(
            "bytes after the last field",
            .newClient,
            "10 0d 0004 'MQTT' 04 02 003c 0000 00",
            .trailingBytes(.connect, count: 1)
        ),
        MalformedRow(
            "a user name that no flag announces",
            .newClient,
            "10 0f 0004 'MQTT' 04 02 003c 0000 0001 'u'",
            .trailingBytes(.connect, count: 3)
        ),
        MalformedRow(
            "5.0 without a property length",
            .newClient,
            "10 0a 0004 'MQTT' 05 02 003c",
            .truncated(.propertyLength, needed: 1, found: 0)
        ),
        MalformedRow(
            "5.0, properties longer than the packet",
            .newClient,
            "10 0d 0004 'MQTT' 05 02 003c 05 0000",
            .truncated(.propertyLength, needed: 5, found: 2)
        ),
        MalformedRow(
            "5.0, a remaining length in two bytes where one would do",
            .newClient,
            "10 8d00 0004 'MQTT' 05 02 003c 00 0000",
            .variableByteIntegerNotMinimal(.remainingLength)
        ),
        MalformedRow(
            "5.0, a will's property in CONNECT",
            .newClient,
            "10 12 0004 'MQTT' 05 02 003c 05 18 00000001 0000",
            .propertyNotAllowed(.willDelayInterval, in: .connect)
        ),
        MalformedRow(
            "5.0, authentication data without a method",
            .newClient,
            "10 11 0004 'MQTT' 05 02 003c 04 16 0001 78 0000",
            .authenticationDataWithoutMethod,
            .protocolError
        ),
    ]

    @Test(arguments: malformed) func `is refused with the reason`(_ row: MalformedRow) {
        #expect(row.thrown() == row.error)
        #expect(row.error.reasonCode == row.code)
    }

    @Test func `leaves the version known when only the rest was malformed`() {
        var decoder = PacketDecoder(maximumPacketSize: 1000)
        #expect(throws: CodecError.self) {
            _ = try decodeFirst(wire("10 0d 0004 'MQTT' 05 03 003c 00 0000"), &decoder)
        }
        #expect(decoder.version == .v5)
    }

    @Test(
        arguments: [(6, .v5), (5, .v5), (0x85, .v5), (4, .v3_1_1), (0x84, .v3_1_1), (0x83, .v3_1_1), (0, .v3_1_1)]
            as [(UInt8, ProtocolVersion)]
    )
    func `of an unknown level is answered in the nearest form`(_ level: UInt8, _ version: ProtocolVersion) {
        #expect(CodecError.unsupportedProtocolLevel(level).refusalVersion == version)
    }

    @Test func `never shows its password`() {
        let packet = ConnectPacket(clientIdentifier: "a", password: Password(Array("geheim".utf8)))
        var dumped = ""
        dump(packet, to: &dumped)
        for text in ["\(packet)", String(reflecting: packet), dumped] {
            #expect(!text.contains("geheim") && !text.contains("103"))
        }
    }

    @Test func `cannot be encoded with a password that has no user name before 5`() {
        let packet = ConnectPacket(version: .v3_1_1, clientIdentifier: "a", password: Password([1]))
        #expect(throws: CodecError.connectFlags(found: 0x42, .passwordWithoutUserName)) {
            try packet.encoded(for: .v3_1_1, from: .client)
        }
    }
}
