import MQTTCodec
import Testing

@Suite struct ReasonCodeTests {
    /// The standard's table 2-6, a letter for each packet: C CONNACK, A PUBACK and PUBREC, R PUBREL and PUBCOMP,
    /// S SUBACK, U UNSUBACK, d DISCONNECT of a client, D of a server, h AUTH of a client, H of a server.
    static let table: [(UInt8, String)] = [
        (0x00, "CARSUdDH"), (0x01, "S"), (0x02, "S"), (0x04, "d"), (0x10, "A"), (0x11, "U"), (0x18, "hH"),
        (0x19, "h"), (0x80, "CASUdD"), (0x81, "CdD"), (0x82, "CdD"), (0x83, "CASUdD"), (0x84, "C"), (0x85, "C"),
        (0x86, "C"), (0x87, "CASUD"), (0x88, "C"), (0x89, "CD"), (0x8A, "C"), (0x8B, "D"), (0x8C, "C"), (0x8D, "D"),
        (0x8E, "D"), (0x8F, "SUD"), (0x90, "CAdD"), (0x91, "ASU"), (0x92, "R"), (0x93, "dD"), (0x94, "dD"),
        (0x95, "CdD"), (0x96, "dD"), (0x97, "CASdD"), (0x98, "dD"), (0x99, "CAdD"), (0x9A, "CD"), (0x9B, "CD"),
        (0x9C, "CD"), (0x9D, "CD"), (0x9E, "SD"), (0x9F, "CD"), (0xA0, "D"), (0xA1, "SD"), (0xA2, "SD"),
    ]

    @Test(arguments: table) func `stands where the standard's table says`(_ byte: UInt8, _ letters: String) throws {
        let code = try #require(ReasonCode(rawValue: byte))
        let places: [(Character, PacketType, PacketOrigin)] = [
            ("C", .connack, .server), ("A", .puback, .client), ("A", .pubrec, .server), ("R", .pubrel, .client),
            ("R", .pubcomp, .server), ("S", .suback, .server), ("U", .unsuback, .server), ("d", .disconnect, .client),
            ("D", .disconnect, .server), ("h", .auth, .client), ("H", .auth, .server),
        ]
        for (letter, packet, origin) in places {
            #expect(code.isAllowed(in: packet, from: origin) == letters.contains(letter), "\(code) in \(packet)")
        }
        #expect(code.isFailure == (byte >= 0x80))
    }

    @Test func `are all in the table`() {
        #expect(ReasonCode.allCases.map(\.rawValue) == Self.table.map(\.0))
    }

    @Test(arguments: ConnectReturnCode.allCases) func `of 3 becomes one of 5 and back`(_ code: ConnectReturnCode) {
        #expect(ReasonCode(code).connectReturnCode == code)
    }

    @Test(
        arguments: [
            (.connectionRateExceeded, .serverUnavailable), (.clientIdentifierNotValid, .identifierRejected),
            (.quotaExceeded, .serverUnavailable), (.banned, .notAuthorized), (.badAuthenticationMethod, .notAuthorized),
            (.unsupportedProtocolVersion, .unacceptableProtocolVersion), (.serverBusy, .serverUnavailable),
            (.malformedPacket, nil), (.packetTooLarge, nil), (.protocolError, nil), (.topicNameInvalid, nil),
        ] as [(ReasonCode, ConnectReturnCode?)]
    )
    func `of 5 has a word in 3 or none`(_ code: ReasonCode, _ returnCode: ConnectReturnCode?) {
        #expect(code.connectReturnCode == returnCode)
    }

    @Test func `is described by number and name`() {
        #expect("\(ReasonCode.notAuthorized)" == "0x87 not authorized")
        #expect("\(ReasonCode.success)" == "0x00 success")
    }
}
