import LDNS
import Testing

@testable import NameCheck

@Suite("Given name")
struct GivenNameTests {
    @Test(
        arguments: [
            ("MQTT.Company.example.", "mqtt.company.example.", nil),
            ("*.devices.company.example", "*.devices.company.example.", nil),
            ("bücher.example", "xn--bcher-kva.example.", "bücher.example"),
            ("faß.example", "xn--fa-hia.example.", "faß.example"),
            ("bücher。example", "xn--bcher-kva.example.", "bücher。example"),
            ("*.bücher.example", "*.xn--bcher-kva.example.", "*.bücher.example"),
            ("_mqtt.company.example", "_mqtt.company.example.", nil),
        ] as [(String, String, String?)]
    )
    func `is normalised, and keeps its international form`(text: String, form: String, unicode: String?) throws {
        let name = try GivenName(text)
        #expect(name.dns.description == form)
        #expect(name.unicode == unicode)
    }

    @Test(arguments: [
        "", ".", "localhost", "a..b.example", "ü..example", "ex%20ample.ü", "a b.example", "192.0.2.1", "[2001:db8::1]",
        "2001:db8::1",
        "https://mqtt.example", "mqtt.example:8883", "mqtt.example/x", "a.*.example",
        String(repeating: "a", count: 64) + ".example",
        String(repeating: "abcdefg.", count: 32) + "example", "a\u{0}.example",
    ])
    func `refuses what no certificate can name`(text: String) {
        #expect(throws: GivenNameError.self) { try GivenName(text) }
    }
}

@Suite("Name list")
struct NameListTests {
    @Test func `has one name a line, with or without its target`() throws {
        let list = try NameList("# all\nmqtt.a.example\n\n  mqtt.b.example  ap.example.net # theirs\r\n", path: "l")
        #expect(list.entries.map(\.name.dns.description) == ["mqtt.a.example.", "mqtt.b.example."])
        #expect(list.entries.map(\.target?.dns.description) == [nil, "ap.example.net."])
    }

    @Test(arguments: [
        ("a.example\nlocalhost\n", "l:2: bad_name: \"localhost\": "),
        ("a.example b.example c.example\n", "l:1: 3 words"),
        ("a.example localhost\n", "l:1: bad_name: \"localhost\""),
    ])
    func `says which line is wrong`(text: String, message: String) {
        let error = #expect(throws: NameListError.self) { try NameList(text, path: "l") }
        #expect(error?.description.hasPrefix(message) == true, "\(error.debugDescription)")
    }
}

@Suite("Server address")
struct ServerAddressTests {
    @Test(arguments: [
        ("192.0.2.1", "192.0.2.1:53"), ("192.0.2.1:5353", "192.0.2.1:5353"), ("2001:db8::1", "[2001:db8::1]:53"),
        ("[2001:db8::1]", "[2001:db8::1]:53"), ("[2001:db8::1]:5353", "[2001:db8::1]:5353"), ("::1", "[::1]:53"),
    ])
    func `is an address with or without port`(text: String, form: String) {
        #expect(ServerAddress(text)?.description == form)
    }

    @Test(arguments: [
        "", "ns1.example", "192.0.2.1:", "192.0.2.1:0", "192.0.2.1:65536", "192.0.2.1:+5", "[192.0.2.1]", "192.0.2",
        "fe80::1%eth0", ":53",
    ])
    func `is nothing else`(text: String) {
        #expect(ServerAddress(text) == nil)
    }

    @Test func `comes from resolv_conf, three at most`() {
        let text =
            "# x\nsearch a.example\nnameserver 192.0.2.1\nnameserver\t2001:db8::1\nnameserver bad\nnameserver 192.0.2.3\nnameserver 192.0.2.4\n"
        #expect(SystemResolvers.parse(text).map(\.description) == ["192.0.2.1:53", "[2001:db8::1]:53", "192.0.2.3:53"])
        #expect(SystemResolvers.parse("").map(\.description) == ["127.0.0.1:53"])
    }
}
