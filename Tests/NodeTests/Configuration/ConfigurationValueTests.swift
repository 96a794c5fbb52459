import Credentials
import Logging
import MQTTBroker
import Reactors
import Registry
import TLSGateway
import Testing
import WebSocket

@testable import Node

@Suite struct `A configuration file` {
    @Test func `needs no more than an access point`() throws {
        let configuration = try ConfigurationSample.parse(ConfigurationSample.smallest)
        let point = try #require(configuration.accessPoints.first)
        #expect(point.name == "public")
        #expect(point.kind == .public)
        #expect(point.hostname.text == "mqtt.example.net")
        #expect(point.listeners.map(\.address.description) == ["0.0.0.0:8883"])
        #expect(point.listeners.map(\.protocol) == [.mqtts])
        #expect(point.allow.isEmpty)
        #expect(point.mode == nil)
        #expect(point.clientIDPolicy == .fill)
        #expect(point.unknownSNI == .default)
    }

    @Test func `has defaults for all the rest`() throws {
        let configuration = try ConfigurationSample.parse(ConfigurationSample.smallest)
        #expect(configuration.node == NodeSettings(name: "gw-1", reactors: 4))
        #expect(configuration.dataDirectory == "/etc/sluice/data")
        #expect(configuration.dns.resolvers.isEmpty)
        #expect(configuration.keyEncryption == .file(path: "/etc/sluice/master.key"))
        #expect(configuration.admission == AdmissionSettings())
        #expect(configuration.limits == ClusterLimits())
        #expect(configuration.admin == AdminSettings(socket: "/etc/sluice/data/admin.sock", address: nil))
        #expect(configuration.log == LogSettings(format: .json, level: .info))
        #expect(configuration.shutdown == ShutdownSettings(drainDelay: .zero, deadline: .seconds(30)))
        #expect(configuration.bootstrap.settings == ClusterSettings())
        #expect(configuration.bootstrap.defaultCertificate == nil)
        #expect(configuration.bootstrap.authorities.isEmpty)
    }

    @Test func `gives an access point every property it names`() throws {
        let configuration = try ConfigurationSample.parse(
            """
            accessPoints:
              - name: vpc
                kind: vpc
                hostname: MQTT-Vpc.Example.NET.
                listeners:
                  - { address: "10.0.0.5:8883", protocol: mqtts }
                  - { address: "[::1]:1883", protocol: mqtt }
                allow: [10.0.0.0/8, 2001:db8::/32]
                mode: one-way
                clientIDPolicy: require-match
                unknownSNI: reject
            """
        )
        let point = try #require(configuration.accessPoints.first)
        #expect(point.kind == .vpc)
        #expect(point.hostname.text == "mqtt-vpc.example.net")
        #expect(point.listeners.map(\.protocol) == [.mqtts, .mqtt])
        #expect(point.listeners.map(\.address.port) == [8883, 1883])
        #expect(point.allow.map(\.description) == ["10.0.0.0/8", "2001:db8::/32"])
        #expect(point.mode == .oneWay)
        #expect(point.clientIDPolicy == .requireMatch)
        #expect(point.unknownSNI == .reject)
    }

    @Test func `gives listeners of WebSockets a path and the origins of pages`() throws {
        let configuration = try ConfigurationSample.parse(
            """
            accessPoints:
              - name: public
                hostname: mqtt.example.net
                listeners:
                  - { address: "0.0.0.0:8443", protocol: wss }
                  - address: "0.0.0.0:8080"
                    protocol: ws
                    path: /devices
                    origins: ["https://App.example.com:443", "http://localhost:8000", "null"]
            """
        )
        let listeners = try #require(configuration.accessPoints.first).listeners
        #expect(listeners.map(\.protocol) == [.wss, .ws])
        #expect(listeners.map(\.webSocket.path) == ["/mqtt", "/devices"])
        #expect(listeners[0].webSocket.origins.isEmpty)
        let origins = listeners[1].webSocket.origins.map(\.description)
        #expect(origins == ["https://app.example.com", "http://localhost:8000", "null"])
    }

    @Test func `bounds the broker and admission`() throws {
        let configuration = try ConfigurationSample.parse(
            ConfigurationSample.smallest + """

                backend:
                  builtin:
                    maxPacketSize: 64KiB
                    maxInflight: 20
                    maxQueuedMessages: 5
                    maxQueuedBytes: 2MiB
                    maxRetainedMessages: 7
                    maxSessionExpiry: 1h
                    queueFull: drop_old
                    durability: relaxed
                    commitDelay: 5ms
                    maxUnwritten: 8MiB
                admission:
                  handshakesPerSecond: 50
                  perSource: { rate: 2, burst: 3 }
                  handshakeTimeout: 2s
                  connectTimeout: 1500ms
                  maxConnections: 10
                limits: { customServerCertificates: 2, cas: 4, subscriptionsPerClient: 9 }
                """
        )
        #expect(configuration.broker.maximumPacketSize == 65536)
        #expect(configuration.broker.inFlightWindow == 20)
        #expect(configuration.broker.maximumQueuedMessages == 5)
        #expect(configuration.broker.maximumQueuedBytes == 2 << 20)
        #expect(configuration.broker.maximumRetainedMessages == 7)
        #expect(configuration.broker.maximumSessionExpiry == 3600)
        #expect(configuration.broker.queueFullRule == .dropOld)
        #expect(configuration.broker.maximumSubscriptionsPerClient == 9)
        #expect(configuration.durability.durability == .relaxed)
        #expect(configuration.durability.commitDelay == .milliseconds(5))
        #expect(configuration.durability.maximumUnwrittenBytes == 8 << 20)
        #expect(configuration.admission.handshakesPerSecond == 50)
        #expect(configuration.admission.perSource == .init(rate: 2, burst: 3))
        #expect(configuration.admission.handshakeTimeout == .seconds(2))
        #expect(configuration.admission.connectTimeout == .milliseconds(1500))
        #expect(configuration.admission.maxConnections == 10)
        #expect(configuration.limits == ClusterLimits(customServerCertificates: 2, authorities: 4))
    }

    @Test func `bounds what one client may send`() throws {
        let configuration = try ConfigurationSample.parse(
            ConfigurationSample.smallest + """

                backend:
                  builtin:
                    onDenied: disconnect
                    rateExceeded: disconnect
                    messagesPerSecond: 100
                    bytesPerSecond: 1MiB
                    byteBurst: 4MiB
                    subscriptionsPerSecond: 0
                    connectsPerMinute: 10
                    connectBurst: 3
                    willsPerSecond: 50
                """
        )
        let broker = configuration.broker
        #expect(broker.onDenied == .disconnect)
        #expect(broker.rateExceeded == .disconnect)
        #expect(broker.messageRate == RateLimit(100, burst: 100), "without a burst, a second's worth")
        #expect(broker.byteRate == RateLimit(1 << 20, burst: 4 << 20))
        #expect(broker.subscriptionRate.count == 0)
        #expect(broker.connectRate == RateLimit(10, per: .seconds(60), burst: 3))
        #expect(broker.willRate == RateLimit(50, burst: 50))
    }

    @Test func `takes relative paths from its own folder`() throws {
        let configuration = try ConfigurationSample.parse(
            ConfigurationSample.smallest + """

                dataDir: ../../var/lib/sluice
                keyEncryption: { file: ./keys/master.key }
                admin: { socket: /run/sluice/admin.sock }
                bootstrap:
                  defaultCertificate: { chainFile: server.pem, keyFile: server.key }
                  cas: [ca.pem, /srv/ca.pem]
                """
        )
        #expect(configuration.dataDirectory == "/var/lib/sluice")
        #expect(configuration.keyEncryption == .file(path: "/etc/sluice/keys/master.key"))
        #expect(configuration.admin.socket == "/run/sluice/admin.sock")
        let files = CertificateFiles(
            chainFile: "/etc/sluice/server.pem",
            keyFile: "/etc/sluice/server.key"
        )
        #expect(configuration.bootstrap.defaultCertificate == files)
        #expect(configuration.bootstrap.authorities == ["/etc/sluice/ca.pem", "/srv/ca.pem"])
    }

    @Test func `fills an empty registry as bootstrap says`() throws {
        let configuration = try ConfigurationSample.parse(
            ConfigurationSample.smallest + """

                bootstrap: { mode: two-way, anonymous: false, tls: { min: "1.2", max: 1.3 } }
                """
        )
        let range = try TLSVersionRange(minimum: .tls1_2, maximum: .tls1_3)
        #expect(configuration.bootstrap.settings == ClusterSettings(mode: .twoWay, anonymous: false, tls: range))
    }

    @Test(arguments: [
        ("192.0.2.53", "192.0.2.53:53"), ("127.0.0.1:5300", "127.0.0.1:5300"),
        ("2001:db8::53", "[2001:db8::53]:53"), ("[2001:db8::53]:5300", "[2001:db8::53]:5300"),
    ])
    func `names resolvers with or without a port`(text: String, expected: String) throws {
        let configuration = try ConfigurationSample.parse(
            ConfigurationSample.smallest + "\ndns: { resolvers: [\"\(text)\"] }"
        )
        #expect(configuration.dns.resolvers.map(\.description) == [expected])
    }

    @Test func `may leave a section empty`() throws {
        let configuration = try ConfigurationSample.parse(ConfigurationSample.smallest + "\nbootstrap:\nlog: {}\n")
        #expect(configuration.log.level == .info)
    }

    @Test func `lets one address serve beside the wildcard`() {
        let problems = ConfigurationSample.problems(
            """
            accessPoints:
              - { name: a, hostname: a.example.net, listeners: [{ address: "0.0.0.0:8883" }] }
              - { name: b, hostname: b.example.net, listeners: [{ address: "10.0.0.5:8883" }] }
            """
        )
        #expect(problems.isEmpty)
    }
}

@Suite struct `Environment variables` {
    @Test(arguments: [
        ("SLUICE_ADMIN__ADDRESS", "127.0.0.1:9080"), ("SLUICE_admin__address", "127.0.0.1:9080"),
        ("SLUICE_ADMIN__Address", "[::1]:9080"),
    ])
    func `override a scalar that the file does not have`(name: String, value: String) throws {
        let configuration = try ConfigurationSample.parse(ConfigurationSample.smallest, environment: [name: value])
        #expect(configuration.admin.address?.description == value)
    }

    @Test(arguments: ["SLUICE_ADMISSION__MAX_CONNECTIONS", "SLUICE_ADMISSION__MAXCONNECTIONS"])
    func `win over the file`(name: String) throws {
        let text = ConfigurationSample.smallest + "\nadmission: { maxConnections: 5 }"
        let configuration = try ConfigurationSample.parse(text, environment: [name: "6"])
        #expect(configuration.admission.maxConnections == 6)
    }

    @Test func `reach into lists by position`() throws {
        let configuration = try ConfigurationSample.parse(
            ConfigurationSample.smallest,
            environment: ["SLUICE_ACCESS_POINTS__0__LISTENERS__0__ADDRESS": "127.0.0.1:1"]
        )
        #expect(configuration.accessPoints.first?.listeners.first?.address.description == "127.0.0.1:1")
    }

    @Test func `can make a section that the file does not have`() throws {
        let configuration = try ConfigurationSample.parse(
            ConfigurationSample.smallest,
            environment: [
                "SLUICE_BOOTSTRAP__DEFAULT_CERTIFICATE__CHAIN_FILE": "/a",
                "SLUICE_BOOTSTRAP__DEFAULT_CERTIFICATE__KEY_FILE": "/b",
            ]
        )
        #expect(configuration.bootstrap.defaultCertificate == .init(chainFile: "/a", keyFile: "/b"))
    }

    @Test(arguments: [
        ("SLUICE_LOG__LEVL", "debug", "$SLUICE_LOG__LEVL: names no setting; did you mean SLUICE_LOG__LEVEL?"),
        (
            "SLUICE_DNS__RESOLVERS", "1.1.1.1",
            "$SLUICE_DNS__RESOLVERS: names no setting; remove it, or see sluice config show"
        ),
        (
            "SLUICE_LOG__LEVEL", "loud",
            "$SLUICE_LOG__LEVEL: log.level: found \"loud\", needed one of trace, debug, info, notice, warning, error, critical"
        ),
    ])
    func `are told from settings when they are wrong`(name: String, value: String, problem: String) {
        #expect(ConfigurationSample.problems(ConfigurationSample.smallest, environment: [name: value]) == [problem])
    }

    @Test func `that are no settings are left alone`() {
        let environment = ["SLUICE_SOCKET": "/x", "SLUICE_CONFIG": "/y", "PATH": "/bin"]
        #expect(ConfigurationSample.problems(ConfigurationSample.smallest, environment: environment).isEmpty)
    }
}
