import MQTTCodec
import TLSGateway
import TestDevice
import Testing

/// A CONNECT that breaks a rule, and the bytes that answer it before the end.
struct BadConnect: Sendable {
    let reason: String
    let bytes: [UInt8]
    let answer: [UInt8]

    init(_ reason: String, _ body: [UInt8], _ answer: String) {
        self.reason = reason
        bytes = [UInt8](packet: 0x10, body)
        self.answer = [UInt8](wire: answer)
    }

    /// Before 5.0 a bad format is answered by the end alone. MQTT 3.1.1 [MQTT-3.1.4-1]
    static func before5(_ reason: String, _ text: String) -> [BadConnect] {
        ["0006 'MQIsdp' 03", "0004 'MQTT' 04"].map { BadConnect(reason, [UInt8](wire: "\($0) \(text)"), "") }
    }

    static func v3_1_1(_ reason: String, _ text: String) -> [BadConnect] {
        [BadConnect(reason, [UInt8](wire: "0004 'MQTT' 04 \(text)"), "")]
    }

    static func v5(_ reason: String, _ text: String, _ code: String = "81") -> [BadConnect] {
        [BadConnect(reason, [UInt8](wire: "0004 'MQTT' 05 \(text)"), "20 03 00 \(code) 00")]
    }

    static func all(_ groups: [BadConnect]...) -> [BadConnect] { groups.flatMap { $0 } }
}

extension BadConnect {
    // [MQTT-3.1.2-1] [MQTT-3.1.2-2] MQTT 3.1.1 [MQTT-3.1.2-2]
    static let protocols: [BadConnect] = [
        BadConnect("no protocol name", [UInt8](wire: "0000 04 02 003c 0001 'a'"), ""),
        BadConnect("half a protocol name", [UInt8](wire: "0004 'MQ'"), ""),
        BadConnect("the name in small letters", [UInt8](wire: "0004 'mqtt' 04 02 003c 0001 'a'"), ""),
        BadConnect("a name that goes on", [UInt8](wire: "0005 'MQTT5' 05 02 003c 00 0001 'a'"), ""),
        BadConnect("the old name in capitals", [UInt8](wire: "0006 'MQISDP' 03 02 003c 0001 'a'"), ""),
        BadConnect("the old name, level 4", [UInt8](wire: "0006 'MQIsdp' 04 02 003c 0001 'a'"), "20 02 00 01"),
        BadConnect("the new name, level 3", [UInt8](wire: "0004 'MQTT' 03 02 003c 0001 'a'"), "20 02 00 01"),
        BadConnect("the bridge bit of Mosquitto", [UInt8](wire: "0004 'MQTT' 84 02 003c 0001 'a'"), "20 02 00 01"),
        BadConnect("level 0", [UInt8](wire: "0004 'MQTT' 00 02 003c 0001 'a'"), "20 02 00 01"),
        BadConnect("level 6", [UInt8](wire: "0004 'MQTT' 06 02 003c 00 0001 'a'"), "20 03 00 84 00"),
        BadConnect("no level", [UInt8](wire: "0004 'MQTT'"), ""),
    ]

    // [MQTT-3.1.2-3] [MQTT-3.1.2-11] [MQTT-3.1.2-12] [MQTT-3.1.2-13] [MQTT-3.1.2-16] [MQTT-3.1.2-17] [MQTT-3.1.2-18]
    // [MQTT-3.1.2-19] [MQTT-3.1.3-1] [MQTT-3.1.3-3] [MQTT-3.1.3-4] [MQTT-3.1.3-11] [MQTT-3.1.3-12]
    static let fields = all(
        before5("no flags", ""),
        v5("no flags", ""),
        v3_1_1("the reserved flag", "03 003c 0001 'a'"),
        v5("the reserved flag", "03 003c 00 0001 'a'"),
        before5("will QoS 3", "1e 003c 0001 'a' 0001 'w' 0000"),
        v5("will QoS 3", "1e 003c 00 0001 'a' 00 0001 'w' 0000"),
        v3_1_1("will QoS without a will", "0a 003c 0001 'a'"),
        v5("will QoS without a will", "0a 003c 00 0001 'a'"),
        v3_1_1("will retain without a will", "22 003c 0001 'a'"),
        v5("will retain without a will", "22 003c 00 0001 'a'"),
        v3_1_1("a password without a user name", "42 003c 0001 'a' 0001 'p'"),
        before5("half a keep alive", "02 00"),
        before5("no identifier", "02 003c"),
        v5("no property length", "02 003c"),
        v5("no identifier", "02 003c 00"),
        before5("an identifier longer than the packet", "02 003c 0005 'a'"),
        before5("an identifier that is not UTF-8", "02 003c 0001 ff"),
        v5("an identifier with a surrogate", "02 003c 00 0003 eda080"),
        v5("an identifier with U+0000", "02 003c 00 0002 'a' 00"),
        before5("a will without its topic", "06 003c 0001 'a'"),
        before5("an empty will topic", "06 003c 0001 'a' 0000 0000"),
        v5("an empty will topic", "06 003c 00 0001 'a' 00 0000 0000"),
        before5("a wildcard in the will topic", "06 003c 0001 'a' 0003 'w/#' 0000"),
        v5("a wildcard in the will topic", "06 003c 00 0001 'a' 00 0003 '+/w' 0000"),
        v5("a will topic that is not UTF-8", "06 003c 00 0001 'a' 00 0001 ff 0000"),
        before5("a will without its payload", "06 003c 0001 'a' 0001 'w'"),
        v5("a will without its properties", "06 003c 00 0001 'a'"),
        v3_1_1("an announced user name that is missing", "82 003c 0001 'a'"),
        v5("an announced user name that is missing", "82 003c 00 0001 'a'"),
        v5("an announced password that is missing", "42 003c 00 0001 'a'"),
        before5("a user name that is not UTF-8", "82 003c 0001 'a' 0001 ff"),
        v5("a user name with U+0000", "82 003c 00 0001 'a' 0001 00"),
        before5("a user name that no flag announces", "02 003c 0001 'a' 0001 'u'"),
        v5("bytes behind the last field", "02 003c 00 0001 'a' 00")
    )

    // [MQTT-2.2.2-1] [MQTT-1.5.5-1] MQTT 5.0 §§ 3.1.2.11, 3.1.3.2
    static let properties = all(
        v5("properties longer than the packet", "02 003c 7f 0001 'a'"),
        v5("a property length of five bytes", "02 003c 8080808000 0001 'a'"),
        v5("a property length in two bytes where one would do", "02 003c 8000 0001 'a'"),
        v5("a property that does not exist", "02 003c 02 7f 00 0001 'a'"),
        v5("receive maximum 0", "02 003c 03 21 0000 0001 'a'", "82"),
        v5("maximum packet size 0", "02 003c 05 27 00000000 0001 'a'", "82"),
        v5("request problem information 2", "02 003c 02 17 02 0001 'a'", "82"),
        v5("request response information 2", "02 003c 02 19 02 0001 'a'", "82"),
        v5("authentication data without a method", "02 003c 04 16 0001 ff 0001 'a'", "82"),
        v5("payload format 2 in a will", "06 003c 00 0001 'a' 02 01 02 0001 'w' 0000", "82"),
        v5("a wildcard in a will's response topic", "06 003c 00 0001 'a' 04 08 0001 '#' 0001 'w' 0000", "82")
    )

    /// Each property where it does not belong, and twice where it does, in CONNECT and in its will.
    /// MQTT 5.0 § 2.2.2.2, table 2-4
    static let places: [BadConnect] = [
        (
            name: "CONNECT", allowed: [0x11, 0x15, 0x17, 0x19, 0x21, 0x22, 0x26, 0x27], flags: "02 003c",
            after: "0001 'a'"
        ),
        ("its will", [0x01, 0x02, 0x03, 0x08, 0x09, 0x18, 0x26], "06 003c 00 0001 'a'", "0001 'w' 0000"),
    ].flatMap { (place: (name: String, allowed: Set<UInt8>, flags: String, after: String)) in
        samples.flatMap { sample -> [BadConnect] in
            let identifier = [UInt8](wire: sample)[0]
            let name = "property 0x\(String(identifier, radix: 16)) in \(place.name)"
            func row(_ reason: String, _ properties: String, _ code: String) -> [BadConnect] {
                let length = String([UInt8](wire: properties).count, radix: 16)
                let prefix = length.count < 2 ? "0" : ""
                return v5(reason, "\(place.flags) \(prefix)\(length) \(properties) \(place.after)", code)
            }
            // Authentication data need their method beside them, which is another row's matter.
            if identifier == 0x16, place.name == "CONNECT" { return [] }
            guard place.allowed.contains(identifier) else { return row(name, sample, "81") }
            return identifier == 0x26 ? [] : row("\(name), twice", "\(sample) \(sample)", "82")
        }
    }

    /// A good value of each property.
    private static let samples = [
        "01 01", "02 00000001", "03 0001 'c'", "08 0001 'r'", "09 0001 ff", "0b 01", "11 00000000", "12 0001 'i'",
        "13 0001", "15 0001 'm'", "16 0001 ff", "17 01", "18 00000001", "19 01", "1a 0001 'r'", "1c 0001 's'",
        "1f 0001 'r'", "21 0001", "22 0001", "23 0001", "24 01", "25 01", "26 0001 'k' 0001 'v'", "27 00000001",
        "28 01",
        "29 01", "2a 01",
    ]
}

@Suite("A CONNECT that breaks a rule")
struct BadConnectRowTests {
    // [MQTT-3.1.4-1] [MQTT-3.2.2-6] [MQTT-3.2.2-7] [MQTT-4.13.1-1]
    @Test func `is answered with its code and closed, in every row of the tables`() async throws {
        let gateway = try await GatewayUnderTest()
        let rows = BadConnect.protocols + BadConnect.fields + BadConnect.properties + BadConnect.places
        for row in rows {
            let pipe = try SocketPipe(port: gateway.port(.mqtt))
            try pipe.send(row.bytes, by: .now + GatewayUnderTest.patience)
            var answer: [UInt8] = []
            while true {
                let more = try pipe.receive(upTo: 100, by: .now + GatewayUnderTest.patience)
                if more.isEmpty { break }
                answer += more
            }
            #expect(answer == row.answer, "\(row.reason): \(row.bytes)")
        }
        #expect(gateway.finalStatistics().refused.values.reduce(0, +) == rows.count)
        #expect(gateway.backend.guests.isEmpty)
    }

    /// What only one version forbids.
    @Test(
        arguments: [
            ("3.1 does not bind the reserved flag", "0006 'MQIsdp' 03 03 003c 0001 'a'"),
            ("3.1 does not bind will flags without a will", "0006 'MQIsdp' 03 2a 003c 0001 'a'"),
            ("3.1 lets an announced user name be missing", "0006 'MQIsdp' 03 82 003c 0001 'a'"),
        ]
    )
    func `is none where its version allows it`(_ reason: String, _ text: String) async throws {
        let gateway = try await GatewayUnderTest()
        let pipe = try SocketPipe(port: gateway.port(.mqtt))
        try pipe.send([UInt8](packet: 0x10, [UInt8](wire: text)), by: .now + GatewayUnderTest.patience)
        let answer = try pipe.receive(upTo: 100, by: .now + GatewayUnderTest.patience)
        #expect(answer.first == 0x20 && answer[3] == 0, "\(reason)")
    }
}
