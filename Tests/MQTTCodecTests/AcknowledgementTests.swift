import MQTTCodec
import Testing

@Suite struct AcknowledgementTests {
    static let valid: [ValidRow] = [
        ValidRow("PUBACK", .client(.v3_1_1), "40 02 0001", AcknowledgementPacket(.puback, packetIdentifier: 1)),
        ValidRow("PUBREC", .server(.v3_1), "50 02 ffff", AcknowledgementPacket(.pubrec, packetIdentifier: 65_535)),
        ValidRow("PUBREL", .client(.v3_1_1), "62 02 0100", AcknowledgementPacket(.pubrel, packetIdentifier: 256)),
        ValidRow("PUBCOMP", .client(.v3_1_1), "70 02 0001", AcknowledgementPacket(.pubcomp, packetIdentifier: 1)),
        ValidRow(
            "5.0, success in two bytes",
            .client(.v5),
            "40 02 0001",
            AcknowledgementPacket(.puback, packetIdentifier: 1)
        ),
        ValidRow(
            "5.0, a code alone",
            .client(.v5),
            "40 03 0001 87",
            AcknowledgementPacket(.puback, packetIdentifier: 1, reasonCode: .notAuthorized)
        ),
        ValidRow(
            "5.0, a code with properties",
            .server(.v5),
            "50 10 0001 10 0c 1f 0002 'no' 26 0001 'k' 0001 'v'",
            AcknowledgementPacket(
                .pubrec,
                packetIdentifier: 1,
                reasonCode: .noMatchingSubscribers,
                properties: [.reasonString("no"), .userProperty(UserProperty("k", "v"))]
            )
        ),
        ValidRow(
            "5.0, PUBREL not found",
            .client(.v5),
            "62 03 0001 92",
            AcknowledgementPacket(.pubrel, packetIdentifier: 1, reasonCode: .packetIdentifierNotFound)
        ),
        ValidRow(
            "5.0, success spelled out",
            .client(.v5),
            "70 04 0001 00 00",
            AcknowledgementPacket(.pubcomp, packetIdentifier: 1),
            isCanonical: false
        ),
        ValidRow(
            "5.0, success without properties",
            .client(.v5),
            "70 03 0001 00",
            AcknowledgementPacket(.pubcomp, packetIdentifier: 1),
            isCanonical: false
        ),
        ValidRow(
            "3.1, PUBREL sent again with DUP",
            .client(.v3_1),
            "6a 02 0001",
            AcknowledgementPacket(.pubrel, packetIdentifier: 1),
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
        MalformedRow("identifier 0", .client(.v3_1_1), "40 02 0000", .packetIdentifierZero(.puback), .protocolError),
        MalformedRow(
            "half an identifier",
            .client(.v3_1_1),
            "50 01 00",
            .truncated(.packetIdentifier, needed: 2, found: 1)
        ),
        MalformedRow("nothing", .client(.v5), "70 00", .truncated(.packetIdentifier, needed: 2, found: 0)),
        MalformedRow("a reason code in 3.1.1", .client(.v3_1_1), "40 03 0001 00", .trailingBytes(.puback, count: 1)),
        MalformedRow(
            "PUBREL without its flag",
            .client(.v3_1_1),
            "60 02 0001",
            .fixedHeaderFlags(.pubrel, found: 0, needed: 2)
        ),
        MalformedRow(
            "PUBREL with DUP in 3.1.1",
            .client(.v3_1_1),
            "6a 02 0001",
            .fixedHeaderFlags(.pubrel, found: 10, needed: 2)
        ),
        MalformedRow(
            "PUBACK with a flag",
            .client(.v5),
            "41 02 0001",
            .fixedHeaderFlags(.puback, found: 1, needed: 0)
        ),
        MalformedRow(
            "a code that does not exist",
            .client(.v5),
            "40 03 0001 42",
            .unknownReasonCode(.puback, found: 0x42)
        ),
        MalformedRow(
            "a code of another packet",
            .client(.v5),
            "40 03 0001 92",
            .reasonCodeNotAllowed(.packetIdentifierNotFound, in: .puback, from: .client),
            .protocolError
        ),
        MalformedRow(
            "a property of another packet",
            .client(.v5),
            "40 07 0001 00 03 21 0001",
            .propertyNotAllowed(.receiveMaximum, in: .acknowledgement)
        ),
        MalformedRow(
            "two reason strings",
            .client(.v5),
            "40 0a 0001 00 06 1f 0000 1f 0000",
            .repeatedProperty(.reasonString),
            .protocolError
        ),
        MalformedRow(
            "bytes after the properties",
            .client(.v5),
            "40 05 0001 00 00 00",
            .trailingBytes(.puback, count: 1)
        ),
    ]

    @Test(arguments: malformed) func `is refused with the reason`(_ row: MalformedRow) {
        #expect(row.thrown() == row.error)
        #expect(row.error.reasonCode == row.code)
    }

    @Test(arguments: AcknowledgementPacket.Kind.allCases, [UInt16(1), 258, 65_535])
    func `of success is written quickly as slowly`(_ kind: AcknowledgementPacket.Kind, _ identifier: UInt16) throws {
        var bytes = [UInt8](repeating: 0xEE, count: AcknowledgementPacket.successSize)
        bytes.withUnsafeMutableBytes {
            AcknowledgementPacket.writeSuccess(kind, packetIdentifier: identifier, into: $0)
        }
        let packet = AcknowledgementPacket(kind, packetIdentifier: identifier)
        for version in ProtocolVersion.allCases {
            #expect(try packet.encoded(for: version, from: .server) == bytes)
        }
    }
}
