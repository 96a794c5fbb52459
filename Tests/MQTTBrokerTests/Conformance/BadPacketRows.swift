import MQTTCodec
import TestDevice

/// The tables, by packet. Where 5.0 has properties, `00` before the payload says that there are none.
extension BadPacket {
    // [MQTT-2.1.3-1] [MQTT-3.1.0-2] [MQTT-3.6.1-1] [MQTT-3.8.1-1] [MQTT-3.10.1-1] [MQTT-3.14.1-1] [MQTT-3.15.1-1]
    static let headers = all(
        every("type 0", "00 00"),
        before5("type 15, which is AUTH in 5.0 alone", "f0 00"),
        every("a second CONNECT", "10 0c 0004 'MQTT' 04 02 003c 0000", .protocolError),
        every("CONNACK, which only servers send", "20 02 00 00", .protocolError),
        every("SUBACK, which only servers send", "90 03 0001 00", .protocolError),
        every("UNSUBACK, which only servers send", "b0 02 0001", .protocolError),
        every("PINGRESP, which only servers send", "d0 00", .protocolError),
        since3_1_1("flags of PUBACK", "41 02 0001"),
        since3_1_1("flags of PUBREC", "58 02 0001"),
        since3_1_1("PUBREL without its flag", "60 02 0001"),
        since3_1_1("PUBREL with DUP", "6a 02 0001"),
        since3_1_1("flags of PUBCOMP", "72 02 0001"),
        v3_1_1("SUBSCRIBE without its flag", "80 06 0001 0001 'a' 00"),
        v5("SUBSCRIBE without its flag", "80 07 0001 00 0001 'a' 00"),
        v3_1_1("UNSUBSCRIBE without its flag", "a0 05 0001 0001 'a'"),
        v5("UNSUBSCRIBE without its flag", "a0 06 0001 00 0001 'a'"),
        since3_1_1("flags of PINGREQ", "c1 00"),
        since3_1_1("flags of DISCONNECT", "e4 00"),
        v5("flags of AUTH", "f1 02 18 00"),
        every("QoS 3", "36 07 0001 'a' 0001 00 00"),
        since3_1_1("DUP at QoS 0", "38 04 0001 'a' 00"),
        every("a remaining length of five bytes", "c0 80808080 00"),
        every("a remaining length whose fourth byte goes on", "30 ffffffff"),
        v5("a remaining length in two bytes where one would do", "c0 8000"),
        every("a packet larger than the broker takes", "30 80808001", .packetTooLarge),
        every("PINGREQ with a payload", "c0 01 00")
    )

    // [MQTT-1.5.4-1] [MQTT-1.5.4-2] [MQTT-2.2.1-3] [MQTT-3.3.1-2] [MQTT-3.3.1-4] [MQTT-3.3.2-1] [MQTT-3.3.2-2]
    // [MQTT-4.7.0-1] [MQTT-4.7.3-1] [MQTT-4.7.3-2]
    static let publish = all(
        every("PUBLISH of nothing", "30 00"),
        every("half a topic length", "30 01 00"),
        every("a topic longer than the packet", "30 03 0005 'a'"),
        before5("an empty topic", "30 02 0000"),
        v5("an empty topic without an alias", "30 03 0000 00", .protocolError),
        v5("no property length", "30 03 0001 'a'"),
        v5("properties longer than the packet", "30 04 0001 'a' 05"),
        v5("a property length of five bytes", "30 08 0001 'a' 80808080 00"),
        v5("a property length in two bytes where one would do", "30 05 0001 'a' 8000"),
        every("a + in the topic", "30 06 0003 'a/+' 00"),
        every("a # in the topic", "30 06 0003 'a/#' 00"),
        every("a # after eight bytes", "30 0d 000a 'abcdefgh/#' 00"),
        every("U+0000 in the topic", "30 06 0003 'a' 00 'b' 00"),
        every("a surrogate in the topic", "30 06 0003 eda080 00"),
        every("an overlong slash", "30 05 0002 c0af 00"),
        every("a lone continuation byte", "30 04 0001 80 00"),
        every("a character that is cut off", "30 05 0002 e282 00"),
        every("a character above U+10FFFF", "30 07 0004 f4908080 00"),
        every("no packet identifier at QoS 1", "32 03 0001 'a'"),
        every("half a packet identifier at QoS 2", "34 04 0001 'a' 00"),
        before5("packet identifier 0 at QoS 1", "32 05 0001 'a' 0000"),
        before5("packet identifier 0 at QoS 2", "34 05 0001 'a' 0000"),
        v5("packet identifier 0 at QoS 1", "32 06 0001 'a' 0000 00", .protocolError),
        v5("packet identifier 0 at QoS 2", "34 06 0001 'a' 0000 00", .protocolError)
    )

    // [MQTT-3.3.2-8] [MQTT-3.3.2-9] [MQTT-3.3.2-13] [MQTT-3.3.2-14] [MQTT-3.3.2-19] [MQTT-3.3.4-6] [MQTT-1.5.7-1]
    static let publishProperties = all(
        v5("topic alias 0", "30 07 0001 'a' 03 23 0000", .topicAliasInvalid),
        v5("a topic alias above the limit", "30 07 0001 'a' 03 23 0021", .topicAliasInvalid),
        v5("an alias that no topic was given to", "30 06 0000 03 23 0001", .protocolError),
        v5("a subscription identifier from a client", "30 06 0001 'a' 02 0b 01", .protocolError),
        v5("payload format 2", "30 06 0001 'a' 02 01 02", .protocolError),
        v5("a wildcard in the response topic", "30 09 0001 'a' 05 08 0002 'r#'", .protocolError),
        v5("an empty response topic", "30 07 0001 'a' 03 08 0000"),
        v5("a response topic that is not text", "30 08 0001 'a' 04 08 0001 ff"),
        v5("a content type that is not text", "30 08 0001 'a' 04 03 0001 ff"),
        v5("a user property whose name is not text", "30 0b 0001 'a' 07 26 0001 ff 0001 'v'"),
        v5("a user property whose value has U+0000", "30 0b 0001 'a' 07 26 0001 'k' 0001 00"),
        v5("half a user property", "30 08 0001 'a' 04 26 0001 'k'"),
        v5("a property that does not exist", "30 06 0001 'a' 02 7f 00"),
        v5("a property identifier of two bytes", "30 07 0001 'a' 03 8101 00"),
        v5("a payload that says it is text and is not", "30 07 0001 'a' 02 01 01 ff", .payloadFormatInvalid)
    )

    // [MQTT-2.2.1-5]
    static let acknowledgements = all(
        [("PUBACK", "40"), ("PUBREC", "50"), ("PUBREL", "62"), ("PUBCOMP", "70")].flatMap { name, first in
            all(
                every("\(name) of nothing", "\(first) 00"),
                every("\(name) with half an identifier", "\(first) 01 00"),
                every("\(name) for identifier 0", "\(first) 02 0000", .protocolError),
                before5("\(name) with a reason code", "\(first) 03 0001 00"),
                v5("\(name) with a code that does not exist", "\(first) 03 0001 05"),
                v5("\(name) with a code of DISCONNECT", "\(first) 03 0001 8d", .protocolError),
                v5("\(name) with half a property", "\(first) 05 0001 00 01 1f"),
                v5("\(name) that goes on behind its properties", "\(first) 05 0001 00 00 00")
            )
        }
    )

    // [MQTT-3.8.3-1] [MQTT-3.8.3-2] [MQTT-3.8.3-4] [MQTT-3.8.3-5] [MQTT-4.7.1-1] [MQTT-4.7.1-2] [MQTT-4.8.2-1]
    // [MQTT-4.8.2-2] MQTT 3.1.1 [MQTT-3.8.3-4]
    static let subscribe = all(
        before5("no filter", "82 02 0001"),
        v5("no filter", "82 03 0001 00", .protocolError),
        before5("packet identifier 0", "82 06 0000 0001 'a' 00"),
        v5("packet identifier 0", "82 07 0000 00 0001 'a' 00", .protocolError),
        before5("no options", "82 05 0001 0001 'a'"),
        v5("no options", "82 06 0001 00 0001 'a'"),
        before5("a second filter that is cut off", "82 09 0001 0001 'a' 00 0005 'b'"),
        v5("a second filter that is cut off", "82 0a 0001 00 0001 'a' 00 0005 'b'"),
        filters.map { BadPacket($0, .v3_1, [UInt8](packet: 0x82, [0, 1] + $1 + [0]), nil) },
        filters.map { BadPacket($0, .v3_1_1, [UInt8](packet: 0x82, [0, 1] + $1 + [0]), nil) },
        filters.map { BadPacket($0, .v5, [UInt8](packet: 0x82, [0, 1, 0] + $1 + [0]), .malformedPacket) },
        before5("QoS 3", "82 06 0001 0001 'a' 03"),
        v5("QoS 3", "82 07 0001 00 0001 'a' 03", .protocolError),
        v3_1_1("an option of 5.0", "82 06 0001 0001 'a' 04"),
        v3_1_1("a reserved bit", "82 06 0001 0001 'a' 80"),
        v5("reserved bit 6", "82 07 0001 00 0001 'a' 40"),
        v5("reserved bit 7", "82 07 0001 00 0001 'a' 80"),
        v5("retain handling 3", "82 07 0001 00 0001 'a' 30", .protocolError),
        v5("No Local on a shared subscription", "82 10 0001 00 000a '$share/g/a' 04", .protocolError),
        v5("subscription identifier 0", "82 09 0001 02 0b 00 0001 'a' 00", .protocolError),
        v5("a subscription identifier of five bytes", "82 0d 0001 06 0b 8080808001 0001 'a' 00"),
        v5("a subscription identifier in two bytes where one would do", "82 0a 0001 03 0b 8100 0001 'a' 00")
    )

    /// Filters that are none, each with its length before it.
    private static let filters: [(String, [UInt8])] = [
        ("an empty filter", "0000"), ("a filter with U+0000", "0003 'a' 00 'b'"),
        ("a filter that is not UTF-8", "0001 ff"), ("a surrogate in a filter", "0003 eda080"),
        ("# before the end", "0003 '#/a'"), ("# beside other characters", "0002 'a#'"),
        ("+ beside other characters", "0002 'a+'"), ("+ before other characters", "0004 'a/+b'"),
        ("## as a level", "0002 '##'"), ("a share without a name", "0009 '$share//a'"),
        ("a share without a filter", "0009 '$share/g/'"), ("a share without a second slash", "0008 '$share/g'"),
        ("a + in the share name", "000a '$share/+/a'"), ("a # in the share name", "000b '$share/g#/a'"),
        ("a misplaced wildcard behind a share", "000b '$share/g/a#'"),
    ].map { ($0, [UInt8](wire: $1)) }

    // [MQTT-3.10.3-1] [MQTT-3.10.3-2]
    static let unsubscribe = all(
        before5("UNSUBSCRIBE without a filter", "a2 02 0001"),
        v5("UNSUBSCRIBE without a filter", "a2 03 0001 00", .protocolError),
        before5("UNSUBSCRIBE with packet identifier 0", "a2 05 0000 0001 'a'"),
        v5("UNSUBSCRIBE with packet identifier 0", "a2 06 0000 00 0001 'a'", .protocolError),
        before5("UNSUBSCRIBE with half a filter", "a2 06 0001 0005 'ab'"),
        v5("UNSUBSCRIBE with half a filter", "a2 07 0001 00 0005 'ab'"),
        filters.map { reason, filter in
            BadPacket("UNSUBSCRIBE: \(reason)", .v5, [UInt8](packet: 0xA2, [0, 1, 0] + filter), .malformedPacket)
        },
        filters.map { reason, filter in
            BadPacket("UNSUBSCRIBE: \(reason)", .v3_1_1, [UInt8](packet: 0xA2, [0, 1] + filter), nil)
        }
    )

    // [MQTT-3.14.2-1] [MQTT-3.15.2-1] [MQTT-4.12.0-7]
    static let farewells = all(
        before5("DISCONNECT with a reason code", "e0 01 00"),
        v5("DISCONNECT with a code that does not exist", "e0 01 05"),
        v5("DISCONNECT with a code of servers", "e0 01 8b", .protocolError),
        v5("DISCONNECT with a code of PUBACK", "e0 01 10", .protocolError),
        v5("DISCONNECT with a server reference", "e0 06 00 04 1c 0001 's'"),
        v5("DISCONNECT that goes on behind its properties", "e0 03 00 00 00"),
        v5("DISCONNECT that prolongs a session of 0 seconds", "e0 07 00 05 11 0000000a", .protocolError),
        v5("AUTH of nothing, which says success", "f0 00", .protocolError),
        v5("AUTH without a method in CONNECT", "f0 02 18 00", .protocolError),
        v5("AUTH that begins anew without a method in CONNECT", "f0 06 19 04 15 0001 'm'", .protocolError),
        v5("AUTH with data and no method", "f0 06 18 04 16 0001 ff", .protocolError),
        v5("AUTH with a code of DISCONNECT", "f0 02 8b 00", .protocolError)
    )

    /// Each property in each packet of a client where it does not belong, twice, and cut off, by the standard's own
    /// table of properties. MQTT 5.0 § 2.2.2.2, table 2-4
    static let properties: [BadPacket] = places.flatMap { place in
        samples.flatMap { identifier, sample in rows(identifier, sample, in: place) }
    }

    private static func rows(_ identifier: UInt8, _ sample: [UInt8], in place: Place) -> [BadPacket] {
        let name = "property 0x\(String(identifier, radix: 16))"
        guard place.allowed.contains(identifier) else {
            // [MQTT-3.3.4-6]
            let isProtocolError = identifier == 0x0B && place.name == "PUBLISH"
            let code: ReasonCode = isProtocolError ? .protocolError : .malformedPacket
            return [BadPacket("\(name) in \(place.name)", .v5, place.packet(sample), code)]
        }
        let cut = BadPacket("\(name) cut off in \(place.name)", .v5, place.packet(sample.dropLast()), .malformedPacket)
        // User properties may be repeated.
        guard identifier != 0x26 else { return [cut] }
        return [cut, BadPacket("\(name) twice in \(place.name)", .v5, place.packet(sample + sample), .protocolError)]
    }

    private static func all(_ groups: [BadPacket]...) -> [BadPacket] { groups.flatMap { $0 } }

    /// A packet around properties.
    private struct Place {
        let name: String
        let allowed: Set<UInt8>
        let first: UInt8
        let before: [UInt8]
        let after: [UInt8]

        init(_ name: String, _ allowed: Set<UInt8>, _ first: UInt8, _ before: String, _ after: String) {
            self.name = name
            self.allowed = allowed
            self.first = first
            self.before = [UInt8](wire: before)
            self.after = [UInt8](wire: after)
        }

        func packet(_ properties: some Collection<UInt8>) -> [UInt8] {
            [UInt8](packet: first, before + [UInt8(properties.count)] + properties + after)
        }
    }

    private static let places = [
        Place("PUBLISH", [0x01, 0x02, 0x03, 0x08, 0x09, 0x23, 0x26], 0x30, "0001 'a'", ""),
        Place("PUBACK", [0x1F, 0x26], 0x40, "0001 00", ""),
        Place("PUBREC", [0x1F, 0x26], 0x50, "0001 00", ""),
        Place("PUBREL", [0x1F, 0x26], 0x62, "0001 00", ""),
        Place("PUBCOMP", [0x1F, 0x26], 0x70, "0001 00", ""),
        Place("SUBSCRIBE", [0x0B, 0x26], 0x82, "0001", "0001 'a' 00"),
        Place("UNSUBSCRIBE", [0x26], 0xA2, "0001", "0001 'a'"),
        Place("DISCONNECT", [0x11, 0x1F, 0x26], 0xE0, "00", ""),
    ]

    /// A good value of each property.
    private static let samples: [(UInt8, [UInt8])] = [
        "01 01", "02 00000001", "03 0001 'c'", "08 0001 'r'", "09 0001 ff", "0b 01", "11 00000000", "12 0001 'i'",
        "13 0001", "15 0001 'm'", "16 0001 ff", "17 01", "18 00000001", "19 01", "1a 0001 'r'", "1c 0001 's'",
        "1f 0001 'r'", "21 0001", "22 0001", "23 0001", "24 01", "25 01", "26 0001 'k' 0001 'v'", "27 00000001",
        "28 01",
        "29 01", "2a 01",
    ].map {
        let bytes = [UInt8](wire: $0)
        return (bytes[0], bytes)
    }
}
