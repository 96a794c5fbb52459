import MQTTCodec
import OpenSSL
import Reactors
import Registry
import TLSGateway
import TestAuthority
import TestDevice
import Testing
import WebSocket

@Suite("A listener of WebSockets")
struct WebSocketTests {
    private static var deadline: ContinuousClock.Instant { .now + GatewayUnderTest.patience }

    private func gateway(
        _ settings: ClusterSettings = ClusterSettings(mode: .oneWay, anonymous: true),
        admission: AdmissionSettings = AdmissionSettings(),
        reactors: Int = 2,
        rules: UpgradeRules = UpgradeRules()
    ) async throws -> GatewayUnderTest {
        try await GatewayUnderTest(settings, admission: admission, reactors: reactors) { accessPoint in
            let address = try SocketAddress("127.0.0.1:0")
            accessPoint.listeners += [.wss, .ws].map {
                AccessPoint.Endpoint(address: address, protocol: $0, webSocket: rules)
            }
        }
    }

    /// A WebSocket that has not begun: over TLS, or bare.
    private func socket(
        at gateway: GatewayUnderTest,
        _ endpoint: AccessPoint.EndpointProtocol = .ws,
        _ caller: Caller = Caller()
    ) throws -> WebSocketPipe {
        guard endpoint.usesTLS else { return WebSocketPipe(over: try SocketPipe(port: gateway.port(endpoint))) }
        return WebSocketPipe(over: try gateway.pipe(caller, to: endpoint))
    }

    /// One that has.
    private func begun(
        at gateway: GatewayUnderTest,
        _ endpoint: AccessPoint.EndpointProtocol = .ws,
        _ caller: Caller = Caller()
    ) throws -> WebSocketPipe {
        let socket = try socket(at: gateway, endpoint, caller)
        let answer = try socket.upgrade(by: Self.deadline)
        try #require(answer.hasPrefix("HTTP/1.1 101 "), "\(answer)")
        return socket
    }

    private static func connect(_ caller: Caller = Caller()) throws -> [UInt8] {
        try caller.connect.encoded(for: caller.mqtt, from: .client)
    }

    // MARK: Frames

    @Test(arguments: [AccessPoint.EndpointProtocol.wss, .ws])
    func `carries MQTT both ways`(endpoint: AccessPoint.EndpointProtocol) async throws {
        let gateway = try await gateway()
        let socket = try socket(at: gateway, endpoint)
        let answer = try socket.upgrade(by: Self.deadline)
        #expect(answer.contains("\r\nSec-WebSocket-Accept: \(WebSocketPipe.acceptance)\r\n"))
        #expect(answer.contains("\r\nSec-WebSocket-Protocol: mqtt\r\n"))
        let device = TestDevice(socket, version: .v5, patience: GatewayUnderTest.patience)
        #expect(try device.connect(Caller().connect).reasonCode == .success)
        try socket.send([1, 2, 3], by: Self.deadline)
        #expect(try socket.receive(upTo: 100, by: Self.deadline) == [1, 2, 3])
        #expect(gateway.backend.guests.map(\.tlsVersion) == [endpoint.usesTLS ? .tls1_3 : nil])
        #expect(gateway.backend.guests.first?.serverName == (endpoint.usesTLS ? "default.test" : nil))
    }

    // [MQTT-6.0.0-2]
    @Test func `takes a CONNECT in frames of a byte, and what follows it in the same frame`() async throws {
        let gateway = try await gateway()
        let socket = try begun(at: gateway)
        let connect = try Self.connect()
        for byte in connect.dropLast() { try socket.sendFrame(2, [byte], by: Self.deadline) }
        try socket.sendFrame(2, connect.suffix(1) + [0xC0, 0x00], by: Self.deadline)
        #expect(try socket.receive(upTo: 100, by: Self.deadline).starts(with: [0x20]))
        #expect(try socket.receive(upTo: 100, by: Self.deadline) == [0xC0, 0x00])
    }

    @Test func `takes a CONNECT in fragments with a ping between them`() async throws {
        let gateway = try await gateway()
        let socket = try begun(at: gateway)
        let connect = try Self.connect()
        try socket.sendFrame(2, Array(connect.prefix(5)), isFinal: false, by: Self.deadline)
        try socket.sendFrame(9, Array("are you there".utf8), by: Self.deadline)
        try socket.sendFrame(0, Array(connect.dropFirst(5)), by: Self.deadline)
        #expect(try socket.receive(upTo: 100, by: Self.deadline).starts(with: [0x20]))
        #expect(socket.controls == [.pong(Array("are you there".utf8))])
    }

    @Test(arguments: [AccessPoint.EndpointProtocol.wss, .ws])
    func `carries more than sockets hold, to a peer that is slow to read`(
        endpoint: AccessPoint.EndpointProtocol
    ) async throws {
        let gateway = try await gateway()
        let socket = try begun(at: gateway, endpoint)
        try socket.send(try Self.connect(), by: Self.deadline)
        #expect(try socket.receive(upTo: 100, by: Self.deadline).starts(with: [0x20]))
        let sent = (0..<3_000_000).map { UInt8(truncatingIfNeeded: $0 &* 13) }
        for start in stride(from: 0, to: sent.count, by: 100_000) {
            try socket.send(Array(sent[start..<(start + 100_000)]), by: Self.deadline)
        }
        try socket.sendFrame(9, [1], by: Self.deadline)
        var received: [UInt8] = []
        while received.count < sent.count { received += try socket.receive(upTo: .max, by: Self.deadline) }
        #expect(received == sent)
        try socket.send([0xC0], by: Self.deadline)
        #expect(try socket.receive(upTo: 1, by: Self.deadline) == [0xC0])
        #expect(socket.controls == [.pong([1])])
    }

    @Test(arguments: [1000, 1001, 3000] as [UInt16])
    func `answers a Close with its code, then ends the connection`(code: UInt16) async throws {
        let gateway = try await gateway()
        let socket = try begun(at: gateway, .wss)
        try socket.send(try Self.connect(), by: Self.deadline)
        _ = try socket.receive(upTo: 100, by: Self.deadline)
        try socket.sendFrame(2, [7], by: Self.deadline)
        try socket.sendFrame(8, [UInt8(code >> 8), UInt8(code & 0xFF)], by: Self.deadline)
        #expect(try socket.receive(upTo: 100, by: Self.deadline) == [7])
        #expect(try socket.receive(upTo: 100, by: Self.deadline) == [])
        #expect(socket.controls == [.close(code)])
        #expect(try socket.carrier.receive(upTo: 1, by: Self.deadline) == [])
    }

    /// What breaks the framing, and what the Close frame says.
    static let violations: [(frames: [UInt8], code: UInt16)] = [
        (WebSocketPipe.frame(1, Array("text".utf8)), 1003),
        ([0x82, 0x01, 0x10], 1002),
        ([0x82, 0xFF, 0x7F, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF], 1009),
        (WebSocketPipe.frame(8, [0x03, 0xE8, 0xFF]), 1007),
    ]

    // [MQTT-6.0.0-1]
    @Test(arguments: violations.indices)
    func `ends a connection that breaks the framing, before the CONNECT and behind it`(row: Int) async throws {
        let (frames, code) = Self.violations[row]
        let gateway = try await gateway()
        let early = try begun(at: gateway)
        try early.carrier.send(frames, by: Self.deadline)
        #expect(try early.receive(upTo: 100, by: Self.deadline) == [])
        #expect(early.controls == [.close(code)])
        let late = try begun(at: gateway, .wss)
        try late.send(try Self.connect(), by: Self.deadline)
        _ = try late.receive(upTo: 100, by: Self.deadline)
        try late.carrier.send(frames, by: Self.deadline)
        #expect(try late.receive(upTo: 100, by: Self.deadline) == [])
        #expect(late.controls == [.close(code)])
        #expect(gateway.finalStatistics().refused == [.framesMalformed: 1])
    }

    // MARK: The upgrade

    static let refusals: [(request: String, status: Int, reason: Refusal.Reason)] = [
        ("GET /mqtt HTTP/1.1\r\nHost: h\r\n\r\n", 426, .upgradeMissing),
        ("POST /mqtt HTTP/1.1\r\nHost: h\r\n\r\n", 405, .upgradeMissing),
        (WebSocketPipe.request(path: "/"), 404, .upgradePathUnknown),
        (WebSocketPipe.request(subprotocol: "chat"), 400, .subprotocolMissing),
        (WebSocketPipe.request(fields: ["Origin: https://evil.test"]), 403, .originNotAllowed),
        (WebSocketPipe.request(fields: ["Cookie: " + String(repeating: "a", count: 9000)]), 431, .upgradeTooLarge),
        (WebSocketPipe.request(fields: ["Content-Length: 4"]), 400, .upgradeMalformed),
        (WebSocketPipe.request() + "data", 400, .upgradeMalformed),
        ("\u{10}\u{0C}\u{00}\u{04}MQTT", 400, .upgradeMalformed),
        (
            WebSocketPipe.request().replacing("Version: 13", with: "Version: 12"), 426, .upgradeVersionUnknown
        ),
    ]

    @Test(arguments: refusals.indices)
    func `is refused by a status, and counted under its reason`(row: Int) async throws {
        let (request, status, reason) = Self.refusals[row]
        let origin = try #require(WebOrigin("https://app.example.com"))
        let gateway = try await gateway(rules: UpgradeRules(origins: [origin]))
        for endpoint in [AccessPoint.EndpointProtocol.wss, .ws] {
            let socket = try socket(at: gateway, endpoint)
            #expect(try socket.upgrade(request, by: Self.deadline).hasPrefix("HTTP/1.1 \(status) "))
        }
        let statistics = gateway.finalStatistics()
        #expect(statistics.refused == [reason: 2])
        #expect(gateway.backend.guests.isEmpty)
        #expect(statistics.handshakes.keys.allSatisfy { $0.succeeded })
    }

    @Test func `begins at its own path, for the pages of the listed origins`() async throws {
        let origin = try #require(WebOrigin("https://app.example.com"))
        let gateway = try await gateway(rules: UpgradeRules(path: "/devices", origins: [origin]))
        let socket = try socket(at: gateway)
        let request = WebSocketPipe.request(path: "/devices?v=5", fields: ["Origin: https://app.example.com"])
        #expect(try socket.upgrade(request, by: Self.deadline).hasPrefix("HTTP/1.1 101 "))
    }

    @Test func `is not confused by a client of the old subprotocol`() async throws {
        let gateway = try await gateway()
        let socket = try socket(at: gateway)
        let answer = try socket.upgrade(WebSocketPipe.request(subprotocol: "mqttv3.1"), by: Self.deadline)
        #expect(answer.contains("\r\nSec-WebSocket-Protocol: mqttv3.1\r\n"))
    }

    // MARK: Identity

    @Test func `over TLS asks for certificates as MQTT over TLS does, resumed sessions too`() async throws {
        let authority = try TestAuthority()
        let gateway = try await gateway()
        try await gateway.cluster.register(authority)
        try await gateway.cluster.apply(.setMode(.twoWay, anonymous: nil))
        #expect(throws: PipeError.self) { try self.begun(at: gateway, .wss) }
        let caller = Caller(identity: try authority.issue("sensor").identity())
        let first = try gateway.pipe(caller, to: .wss)
        let socket = WebSocketPipe(over: first)
        _ = try socket.upgrade(by: Self.deadline)
        #expect(GatewayUnderTest.fate(of: TestDevice(socket), caller) == .admitted)
        let session = try #require(first.connection.session)
        let second = try gateway.pipe(caller, to: .wss, session: session)
        let resumed = WebSocketPipe(over: second)
        _ = try resumed.upgrade(by: Self.deadline)
        #expect(second.connection.isResumed)
        #expect(GatewayUnderTest.fate(of: TestDevice(resumed), caller) == .admitted)
        #expect(gateway.backend.guests.map(\.identity.certificate?.commonName) == ["sensor", "sensor"])
        #expect(gateway.finalStatistics().refused == [.clientCertificateMissing: 1])
    }

    @Test func `without TLS authenticates as one-way mode does, and says by its Close that somebody may not come in`()
        async throws
    {
        let gateway = try await gateway(ClusterSettings(mode: .oneWay, anonymous: false))
        let socket = try begun(at: gateway)
        let device = TestDevice(socket, patience: GatewayUnderTest.patience)
        #expect(try device.connect(Caller().connect).reasonCode == .notAuthorized)
        #expect(try socket.receive(upTo: 100, by: Self.deadline) == [])
        #expect(socket.controls == [.close(1008)])
        #expect(gateway.finalStatistics().refused == [.anonymousNotAllowed: 1])
    }

    @Test(
        arguments: [
            (["http/1.1"], "http/1.1"), (["h2", "http/1.1"], "http/1.1"), (["mqtt", "http/1.1"], "http/1.1"),
            (["h2"], nil), ([], nil),
        ] as [([String], String?)]
    )
    func `agrees by ALPN on the one version of HTTP that it speaks`(offered: [String], chosen: String?) async throws {
        let gateway = try await gateway()
        let pipe = try gateway.pipe(Caller(applicationProtocols: offered), to: .wss)
        try pipe.handshake(by: Self.deadline)
        #expect(pipe.connection.applicationProtocol == chosen)
        let other = try gateway.pipe(Caller(applicationProtocols: ["http/1.1", "mqtt"]))
        try other.handshake(by: Self.deadline)
        #expect(other.connection.applicationProtocol == "mqtt")
    }

    // MARK: Time

    @Test func `has the deadline of the CONNECT, from accept on, whatever the upgrade does`() async throws {
        let gateway = try await StillGateway(protocol: .ws)
        let peer = try gateway.accept()
        gateway.advance(by: .seconds(5))
        peer.send(WebSocketPipe.request().utf8)
        gateway.settle()
        #expect(String(decoding: peer.received(), as: UTF8.self).hasPrefix("HTTP/1.1 101 "))
        gateway.advance(by: .milliseconds(4990))
        #expect(gateway.statistics.refused.isEmpty)
        gateway.advance(by: .milliseconds(11))
        #expect(gateway.statistics.refused == [.connectTimedOut: 1])
        // A protocol error: the Close frame says that too.
        #expect(peer.received() == [0x88, 2, 0x03, 0xEA])
    }

    @Test func `is not kept waiting by a request that comes a byte a second`() async throws {
        let gateway = try await StillGateway(protocol: .ws)
        let peer = try gateway.accept()
        for byte in WebSocketPipe.request().utf8.prefix(10) {
            peer.send([byte])
            gateway.settle()
            #expect(gateway.statistics.refused.isEmpty)
            gateway.advance(by: .seconds(1))
        }
        #expect(gateway.statistics.refused == [.upgradeTimedOut: 1])
        #expect(String(decoding: peer.received(), as: UTF8.self).hasPrefix("HTTP/1.1 408 "))
    }

    @Test func `over TLS counts from the end of the handshake, like MQTT over TLS`() async throws {
        let gateway = try await StillGateway(protocol: .wss)
        let peer = try gateway.accept()
        gateway.advance(by: .seconds(5))
        let connection = try peer.handshake(with: gateway)
        gateway.advance(by: .milliseconds(9990))
        #expect(gateway.statistics.refused.isEmpty)
        gateway.advance(by: .milliseconds(11))
        #expect(gateway.statistics.refused == [.upgradeTimedOut: 1])
        withExtendedLifetime(connection) {}
    }

    @Test func `counts a client that leaves before its request is complete`() async throws {
        let gateway = try await gateway()
        let pipe = try SocketPipe(port: gateway.port(.ws))
        try pipe.send(Array("GET /mqtt HTTP/1.1\r\n".utf8), by: Self.deadline)
        pipe.finishSending()
        #expect(try pipe.receive(upTo: 1, by: Self.deadline) == [])
        #expect(gateway.finalStatistics().refused == [.upgradeAbandoned: 1])
    }

    @Test func `tells whoever is not admitted yet that the node goes down`() async throws {
        // On one reactor: when the second client is answered, the first has been read.
        let gateway = try await gateway(reactors: 1)
        let upgrading = try socket(at: gateway)
        try upgrading.carrier.send(Array("GET ".utf8), by: Self.deadline)
        let connecting = try begun(at: gateway)
        await gateway.drain(within: .seconds(5))
        #expect(try upgrading.upgrade("", by: Self.deadline).hasPrefix("HTTP/1.1 503 "))
        #expect(try connecting.receive(upTo: 100, by: Self.deadline) == [])
        #expect(connecting.controls == [.close(1001)])
    }
}
