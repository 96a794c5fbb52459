import MQTTCodec
import OpenSSL
import Reactors
import Registry
import TLSGateway
import TestAuthority
import TestDevice
import Testing

@Suite("A change of the cluster")
struct LiveChangeTests {
    /// Does the echo behind an admitted device still answer?
    private func answers(_ pipe: TLSPipe) throws -> Bool {
        try pipe.send(Array("ping".utf8), by: .now + GatewayUnderTest.patience)
        return try pipe.receive(upTo: 100, by: .now + GatewayUnderTest.patience) == Array("ping".utf8)
    }

    /// A device that has been let in.
    private func admitted(at gateway: GatewayUnderTest, _ caller: Caller) throws -> TLSPipe {
        let pipe = try gateway.pipe(caller)
        let device = TestDevice(pipe, version: caller.mqtt)
        try #require(GatewayUnderTest.fate(of: device, caller, pipe) == .admitted)
        return pipe
    }

    @Test func `of a certificate is for new handshakes; an old connection goes on`() async throws {
        let gateway = try await GatewayUnderTest()
        try await gateway.cluster.bind("mqtt.shop.test", "first.shop.test")
        let caller = Caller(serverName: "mqtt.shop.test")
        let pipe = try admitted(at: gateway, caller)
        let second = try await gateway.cluster.host(["mqtt.shop.test", "second.shop.test"])
        try await gateway.cluster.apply(.replace(.custom(1), with: second.fingerprint))
        #expect(try gateway.namesShown(to: caller) == ["mqtt.shop.test", "second.shop.test"])
        #expect(try answers(pipe))
    }

    @Test func `that binds a name is there for the next handshake`() async throws {
        let gateway = try await GatewayUnderTest()
        let caller = Caller(serverName: "mqtt.shop.test")
        #expect(try gateway.namesShown(to: caller) == ["default.test"])
        try await gateway.cluster.bind("mqtt.shop.test")
        #expect(try gateway.namesShown(to: caller) == ["mqtt.shop.test"])
    }

    @Test func `that unbinds a name leaves its connections alone`() async throws {
        let gateway = try await GatewayUnderTest()
        try await gateway.cluster.bind("mqtt.shop.test")
        let caller = Caller(serverName: "mqtt.shop.test")
        let pipe = try admitted(at: gateway, caller)
        try await gateway.cluster.apply(.unbind(.custom(1)))
        #expect(try gateway.fate(caller) == .alert(.unrecognizedName))
        #expect(try answers(pipe))
    }

    @Test func `of the mode is for new connections`() async throws {
        let gateway = try await GatewayUnderTest()
        let pipe = try admitted(at: gateway, Caller())
        try await gateway.cluster.register(TestAuthority())
        try await gateway.cluster.apply(.setMode(.twoWay, anonymous: nil))
        #expect(try gateway.fate() == .alert(.certificateRequired))
        #expect(try answers(pipe))
    }

    @Test func `of the mode does not reach a connection that is between handshake and CONNECT`() async throws {
        let gateway = try await GatewayUnderTest()
        let pipe = try gateway.pipe()
        try pipe.handshake(by: .now + GatewayUnderTest.patience)
        try await gateway.cluster.register(TestAuthority())
        try await gateway.cluster.apply(.setMode(.twoWay, anonymous: nil))
        let fate = GatewayUnderTest.fate(of: TestDevice(pipe), Caller(), pipe)
        #expect(fate == .admitted)
    }

    @Test(arguments: [ProtocolVersion.v3_1_1, .v5])
    func `that takes a CA out reaches a connection between handshake and CONNECT`(
        version: ProtocolVersion
    ) async throws {
        let (staying, leaving) = (try TestAuthority("Staying"), try TestAuthority("Leaving"))
        let gateway = try await GatewayUnderTest()
        try await gateway.cluster.register(staying, leaving)
        try await gateway.cluster.apply(.setMode(.twoWay, anonymous: nil))
        // In TLS 1.2 the client's handshake is done only when the gateway's is.
        let caller = Caller(
            identity: try leaving.issue().identity(),
            versions: .tls1_2 ... .tls1_2,
            mqtt: version
        )
        let pipe = try gateway.pipe(caller)
        try pipe.handshake(by: .now + GatewayUnderTest.patience)
        try await gateway.cluster.apply(.setCAState(leaving.certificate.fingerprint, .inactive))
        let fate = GatewayUnderTest.fate(of: TestDevice(pipe, version: version), caller, pipe)
        #expect(fate == .connack(.notAuthorized))
        #expect(gateway.finalStatistics().refused == [.issuerUnregistered: 1])
    }
}

@Suite("A gateway that shuts down")
struct DrainTests {
    @Test func `turns away who has not sent a CONNECT yet`() async throws {
        let gateway = try await GatewayUnderTest()
        let pipe = try gateway.pipe(Caller(versions: .tls1_2 ... .tls1_2))
        try pipe.handshake(by: .now + GatewayUnderTest.patience)
        gateway.gateway.drain()
        let fate = GatewayUnderTest.fate(of: TestDevice(pipe), Caller(), pipe)
        #expect(fate == .connack(.serverUnavailable))
        #expect(gateway.finalStatistics().refused == [.shuttingDown: 1])
    }

    @Test func `does not wait for connections in admission`() async throws {
        let gateway = try await GatewayUnderTest()
        let silent = try SocketPipe(port: gateway.port())
        _ = try gateway.fate()
        await gateway.drain(within: .seconds(60))
        #expect(try silent.receive(upTo: 10, by: .now + GatewayUnderTest.patience).isEmpty)
    }
}

@Suite("A gateway's set-up")
struct GatewaySetUpTests {
    @Test func `refuses two access points of one name`() async throws {
        let cluster = try await TestCluster(settings: ClusterSettings(), reactors: 1)
        let point = AccessPoint(name: "twin", hostname: try DomainName("gateway.example.net"), listeners: [])
        #expect(throws: GatewayError.self) {
            try Gateway(
                accessPoints: [point, point],
                reactors: ReactorGroup(count: 1),
                cluster: cluster.control,
                identity: cluster.identity(),
                backend: EchoBackend(),
                logger: LogRecorder().logger
            )
        }
    }

    @Test func `fails as a whole when one endpoint cannot be listened on`() async throws {
        let running = try await GatewayUnderTest()
        let taken = try SocketAddress("127.0.0.1:\(running.port())")
        let reactors = try ReactorGroup(count: 1)
        try reactors.start()
        defer { reactors.stop() }
        let free = AccessPoint.Endpoint(address: try SocketAddress("127.0.0.1:0"))
        let point = AccessPoint(
            name: "second",
            hostname: try DomainName("gateway.example.net"),
            listeners: [free, AccessPoint.Endpoint(address: taken)]
        )
        let gateway = try Gateway(
            accessPoints: [point],
            reactors: reactors,
            cluster: running.cluster.control,
            identity: running.cluster.identity(),
            backend: EchoBackend(),
            logger: LogRecorder().logger
        )
        #expect(throws: GatewayError.self) { try gateway.start() }
        #expect(gateway.endpoints.isEmpty)
    }

    @Test func `serves nobody over TLS before a certificate is bound, and says so`() async throws {
        let cluster = try await TestCluster(
            settings: ClusterSettings(mode: .oneWay, anonymous: true),
            reactors: 1
        )
        let reactors = try ReactorGroup(count: 1)
        try reactors.start()
        let endpoint = AccessPoint.Endpoint(address: try SocketAddress("127.0.0.1:0"))
        let gateway = try Gateway(
            accessPoints: [
                AccessPoint(name: "bare", hostname: try DomainName("gateway.example.net"), listeners: [endpoint])
            ],
            reactors: reactors,
            cluster: cluster.control,
            identity: cluster.identity(),
            backend: EchoBackend(),
            logger: LogRecorder().logger
        )
        try gateway.start()
        let port = try #require(gateway.endpoints.first?.address.port)
        let pipe = try TLSPipe(port: port, context: TLSContext(client: ClientOptions()), serverName: "any.test")
        #expect(throws: PipeError.self) { try pipe.handshake(by: .now + GatewayUnderTest.patience) }
        reactors.stop()
        #expect(gateway.statistics.accessPoints[0].refused == [.noServerCertificate: 1])
    }
}
