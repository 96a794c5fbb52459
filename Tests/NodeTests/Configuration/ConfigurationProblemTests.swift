import Testing

@testable import Node

/// A line of a configuration file, put behind the smallest one (so that it is line 6), and what is said about it.
private struct WrongLine: CustomTestStringConvertible, Sendable {
    let text: String
    let problem: String

    init(_ text: String, _ problem: String) {
        self.text = text
        self.problem = problem
    }

    var testDescription: String { text }
}

@Suite struct `A wrong configuration` {
    @Test(arguments: [
        WrongLine("dataDirr: x", "6:1: unknown key \"dataDirr\"; did you mean \"dataDir\"?"),
        WrongLine("acessPoint: x", "6:1: unknown key \"acessPoint\"; did you mean \"accessPoints\"?"),
        WrongLine("storage: {}", "6:1: unknown key \"storage\"; Sluice has no such setting here"),
        WrongLine("log: { levels: info }", "6:8: log: unknown key \"levels\"; did you mean \"level\"?"),
        WrongLine(
            "backend: { external: {} }",
            "6:12: backend: unknown key \"external\"; Sluice has no such setting here"
        ),
        WrongLine(
            "node: { reactors: 0 }",
            "6:19: node.reactors: found \"0\", needed a whole number from 1 to 256"
        ),
        WrongLine(
            "node: { reactors: four }",
            "6:19: node.reactors: found \"four\", needed a whole number from 1 to 256"
        ),
        WrongLine(
            "node: { reactors: [1] }",
            "6:19: node.reactors: found a list, needed a whole number from 1 to 256"
        ),
        WrongLine("node: 7", "6:7: node: found \"7\", needed a section (key: value)"),
        WrongLine("node: [a]", "6:7: node: found a list, needed a section (key: value)"),
        WrongLine("dataDir:", "6:9: dataDir: found nothing, needed a file path"),
        WrongLine(
            "dataDir: { a: b }",
            "6:10: dataDir: found a mapping, needed a file path"
        ),
        WrongLine(
            "bootstrap: { mode: one-device }",
            "6:20: bootstrap.mode: found \"one-device\", needed one of one-way, two-way, one-device-one-certificate"
        ),
        WrongLine(
            "bootstrap: { registration: auto }",
            "6:28: bootstrap.registration: found \"auto\", needed one of manual, automatic"
        ),
        WrongLine(
            "registration: { ratePerSecond: 0 }",
            "6:32: registration.ratePerSecond: found \"0\", needed a whole number from 1 to 100000"
        ),
        WrongLine(
            "registration: { ratePerSecnd: 15 }",
            "6:17: registration: unknown key \"ratePerSecnd\"; did you mean \"ratePerSecond\"?"
        ),
        WrongLine(
            "serverCertificates: [{ slot: custom-4, chainFile: a, keyFile: b }]",
            "6:30: serverCertificates[0].slot: found \"custom-4\", needed \"default\", or \"custom-1\" up to \"custom-3\""
        ),
        WrongLine(
            "serverCertificates: [{ slot: default, chainFile: a }]",
            "6:22: serverCertificates[0].keyFile: nothing is given, needed a file path"
        ),
        WrongLine(
            "serverCertificates: [{ slot: default, chainFile: a, keyFile: b, grace: 31d }]",
            "6:72: serverCertificates[0].grace: found \"31d\", needed a duration from 0s to 30d, such as 500ms, 10s or 5m"
        ),
        WrongLine(
            "revocationLists: [{ ca: acme, file: crl, onStale: maybe }]",
            "6:51: revocationLists[0].onStale: found \"maybe\", needed one of hard-fail, soft-fail"
        ),
        WrongLine(
            "revocationLists: [{ ca: acme, file: a }, { ca: acme, file: b }]",
            "6:48: revocationLists[1].ca: the name \"acme\" is taken by the entry at 6:19; "
                + "give each its own"
        ),
        WrongLine(
            "jwt: { issuer: me }",
            "6:6: jwt.keys: nothing is given, needed keys or jwksFile: without a key no token can be checked"
        ),
        WrongLine(
            "jwt: { keys: [{ algorithm: none, file: k }] }",
            "6:28: jwt.keys[0].algorithm: found \"none\", needed one of HS256, RS256, ES256"
        ),
        WrongLine(
            "backend: { builtin: { revokedDevices: { session: lose } } }",
            "6:50: backend.builtin.revokedDevices.session: found \"lose\", needed one of keep, drop"
        ),
        WrongLine(
            "admin: { address: 127.0.0.1:9443, chainFile: a.pem }",
            "6:46: admin.chainFile: chainFile is given without keyFile; give both"
        ),
        WrongLine(
            "admin: { chainFile: a.pem, keyFile: a.key }",
            "6:21: admin.chainFile: chainFile is given without address; give the address to serve it at"
        ),
        WrongLine("bootstrap: { anonymous: yes }", "6:25: bootstrap.anonymous: found \"yes\", needed true or false"),
        WrongLine(
            "bootstrap: { tls: { min: 1.4 } }",
            "6:26: bootstrap.tls.min: found \"1.4\", needed one of 1.0, 1.1, 1.2, 1.3"
        ),
        WrongLine(
            "bootstrap: { tls: { min: 1.3, max: 1.2 } }",
            "6:26: bootstrap.tls.min: min 1.3 is newer than max 1.2; give min ≤ max"
        ),
        WrongLine(
            "bootstrap: { defaultCertificate: { chainFile: a } }",
            "6:34: bootstrap.defaultCertificate.keyFile: nothing is given, needed a file path"
        ),
        WrongLine(
            "bootstrap: { cas: ca.pem }",
            "6:19: bootstrap.cas: found \"ca.pem\", needed a list, each entry a file path"
        ),
        WrongLine(
            "admission: { handshakeTimeout: 10 }",
            "6:32: admission.handshakeTimeout: found \"10\", needed a duration from 100ms to 10m, such as 500ms, 10s or 5m"
        ),
        WrongLine(
            "admission: { connectTimeout: 1h }",
            "6:30: admission.connectTimeout: found \"1h\", needed a duration from 100ms to 10m, such as 500ms, 10s or 5m"
        ),
        WrongLine(
            "backend: { builtin: { maxPacketSize: 1TiB } }",
            "6:38: backend.builtin.maxPacketSize: found \"1TiB\", needed a size from 1KiB to 256MiB, such as 64KiB or 1MiB"
        ),
        WrongLine(
            "backend: { builtin: { maxPacketSize: 99999999999999999999GiB } }",
            "6:38: backend.builtin.maxPacketSize: found \"99999999999999999999GiB\", needed a size from 1KiB to 256MiB, "
                + "such as 64KiB or 1MiB"
        ),
        WrongLine(
            "admin: { address: 0.0.0.0:9080 }",
            "6:19: admin.address: 0.0.0.0:9080 can be reached from other hosts, and there is no TLS; "
                + "give chainFile and keyFile, or a loopback address such as \"127.0.0.1:9080\""
        ),
        WrongLine(
            "dns: { resolvers: [localhost] }",
            "6:20: dns.resolvers[0]: found \"localhost\", needed a resolver's IP address, with a port unless it is 53, "
                + "such as \"192.0.2.53\" or \"127.0.0.1:5300\""
        ),
        WrongLine("log: { format: xml }", "6:16: log.format: found \"xml\", needed one of json, text"),
    ])
    fileprivate func `is told with place, finding and need`(line: WrongLine) {
        #expect(ConfigurationSample.problems(ConfigurationSample.smallest + "\n" + line.text) == [line.problem])
    }

    @Test(arguments: [
        (
            "",
            "accessPoints: nothing is given, needed a list with at least one access point (name, hostname, listeners)"
        ),
        (
            "accessPoints: []",
            "1:15: accessPoints: nothing is given, needed a list with at least one access point (name, hostname, listeners)"
        ),
        ("[]", "1:1: found a list, needed a section (key: value)"),
        ("a: b: c", "1:5: is not YAML: mapping values are not allowed in this context"),
        ("a: [1,", "2:1: is not YAML: while parsing a flow node, did not find expected node content"),
        ("a: \"x", "1:6: is not YAML: while scanning a quoted scalar, found unexpected end of stream"),
        ("\ta: 1", "1:1: is not YAML: while scanning for the next token, found character that cannot start any token"),
        ("a: *b", "1:4: is not YAML: found undefined alias"),
        ("a: 1\n---\nb: 1", "2:1: is not YAML: expected a single document in the stream, but found another document"),
        ("node: {}\ndns: {}\nnode: {}", "1:1: the key \"node\" is given twice in this mapping (first here); keep one"),
    ])
    func `is refused as a whole`(text: String, problem: String) {
        #expect(ConfigurationSample.problems(text).first == problem)
    }

    @Test func `has all its problems told at once, in the order of the file`() {
        let problems = ConfigurationSample.problems(
            """
            node: { reactors: 0 }
            accessPoints:
              - name: public
                hostname: "*.example.net"
                listeners:
                  - { address: 8883 }
                  - { address: "127.0.0.1:8883", protocol: tls }
            lgo: {}
            """
        )
        #expect(
            problems == [
                "1:19: node.reactors: found \"0\", needed a whole number from 1 to 256",
                "4:15: accessPoints[0].hostname: found \"*.example.net\", needed a host name such as "
                    + "mqtt-7f3a-sh-public.mqtt.example.net",
                "6:20: accessPoints[0].listeners[0].address: found \"8883\", needed an IP address and a port, such as "
                    + "\"0.0.0.0:8883\" or \"[::]:8883\"",
                "7:48: accessPoints[0].listeners[1].protocol: found \"tls\", needed one of mqtts, mqtt, wss, ws",
                "8:1: unknown key \"lgo\"; did you mean \"log\"?",
            ]
        )
    }

    @Test func `says what a listener of WebSockets may have, and that others may not`() {
        let problems = ConfigurationSample.problems(
            """
            accessPoints:
              - name: public
                hostname: mqtt.example.net
                listeners:
                  - { address: "127.0.0.1:1", protocol: wss, path: mqtt }
                  - { address: "127.0.0.1:2", protocol: wss, origins: ["https://app.example.com/", "*"] }
                  - { address: "127.0.0.1:3", protocol: mqtts, path: /mqtt }
                  - { address: "127.0.0.1:4", origins: ["null"] }
            """
        )
        let origin =
            "needed an origin as browsers send it, such as https://app.example.com or http://localhost:8000, or null"
        #expect(
            problems == [
                "5:56: accessPoints[0].listeners[0].path: found \"mqtt\", needed a path that begins with / and has no "
                    + "query, such as /mqtt",
                "6:60: accessPoints[0].listeners[1].origins[0]: found \"https://app.example.com/\", \(origin)",
                "6:88: accessPoints[0].listeners[1].origins[1]: found \"*\", \(origin)",
                "7:58: accessPoints[0].listeners[2].path: path for protocol mqtts; give it for wss or ws only",
                "8:44: accessPoints[0].listeners[3].origins: origins for protocol mqtts; give it for wss or ws only",
            ]
        )
    }

    @Test func `names both listeners that want one address`() {
        let problems = ConfigurationSample.problems(
            """
            accessPoints:
              - name: public
                hostname: a.example.net
                listeners:
                  - address: 127.0.0.1:8883
              - name: vpc
                hostname: b.example.net
                listeners:
                  - address: 127.0.0.1:8883
            """
        )
        #expect(
            problems == [
                "9:18: accessPoints[1].listeners[0].address: 127.0.0.1:8883 is already the address of a listener of "
                    + "\"public\" at 5:9; give each listener its own address or port"
            ]
        )
    }

    @Test func `may not name two access points alike`() {
        let problems = ConfigurationSample.problems(
            """
            accessPoints:
              - { name: a, hostname: a.example.net, listeners: [{ address: "127.0.0.1:1" }] }
              - { name: a, hostname: A.Example.Net, listeners: [{ address: "127.0.0.1:2" }] }
            """
        )
        #expect(
            problems == [
                "3:13: accessPoints[1].name: the name \"a\" is taken by the entry at 2:5; give each its own",
                "3:26: accessPoints[1].hostname: the name \"a.example.net\" is taken by the entry at 2:5; give each its own",
            ]
        )
    }

    @Test func `needs a listener at every access point`() {
        let problems = ConfigurationSample.problems("accessPoints: [{ name: a, hostname: a.example.net }]")
        #expect(
            problems == [
                "1:16: accessPoints[0].listeners: nothing is given, needed a list with at least one listener, such as "
                    + "{address: \"0.0.0.0:8883\"}"
            ]
        )
    }

    @Test func `may be any bytes at all without harm`() {
        var generator = SystemRandomNumberGenerator()
        let alphabet = Array("{}[]:,-&*!|>'\"%@` \n\t#?abc019")
        for _ in 0..<300 {
            let text = String(
                (0..<Int.random(in: 0...80, using: &generator)).compactMap { _ in alphabet.randomElement() }
            )
            #expect(!ConfigurationSample.problems(text).isEmpty, "\(text.debugDescription)")
        }
    }

    @Test func `may be nested without end`() {
        let text = String(repeating: "[", count: 100_000)
        #expect(ConfigurationSample.problems(text).first?.contains("is not YAML") == true)
    }
}
