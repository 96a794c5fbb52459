import MQTTCodec
import Testing

/// CONNACK, PINGREQ, PINGRESP, DISCONNECT and AUTH.
@Suite struct SessionPacketTests {
    static let valid: [ValidRow] = [
        ValidRow("CONNACK", .server(.v3_1_1), "20 02 00 00", ConnackPacket(reasonCode: .success)),
        ValidRow(
            "CONNACK with a session",
            .server(.v3_1_1),
            "20 02 01 00",
            ConnackPacket(sessionPresent: true, reasonCode: .success)
        ),
        ValidRow(
            "CONNACK of 3.1.1 that refuses",
            .server(.v3_1_1),
            "20 02 00 05",
            ConnackPacket(reasonCode: .notAuthorized)
        ),
        ValidRow(
            "CONNACK of 5.0",
            .server(.v5),
            "20 03 01 00 00",
            ConnackPacket(sessionPresent: true, reasonCode: .success)
        ),
        ValidRow(
            "CONNACK of 5.0 with every property",
            .server(.v5),
            """
            20 40 00 00 3d 11 00000001 21 ffff 24 01 25 00 27 00100000 12 0002 'id' 22 000a 1f 0001 'r' \
            26 0001 'k' 0001 'v' 28 00 29 00 2a 01 13 001e 1a 0001 'i' 1c 0001 's' 15 0001 'm' 16 0001 'd'
            """,
            ConnackPacket(
                reasonCode: .success,
                properties: [
                    .sessionExpiryInterval(1), .receiveMaximum(.max), .maximumQoS(.atLeastOnce),
                    .retainAvailable(false),
                    .maximumPacketSize(1_048_576), .assignedClientIdentifier("id"), .topicAliasMaximum(10),
                    .reasonString("r"), .userProperty(UserProperty("k", "v")), .wildcardSubscriptionAvailable(false),
                    .subscriptionIdentifierAvailable(false), .sharedSubscriptionAvailable(true), .serverKeepAlive(30),
                    .responseInformation("i"), .serverReference("s"), .authenticationMethod("m"),
                    .authenticationData(Array("d".utf8)),
                ]
            )
        ),
        ValidRow(
            "CONNACK of 3.1, whose first byte is kept for later",
            .server(.v3_1),
            "20 02 ff 00",
            ConnackPacket(reasonCode: .success),
            isCanonical: false
        ),
        ValidRow("PINGREQ", .client(.v3_1_1), "c0 00", PingPacket.request),
        ValidRow("PINGRESP", .server(.v5), "d0 00", PingPacket.response),
        ValidRow("DISCONNECT of 3.1.1", .client(.v3_1_1), "e0 00", DisconnectPacket()),
        ValidRow("DISCONNECT of 5.0, normal", .client(.v5), "e0 00", DisconnectPacket()),
        ValidRow(
            "DISCONNECT with the will",
            .client(.v5),
            "e0 01 04",
            DisconnectPacket(reasonCode: .disconnectWithWillMessage)
        ),
        ValidRow(
            "DISCONNECT with a new session expiry",
            .client(.v5),
            "e0 07 00 05 11 00000000",
            DisconnectPacket(properties: [.sessionExpiryInterval(0)])
        ),
        ValidRow(
            "DISCONNECT from a server",
            .server(.v5),
            "e0 0a 9c 08 1c 0001 's' 1f 0001 'r'",
            DisconnectPacket(
                reasonCode: .useAnotherServer,
                properties: [.serverReference("s"), .reasonString("r")]
            )
        ),
        ValidRow(
            "DISCONNECT, normal and spelled out",
            .client(.v5),
            "e0 02 00 00",
            DisconnectPacket(),
            isCanonical: false
        ),
        ValidRow(
            "AUTH of a client",
            .client(.v5),
            "f0 0a 18 08 15 0001 'm' 16 0001 'd'",
            AuthPacket(
                reasonCode: .continueAuthentication,
                properties: [.authenticationMethod("m"), .authenticationData(Array("d".utf8))]
            )
        ),
        ValidRow(
            "AUTH of a client that starts anew",
            .client(.v5),
            "f0 06 19 04 15 0001 'm'",
            AuthPacket(reasonCode: .reAuthenticate, properties: [.authenticationMethod("m")])
        ),
        ValidRow("AUTH of a server, success in no byte", .server(.v5), "f0 00", AuthPacket(reasonCode: .success)),
    ]

    @Test(arguments: valid) func `decodes to what it says`(_ row: ValidRow) throws {
        #expect(try row.decoded() == [row.expected])
    }

    @Test(arguments: valid.filter(\.isCanonical)) func `encodes to the same bytes`(_ row: ValidRow) throws {
        #expect(try row.encoded() == row.bytes)
    }

    static let malformed: [MalformedRow] = [
        MalformedRow("CONNACK with reserved flags", .server(.v3_1_1), "20 02 02 00", .connackFlags(found: 2)),
        MalformedRow(
            // [MQTT-3.2.2-6]
            "CONNACK that refuses and has a session",
            .server(.v5),
            "20 03 01 87 00",
            .sessionPresentOnRefusal(.notAuthorized),
            .protocolError
        ),
        MalformedRow(
            "CONNACK of 3.1.1 with return code 6",
            .server(.v3_1_1),
            "20 02 00 06",
            .unknownReasonCode(.connack, found: 6)
        ),
        MalformedRow(
            "CONNACK with a code of DISCONNECT",
            .server(.v5),
            "20 03 00 8e 00",
            .reasonCodeNotAllowed(.sessionTakenOver, in: .connack, from: .server),
            .protocolError
        ),
        MalformedRow(
            "CONNACK of 5.0 without a property length",
            .server(.v5),
            "20 02 00 00",
            .truncated(.propertyLength, needed: 1, found: 0)
        ),
        MalformedRow(
            "CONNACK with maximum QoS 2",
            .server(.v5),
            "20 05 00 00 02 24 02",
            .propertyOutOfRange(.maximumQoS, found: 2),
            .protocolError
        ),
        MalformedRow(
            "CONNACK with receive maximum 0",
            .server(.v5),
            "20 06 00 00 03 21 0000",
            .propertyOutOfRange(.receiveMaximum, found: 0),
            .protocolError
        ),
        MalformedRow(
            "CONNACK from a client",
            .client(.v3_1_1),
            "20 02 00 00",
            .wrongDirection(.connack, from: .client),
            .protocolError
        ),
        MalformedRow("CONNACK too long", .server(.v3_1_1), "20 03 00 00 00", .trailingBytes(.connack, count: 1)),
        MalformedRow("PINGREQ with a body", .client(.v3_1_1), "c0 01 00", .trailingBytes(.pingreq, count: 1)),
        MalformedRow(
            "PINGREQ with a flag",
            .client(.v3_1_1),
            "c1 00",
            .fixedHeaderFlags(.pingreq, found: 1, needed: 0)
        ),
        MalformedRow(
            "PINGRESP from a client",
            .client(.v5),
            "d0 00",
            .wrongDirection(.pingresp, from: .client),
            .protocolError
        ),
        MalformedRow(
            "PINGREQ from a server",
            .server(.v5),
            "c0 00",
            .wrongDirection(.pingreq, from: .server),
            .protocolError
        ),
        MalformedRow(
            "DISCONNECT with a reason in 3.1.1",
            .client(.v3_1_1),
            "e0 01 00",
            .trailingBytes(.disconnect, count: 1)
        ),
        MalformedRow(
            "DISCONNECT with a flag",
            .client(.v5),
            "e1 00",
            .fixedHeaderFlags(.disconnect, found: 1, needed: 0)
        ),
        MalformedRow(
            "DISCONNECT from a server of 3.1.1",
            .server(.v3_1_1),
            "e0 00",
            .wrongDirection(.disconnect, from: .server),
            .protocolError
        ),
        MalformedRow(
            "DISCONNECT from a client with a server's code",
            .client(.v5),
            "e0 01 8e",
            .reasonCodeNotAllowed(.sessionTakenOver, in: .disconnect, from: .client),
            .protocolError
        ),
        MalformedRow(
            "DISCONNECT from a server with the will",
            .server(.v5),
            "e0 01 04",
            .reasonCodeNotAllowed(.disconnectWithWillMessage, in: .disconnect, from: .server),
            .protocolError
        ),
        MalformedRow(
            "DISCONNECT from a server with a session expiry",
            .server(.v5),
            "e0 07 00 05 11 00000000",
            .propertyNotAllowed(.sessionExpiryInterval, in: .disconnectFromServer),
            .protocolError
        ),
        MalformedRow(
            "DISCONNECT from a client with a server reference",
            .client(.v5),
            "e0 06 00 04 1c 0001 's'",
            .propertyNotAllowed(.serverReference, in: .disconnectFromClient)
        ),
        MalformedRow("AUTH in 3.1.1", .client(.v3_1_1), "f0 00", .reservedPacketType(15)),
        MalformedRow("AUTH with a flag", .client(.v5), "f2 02 18 00", .fixedHeaderFlags(.auth, found: 2, needed: 0)),
        MalformedRow(
            "AUTH of a client that says success",
            .client(.v5),
            "f0 00",
            .reasonCodeNotAllowed(.success, in: .auth, from: .client),
            .protocolError
        ),
        MalformedRow(
            "AUTH without a property length",
            .client(.v5),
            "f0 01 18",
            .truncated(.propertyLength, needed: 1, found: 0)
        ),
        MalformedRow(
            "AUTH with another code",
            .client(.v5),
            "f0 02 87 00",
            .reasonCodeNotAllowed(.notAuthorized, in: .auth, from: .client),
            .protocolError
        ),
    ]

    @Test(arguments: malformed) func `is refused with the reason`(_ row: MalformedRow) {
        #expect(row.thrown() == row.error)
        #expect(row.error.reasonCode == row.code)
    }

    @Test func `CONNACK without a word in 3 is not encoded`() {
        #expect(throws: CodecError.noReturnCode(.malformedPacket)) {
            try ConnackPacket(reasonCode: .malformedPacket).encoded(for: .v3_1_1, from: .server)
        }
    }

    @Test func `CONNACK of 3_1 never speaks of a session`() throws {
        let packet = ConnackPacket(sessionPresent: true, reasonCode: .success)
        #expect(try packet.encoded(for: .v3_1, from: .server) == wire("20 02 00 00"))
    }

    @Test func `AUTH does not exist before 5`() {
        #expect(throws: CodecError.packetNotInVersion(.auth, .v3_1_1)) {
            try AuthPacket(reasonCode: .continueAuthentication).encoded(for: .v3_1_1, from: .client)
        }
    }

    @Test func `DISCONNECT of a server does not exist before 5`() {
        #expect(throws: CodecError.packetNotInVersion(.disconnect, .v3_1)) {
            try DisconnectPacket(reasonCode: .serverShuttingDown).encoded(for: .v3_1, from: .server)
        }
    }
}
