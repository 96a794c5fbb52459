import MQTTCodec
import Testing

@Suite struct CodecErrorTests {
    @Test(
        arguments: [
            (
                .packetTooLarge(size: 2_000, limit: 1_000),
                "The packet has 2000 bytes, 1000 are allowed. Send less in one packet, or raise the limit."
            ),
            (
                .fixedHeaderFlags(.subscribe, found: 0, needed: 2),
                "SUBSCRIBE has the flags 0b0000; they must be 0b0010."
            ),
            (.truncated(.userName, needed: 4, found: 1), "The user name needs 4 more bytes, the packet has 1 left."),
            (
                .connectFlags(found: 3, .reservedBit),
                "The CONNECT flags are 0b00000011; bit 0 is reserved and must be 0."
            ),
            (
                .wrongDirection(.connack, from: .client),
                "CONNACK came from a client; only a server of this version sends it."
            ),
            (
                .propertyNotAllowed(.topicAlias, in: .will), "Property Topic Alias (0x23) is not allowed in a will."
            ),
            (.topicAliasOutOfRange(found: 4, limit: 0), "The topic alias is 4; this receiver takes none."),
            (.topicAliasOutOfRange(found: 11, limit: 10), "The topic alias is 11; it must be 1 to 10."),
            (
                .unsupportedProtocolLevel(6), "Protocol level 6 is not supported; use MQIsdp 3, MQTT 4 or MQTT 5."
            ),
            (
                .reasonCodeNotAllowed(.success, in: .auth, from: .client),
                "AUTH from a client must not carry 0x00 success."
            ),
        ] as [(CodecError, String)]
    )
    func `says what was found and what was needed`(_ error: CodecError, _ sentence: String) {
        #expect(error.description == sentence)
    }
}
