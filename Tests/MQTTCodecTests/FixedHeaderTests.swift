import MQTTCodec
import Testing

@Suite struct FixedHeaderTests {
    static let malformed: [MalformedRow] = [
        MalformedRow("type 0", .client(.v3_1_1), "00 00", .reservedPacketType(0)),
        MalformedRow("type 0 as the first packet", .newClient, "00 00", .reservedPacketType(0)),
        MalformedRow(
            "the first packet is not CONNECT",
            .newClient,
            "30 03 0001 'a'",
            .connectExpected(found: .publish),
            .protocolError
        ),
        MalformedRow(
            "a TLS hello",
            .newClient,
            "16 03 01 0200 01 00",
            .fixedHeaderFlags(.connect, found: 6, needed: 0)
        ),
        MalformedRow(
            "an HTTP request",
            .newClient,
            "'GET / HTTP/1.1'",
            .connectExpected(found: .puback),
            .protocolError
        ),
        MalformedRow("a PROXY line", .newClient, "'PROXY TCP4 '", .connectExpected(found: .pubrec), .protocolError),
        MalformedRow(
            "CONNECT with flags",
            .newClient,
            "11 0c 0004 'MQTT' 04 02 003c 0000",
            .fixedHeaderFlags(.connect, found: 1, needed: 0)
        ),
        MalformedRow(
            "a second CONNECT",
            .client(.v3_1_1),
            "10 0c 0004 'MQTT' 04 02 003c 0000",
            .secondConnect,
            .protocolError
        ),
        MalformedRow(
            "CONNECT from a server",
            .server(.v5),
            "10 00",
            .wrongDirection(.connect, from: .server),
            .protocolError
        ),
        MalformedRow(
            "a remaining length of five bytes",
            .client(.v3_1_1),
            "30 80808080 01",
            .variableByteIntegerTooLong(.remainingLength)
        ),
        MalformedRow(
            "a remaining length whose fourth byte goes on",
            .newClient,
            "10 ffffffff",
            .variableByteIntegerTooLong(.remainingLength)
        ),
    ]

    @Test(arguments: malformed) func `is refused with the reason`(_ row: MalformedRow) {
        #expect(row.thrown() == row.error)
        #expect(row.error.reasonCode == row.code)
    }

    // [MQTT-1.5.5-1]
    @Test(arguments: [
        (0, 1), (127, 1), (128, 2), (16_383, 2), (16_384, 3), (2_097_151, 3), (2_097_152, 4), (268_435_455, 4),
    ])
    func `takes as many bytes as its remaining length needs`(_ length: Int, _ size: Int) {
        #expect(VariableByteInteger.size(of: length) == size)
    }

    @Test func `refuses what is too large before any of it is there`() {
        var decoder = Side.client(.v5).decoder(maximumPacketSize: 1_048_576)
        // 1 + 3 + 1,048,573 bytes: one too many.
        #expect(throws: CodecError.packetTooLarge(size: 1_048_577, limit: 1_048_576)) {
            _ = try decodeFirst(wire("30 fdff3f"), &decoder)
        }
        #expect(CodecError.packetTooLarge(size: 2, limit: 1).reasonCode == .packetTooLarge)
    }

    @Test func `takes what is as large as the limit`() throws {
        var decoder = Side.client(.v5).decoder(maximumPacketSize: 1_048_576)
        #expect(try need(wire("30 fcff3f"), &decoder) == 1_048_572)
    }

    @Test(arguments: [
        ("", 2), ("30", 1), ("30 80", 1), ("30 808080", 1), ("30 05", 5), ("30 05 0003 'a'", 2), ("32 8001 00", 127),
    ])
    func `says how much is missing`(_ text: String, _ needed: Int) throws {
        var decoder = Side.client(.v3_1_1).decoder()
        #expect(try need(wire(text), &decoder) == needed)
    }

    @Test(arguments: ["36", "38", "80", "20", "f0", "10", "61"])
    func `is refused by its first byte where that is wrong already`(_ text: String) {
        var decoder = Side.client(.v3_1_1).decoder()
        #expect(throws: CodecError.self) { _ = try decodeFirst(wire(text), &decoder) }
    }

    @Test func `leaves the bytes of the next packet alone`() throws {
        var decoder = Side.client(.v3_1_1).decoder()
        let found = try decodeAll(wire("30 03 0001 'a' c0 00 40 02 0001 30 05 0003 'b/c'"), &decoder)
        #expect(
            found == [
                .publish(PublishPacket(topic: "a", payload: [])),
                .packet(.ping(.request)),
                .packet(.acknowledgement(AcknowledgementPacket(.puback, packetIdentifier: 1))),
                .publish(PublishPacket(topic: "b/c", payload: [])),
            ]
        )
    }

    private func need(_ bytes: [UInt8], _ decoder: inout PacketDecoder) throws -> Int? {
        let step = try bytes.withUnsafeBytes { try decoder.next(in: $0) }
        guard case .needMore(let count) = step else { return nil }
        return count
    }
}
