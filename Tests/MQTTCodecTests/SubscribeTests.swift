import MQTTCodec
import Testing

@Suite struct SubscribeTests {
    static let valid: [ValidRow] = [
        ValidRow(
            "SUBSCRIBE to two filters",
            .client(.v3_1_1),
            "82 0c 0001 0003 'a/#' 01 0001 '+' 02",
            SubscribePacket(
                packetIdentifier: 1,
                [
                    Subscription("a/#", options: SubscriptionOptions(maximumQoS: .atLeastOnce)),
                    Subscription("+", options: SubscriptionOptions(maximumQoS: .exactlyOnce)),
                ]
            )
        ),
        ValidRow(
            "5.0, all options and properties",
            .client(.v5),
            "82 10 000a 09 0b 8001 26 0001 'k' 0000 0001 'a' 2e",
            SubscribePacket(
                packetIdentifier: 10,
                [
                    Subscription(
                        "a",
                        options: SubscriptionOptions(
                            maximumQoS: .exactlyOnce,
                            noLocal: true,
                            retainAsPublished: true,
                            retainHandling: .doNotSend
                        )
                    )
                ],
                properties: [.subscriptionIdentifier(128), .userProperty(UserProperty("k", ""))]
            )
        ),
        ValidRow(
            "a shared subscription in 3.1.1",
            .client(.v3_1_1),
            "82 11 0001 000c '$share/g/a/' '+' 00",
            SubscribePacket(packetIdentifier: 1, [Subscription("$share/g/a/+")])
        ),
        ValidRow(
            "UNSUBSCRIBE from two filters",
            .client(.v3_1_1),
            "a2 0a 0001 0003 'a/#' 0001 '+'",
            UnsubscribePacket(packetIdentifier: 1, ["a/#", "+"])
        ),
        ValidRow(
            "5.0, UNSUBSCRIBE with a user property",
            .client(.v5),
            "a2 0e 0001 07 26 0001 'k' 0001 'v' 0002 '//'",
            UnsubscribePacket(packetIdentifier: 1, ["//"], properties: [.userProperty(UserProperty("k", "v"))])
        ),
        ValidRow(
            "SUBACK in 3.1.1",
            .server(.v3_1_1),
            "90 06 0001 00 01 02 80",
            SubackPacket(packetIdentifier: 1, [.success, .grantedQoS1, .grantedQoS2, .unspecifiedError])
        ),
        ValidRow(
            "SUBACK in 5.0",
            .server(.v5),
            "90 0a 0001 04 1f 0001 'r' 87 8f 9e",
            SubackPacket(
                packetIdentifier: 1,
                [
                    .notAuthorized, .topicFilterInvalid, .sharedSubscriptionsNotSupported,
                ],
                properties: [.reasonString("r")]
            )
        ),
        ValidRow("UNSUBACK in 3.1.1", .server(.v3_1_1), "b0 02 0001", UnsubackPacket(packetIdentifier: 1, [])),
        ValidRow(
            "UNSUBACK in 5.0",
            .server(.v5),
            "b0 05 0001 00 00 11",
            UnsubackPacket(packetIdentifier: 1, [.success, .noSubscriptionExisted])
        ),
        ValidRow(
            "3.1, SUBSCRIBE sent again with DUP and bits that are not used",
            .client(.v3_1),
            "8a 06 0001 0001 'a' fd",
            SubscribePacket(
                packetIdentifier: 1,
                [
                    Subscription("a", options: SubscriptionOptions(maximumQoS: .atLeastOnce))
                ]
            ),
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
            "SUBSCRIBE without its flag",
            .client(.v3_1_1),
            "80 06 0001 0001 'a' 00",
            .fixedHeaderFlags(.subscribe, found: 0, needed: 2)
        ),
        MalformedRow(
            "UNSUBSCRIBE without its flag",
            .client(.v5),
            "a0 06 0001 00 0001 'a'",
            .fixedHeaderFlags(.unsubscribe, found: 0, needed: 2)
        ),
        MalformedRow(
            "identifier 0",
            .client(.v3_1_1),
            "82 06 0000 0001 'a' 00",
            .packetIdentifierZero(.subscribe),
            .protocolError
        ),
        MalformedRow(
            "UNSUBSCRIBE, identifier 0",
            .client(.v3_1_1),
            "a2 05 0000 0001 'a'",
            .packetIdentifierZero(.unsubscribe),
            .protocolError
        ),
        MalformedRow("no filter", .client(.v3_1_1), "82 02 0001", .noTopicFilters(.subscribe), .protocolError),
        MalformedRow("5.0, no filter", .client(.v5), "82 03 0001 00", .noTopicFilters(.subscribe), .protocolError),
        MalformedRow(
            "UNSUBSCRIBE, no filter",
            .client(.v3_1_1),
            "a2 02 0001",
            .noTopicFilters(.unsubscribe),
            .protocolError
        ),
        MalformedRow(
            "no options",
            .client(.v3_1_1),
            "82 05 0001 0001 'a'",
            .truncated(.subscriptionOptions, needed: 1, found: 0)
        ),
        MalformedRow(
            "QoS 3",
            .client(.v3_1_1),
            "82 06 0001 0001 'a' 03",
            .subscriptionOptions(found: 3, .qos),
            .protocolError
        ),
        MalformedRow(
            "an option of 5.0 in 3.1.1",
            .client(.v3_1_1),
            "82 06 0001 0001 'a' 04",
            .subscriptionOptions(found: 4, .reservedBits)
        ),
        MalformedRow(
            "a reserved bit in 5.0",
            .client(.v5),
            "82 07 0001 00 0001 'a' 40",
            .subscriptionOptions(found: 0x40, .reservedBits)
        ),
        MalformedRow(
            "retain handling 3",
            .client(.v5),
            "82 07 0001 00 0001 'a' 30",
            .subscriptionOptions(found: 0x30, .retainHandling),
            .protocolError
        ),
        MalformedRow(
            "No Local on a shared subscription",
            .client(.v5),
            "82 10 0001 00 000a '$share/g/a' 04",
            .subscriptionOptions(found: 4, .noLocalOnShare),
            .protocolError
        ),
        MalformedRow("an empty filter", .client(.v3_1_1), "82 05 0001 0000 00", .emptyTopicFilter),
        MalformedRow(
            "a filter that is not UTF-8",
            .client(.v3_1_1),
            "82 06 0001 0001 c0 00",
            .illFormedUTF8(.topicFilter, offset: 0)
        ),
        MalformedRow(
            "a filter with U+0000",
            .client(.v3_1_1),
            "a2 05 0001 0001 00",
            .nullCharacter(.topicFilter, offset: 0)
        ),
        MalformedRow(
            "a misplaced wildcard",
            .client(.v3_1_1),
            "82 07 0001 0002 'a#' 00",
            .misplacedWildcard(offset: 1)
        ),
        MalformedRow(
            "a share without a filter",
            .client(.v3_1_1),
            "82 0d 0001 0008 '$share/g' 00",
            .malformedShare(.filterMissing)
        ),
        MalformedRow(
            "subscription identifier 0",
            .client(.v5),
            "82 09 0001 02 0b 00 0001 'a' 00",
            .propertyOutOfRange(.subscriptionIdentifier, found: 0),
            .protocolError
        ),
        MalformedRow(
            "two subscription identifiers",
            .client(.v5),
            "82 0b 0001 04 0b 01 0b 02 0001 'a' 00",
            .repeatedProperty(.subscriptionIdentifier),
            .protocolError
        ),
        MalformedRow(
            "a subscription identifier of five bytes",
            .client(.v5),
            "82 0d 0001 06 0b 8080808001 0001 'a' 00",
            .variableByteIntegerTooLong(.property(.subscriptionIdentifier))
        ),
        MalformedRow(
            "SUBACK from a client",
            .client(.v3_1_1),
            "90 03 0001 00",
            .wrongDirection(.suback, from: .client),
            .protocolError
        ),
        MalformedRow(
            "SUBSCRIBE from a server",
            .server(.v3_1_1),
            "82 06 0001 0001 'a' 00",
            .wrongDirection(.subscribe, from: .server),
            .protocolError
        ),
        MalformedRow("SUBACK with QoS 3", .server(.v3_1_1), "90 03 0001 03", .unknownReasonCode(.suback, found: 3)),
        MalformedRow(
            "SUBACK in 3.1.1 with a code of 5.0",
            .server(.v3_1_1),
            "90 03 0001 87",
            .unknownReasonCode(.suback, found: 0x87)
        ),
        MalformedRow("SUBACK without a code", .server(.v5), "90 03 0001 00", .noReasonCodes(.suback), .protocolError),
        MalformedRow(
            "UNSUBACK with a code in 3.1.1",
            .server(.v3_1_1),
            "b0 03 0001 00",
            .trailingBytes(.unsuback, count: 1)
        ),
        MalformedRow(
            "UNSUBACK without a code in 5.0",
            .server(.v5),
            "b0 03 0001 00",
            .noReasonCodes(.unsuback),
            .protocolError
        ),
        MalformedRow(
            "UNSUBACK with a code of SUBACK",
            .server(.v5),
            "b0 04 0001 00 01",
            .reasonCodeNotAllowed(.grantedQoS1, in: .unsuback, from: .server),
            .protocolError
        ),
    ]

    @Test(arguments: malformed) func `is refused with the reason`(_ row: MalformedRow) {
        #expect(row.thrown() == row.error)
        #expect(row.error.reasonCode == row.code)
    }

    @Test(arguments: [ProtocolVersion.v3_1, .v3_1_1]) func `fails in one way only before 5`(
        _ version: ProtocolVersion
    ) throws {
        let suback = SubackPacket(packetIdentifier: 1, [.notAuthorized, .quotaExceeded, .grantedQoS1])
        #expect(try suback.encoded(for: version, from: .server) == wire("90 05 0001 80 80 01"))
    }

    @Test func `is not encoded where it breaks a rule`() {
        #expect(throws: CodecError.noTopicFilters(.subscribe)) {
            try SubscribePacket(packetIdentifier: 1, []).encoded(for: .v5, from: .client)
        }
        #expect(throws: CodecError.packetIdentifierZero(.unsubscribe)) {
            try UnsubscribePacket(packetIdentifier: 0, ["a"]).encoded(for: .v5, from: .client)
        }
        #expect(throws: CodecError.subscriptionOptions(found: 4, .noLocalOnShare)) {
            let options = SubscriptionOptions(noLocal: true)
            _ = try SubscribePacket(packetIdentifier: 1, [Subscription("$share/g/a", options: options)])
                .encoded(for: .v5, from: .client)
        }
    }
}
