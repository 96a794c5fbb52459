import MQTTCodec
import OpenSSL
import TLSGateway
import TestDevice
import Testing

@Suite("What is no TLS")
struct ForeignProtocolTests {
    static let openings: [(String, [UInt8])] = [
        ("plain HTTP", Array("GET / HTTP/1.1\r\nHost: default.test\r\n\r\n".utf8)),
        ("a PROXY v1 header", Array("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n".utf8)),
        (
            "a PROXY v2 header",
            [0x0d, 0x0a, 0x0d, 0x0a, 0x00, 0x0d, 0x0a, 0x51, 0x55, 0x49, 0x54, 0x0a, 0x21, 0x11, 0, 12]
        ),
        ("plain MQTT", [0x10, 0x0c, 0, 4, 0x4d, 0x51, 0x54, 0x54, 4, 2, 0, 60, 0, 0]),
        ("a line of text", Array("hello, is anybody there?\n".utf8)),
        ("zeroes", [UInt8](repeating: 0, count: 64)),
        ("all ones", [UInt8](repeating: 0xff, count: 64)),
    ]

    @Test(arguments: openings)
    func `is refused at the TLS port`(what: String, bytes: [UInt8]) async throws {
        let gateway = try await GatewayUnderTest()
        let pipe = try SocketPipe(port: gateway.port())
        try pipe.send(bytes, by: .now + GatewayUnderTest.patience)
        let answer = TestDevice(pipe)
        #expect(throws: DeviceError.self) { try answer.receive() }
        let refused = gateway.finalStatistics().refused
        #expect(refused == [.notTLS: 1] || refused == [.handshakeFailed: 1], "\(what)")
    }

    @Test func `leaves the gateway ready for the next device`() async throws {
        let gateway = try await GatewayUnderTest()
        for (_, bytes) in Self.openings {
            try SocketPipe(port: gateway.port()).send(bytes, by: .now + GatewayUnderTest.patience)
        }
        #expect(try gateway.fate() == .admitted)
    }

    @Test func `is counted as abandoned when it stops inside the ClientHello`() async throws {
        let gateway = try await GatewayUnderTest()
        let hello = try PeerEnd.clientHello()
        let pipe = try SocketPipe(port: gateway.port())
        try pipe.send(Array(hello.prefix(40)), by: .now + GatewayUnderTest.patience)
        pipe.finishSending()
        // libssl complains by an alert before the end.
        while try !pipe.receive(upTo: 10, by: .now + GatewayUnderTest.patience).isEmpty {}
        #expect(gateway.finalStatistics().refused == [.handshakeAbandoned: 1])
    }
}

@Suite("A first packet that is no good CONNECT")
struct BadConnectTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let bytes: [UInt8]
        /// What the client gets before the connection is closed.
        let answer: [UInt8]
        let reason: Refusal.Reason
    }

    private static func connect(_ body: [UInt8]) -> [UInt8] { [0x10, UInt8(body.count)] + body }
    private static let mqtt: [UInt8] = [0, 4, 0x4d, 0x51, 0x54, 0x54]

    static let cases: [Case] = [
        Case(
            testDescription: "PUBLISH first",
            bytes: [0x30, 5, 0, 1, 0x61, 0x62, 0x63],
            answer: [],
            reason: .connectMissing
        ),
        Case(testDescription: "PINGREQ first", bytes: [0xc0, 0], answer: [], reason: .connectMissing),
        Case(
            testDescription: "plain HTTP",
            bytes: Array("GET / HTTP/1.1\r\n".utf8),
            answer: [],
            reason: .connectMissing
        ),
        Case(
            testDescription: "a PROXY header",
            bytes: Array("PROXY TCP4 192.0.2.1 192.0.2.2 1 2\r\n".utf8),
            answer: [],
            reason: .connectMissing
        ),
        Case(testDescription: "reserved type 0", bytes: [0x00, 0], answer: [], reason: .connectMalformed),
        Case(
            testDescription: "flags in the fixed header",
            bytes: [0x16, 0x03, 0x01, 0x02],
            answer: [],
            reason: .connectMalformed
        ),
        Case(
            testDescription: "a remaining length without end",
            bytes: [0x10, 0xff, 0xff, 0xff, 0xff, 0x01],
            answer: [],
            reason: .connectMalformed
        ),
        Case(
            testDescription: "3.1.1 with the reserved connect flag",
            bytes: connect(mqtt + [4, 0x03, 0, 60, 0, 1, 0x61]),
            answer: [],
            reason: .connectMalformed
        ),
        Case(
            testDescription: "5.0 with the reserved connect flag",
            bytes: connect(mqtt + [5, 0x03, 0, 60, 0, 0, 1, 0x61]),
            answer: [0x20, 3, 0, 0x81, 0],
            reason: .connectMalformed
        ),
        Case(
            testDescription: "5.0 with a property twice",
            bytes: connect(mqtt + [5, 0x02, 0, 60, 6, 0x21, 0, 1, 0x21, 0, 1, 0, 1, 0x61]),
            answer: [0x20, 3, 0, 0x82, 0],
            reason: .connectProtocolError
        ),
        Case(
            testDescription: "an old level that never was",
            bytes: connect(mqtt + [2, 0x02, 0, 60, 0, 1, 0x61]),
            answer: [0x20, 2, 0, 1],
            reason: .protocolVersionUnknown
        ),
        Case(
            testDescription: "a level of the future",
            bytes: connect(mqtt + [6, 0x02, 0, 60, 0, 0, 1, 0x61]),
            answer: [0x20, 3, 0, 0x84, 0],
            reason: .protocolVersionUnknown
        ),
        Case(
            testDescription: "another protocol's name",
            bytes: connect([0, 4, 0x41, 0x4d, 0x51, 0x50, 4, 0x02, 0, 60, 0, 1, 0x61]),
            answer: [],
            reason: .connectMalformed
        ),
        Case(
            testDescription: "65 KiB announced",
            bytes: [0x10, 0x80, 0x88, 0x04],
            answer: [],
            reason: .connectTooLarge
        ),
    ]

    // [MQTT-3.1.0-1] [MQTT-3.1.2-1] [MQTT-3.1.2-2] [MQTT-3.1.2-3] [MQTT-3.1.4-1]
    // MQTT 3.1.1 [MQTT-3.1.2-2] [MQTT-3.1.4-1]
    @Test(arguments: cases)
    func `is answered as the standard says, and closed`(_ bad: Case) async throws {
        let gateway = try await GatewayUnderTest()
        let pipe = try SocketPipe(port: gateway.port(.mqtt))
        try pipe.send(bad.bytes, by: .now + GatewayUnderTest.patience)
        var answer: [UInt8] = []
        while true {
            let more = try pipe.receive(upTo: 100, by: .now + GatewayUnderTest.patience)
            if more.isEmpty { break }
            answer += more
        }
        #expect(answer == bad.answer)
        #expect(gateway.finalStatistics().refused == [bad.reason: 1])
        #expect(gateway.backend.guests.isEmpty)
    }

    @Test func `is refused over TLS as well`() async throws {
        let gateway = try await GatewayUnderTest()
        let pipe = try gateway.pipe()
        try pipe.send([0xc0, 0], by: .now + GatewayUnderTest.patience)
        #expect(try pipe.receive(upTo: 10, by: .now + GatewayUnderTest.patience).isEmpty)
        #expect(gateway.finalStatistics().refused == [.connectMissing: 1])
    }

    @Test func `is counted as abandoned when it never ends`() async throws {
        let gateway = try await GatewayUnderTest()
        let pipe = try SocketPipe(port: gateway.port(.mqtt))
        try pipe.send([0x10, 0x20, 0, 4, 0x4d], by: .now + GatewayUnderTest.patience)
        pipe.finishSending()
        #expect(try pipe.receive(upTo: 10, by: .now + GatewayUnderTest.patience).isEmpty)
        #expect(gateway.finalStatistics().refused == [.connectAbandoned: 1])
    }

    @Test func `may be as large as the limit`() async throws {
        var admission = AdmissionSettings()
        admission.maxConnectBytes = 200
        let gateway = try await GatewayUnderTest(admission: admission)
        let fits = Caller(mqtt: .v3_1_1, clientID: try Text(String(repeating: "x", count: 185)))
        let exceeds = Caller(mqtt: .v3_1_1, clientID: try Text(String(repeating: "x", count: 186)))
        #expect(try fits.connect.encoded(for: .v3_1_1, from: .client).count == 200)
        #expect(try gateway.fate(fits) == .admitted)
        #expect(try gateway.fate(exceeds) == .closed)
        #expect(gateway.finalStatistics().refused == [.connectTooLarge: 1])
    }
}
