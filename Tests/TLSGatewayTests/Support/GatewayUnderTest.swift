import Credentials
import FoundationEssentials
import MQTTCodec
import OpenSSL
import Reactors
import Registry
import TLSGateway
import TestAuthority
import TestDevice

import enum TestDevice.DeviceError

/// A gateway on 127.0.0.1 with an echo behind it, a cluster in memory, and devices to send there.
final class GatewayUnderTest {
    let cluster: TestCluster
    let backend = EchoBackend()
    let log = LogRecorder()
    let observer = ObserverRecorder()
    let gateway: Gateway
    private let reactors: ReactorGroup

    /// How long a device waits for anything before a test fails.
    static let patience = Duration.seconds(10)

    /// A gateway that listens, with a default certificate for `default.test` unless it is to have none.
    init(
        _ settings: ClusterSettings = ClusterSettings(mode: .oneWay, anonymous: true),
        admission: AdmissionSettings = AdmissionSettings(),
        reactors count: Int = 2,
        clock: WallClock = .system,
        tokens: @autoclosure @escaping @Sendable () -> TokenCheck? = nil,
        secondAccessPoint: String? = nil,
        awaitedLists: [AwaitedRevocationList] = [],
        hasDefaultCertificate: Bool = true,
        _ change: (inout AccessPoint) throws -> Void = { _ in }
    ) async throws {
        // A mode that needs a CA cannot be a cluster's first: it is switched to below.
        var first = settings
        first.mode = .oneWay
        cluster = try await TestCluster(settings: first, reactors: count, clock: clock, awaitedLists: awaitedLists)
        if hasDefaultCertificate { try await cluster.bind("default.test", slot: .default) }
        reactors = try ReactorGroup(count: count, name: "gateway")
        let endpoints = [
            AccessPoint.Endpoint(address: try SocketAddress("127.0.0.1:0")),
            AccessPoint.Endpoint(address: try SocketAddress("127.0.0.1:0"), protocol: .mqtt),
        ]
        var accessPoint = AccessPoint(
            name: "public",
            hostname: try DomainName("gateway.example.net"),
            listeners: endpoints
        )
        try change(&accessPoint)
        let second = try secondAccessPoint.map { name in
            AccessPoint(
                name: name,
                hostname: try DomainName("second.example.net"),
                listeners: [AccessPoint.Endpoint(address: try SocketAddress("127.0.0.1:0"))]
            )
        }
        gateway = try Gateway(
            accessPoints: [accessPoint] + [second].compactMap(\.self),
            settings: admission,
            reactors: reactors,
            cluster: cluster.control,
            identity: cluster.identity(tokens: tokens()),
            backend: backend,
            observer: observer,
            logger: log.logger,
            date: { Date(timeIntervalSince1970: TimeInterval(clock.seconds())) }
        )
        try reactors.start()
        try gateway.start()
    }

    deinit { reactors.stop() }

    /// The port of an endpoint.
    func port(_ protocol: AccessPoint.EndpointProtocol = .mqtts) throws -> UInt16 {
        guard let endpoint = gateway.endpoints.first(where: { $0.protocol == `protocol` }) else {
            throw PipeError.failed("no such endpoint")
        }
        return endpoint.address.port
    }

    /// What the gateway has counted by the time its reactors are at rest; nobody can call any more.
    func finalStatistics() -> GatewayStatistics.AccessPointStatistics {
        reactors.stop()
        return gateway.statistics.accessPoints[0]
    }

    /// What the observer was told of refusals, by the time everything is at rest.
    func finalRefusals() -> [RefusalReport] {
        reactors.stop()
        return observer.refusals
    }

    /// The log lines by the time everything is at rest.
    func finalLog() -> [LogRecorder.Line] {
        reactors.stop()
        return log.lines
    }

    func drain(within limit: Duration) async {
        gateway.drain()
        await reactors.drain(within: limit)
    }
}

/// How a device in a test calls on the gateway.
struct Caller {
    var serverName: String? = "default.test"
    var identity: TLSIdentity?
    var versions: ClosedRange<TLSVersion> = .tls1_2 ... .tls1_3
    var mqtt = ProtocolVersion.v5
    var clientID: Text = "device"
    var cleanStart = true
    var userName: Text?
    var password: Password?
    var applicationProtocols: [String] = []

    /// The CONNECT it sends.
    var connect: ConnectPacket {
        ConnectPacket(
            version: mqtt,
            cleanStart: cleanStart,
            keepAlive: 60,
            clientIdentifier: clientID,
            userName: userName,
            password: password
        )
    }
}

/// What comes of a call.
enum Fate: Hashable, Sendable, CustomStringConvertible {
    /// A CONNACK of 5.0's words.
    case connack(ReasonCode)
    /// A TLS alert from the gateway.
    case alert(TLSAlert)
    /// The end of the connection without either.
    case closed
    /// Something that no test wants.
    case other(String)

    static let admitted = Fate.connack(.success)

    var description: String {
        switch self {
        case .connack(let code): "CONNACK \(code)"
        case .alert(let alert): "alert \(alert)"
        case .closed: "closed"
        case .other(let words): words
        }
    }
}

extension GatewayUnderTest {
    /// A TLS pipe to the gateway; the server's certificate must be of the test's CA and bear the name, if one is given.
    func pipe(
        _ caller: Caller = Caller(),
        to endpoint: AccessPoint.EndpointProtocol = .mqtts,
        checkingName: Bool = false,
        session: TLSSession? = nil
    ) throws -> TLSPipe {
        var options = ClientOptions(identity: caller.identity, versions: caller.versions)
        options.applicationProtocols = caller.applicationProtocols
        if checkingName { options.anchors = [try cluster.serverAuthority.certificate.openSSLCertificate] }
        let context = try TLSContext(client: options)
        return try TLSPipe(port: port(endpoint), context: context, serverName: caller.serverName, session: session)
    }

    /// A device over TLS that has said nothing yet.
    func device(_ caller: Caller = Caller()) throws -> TestDevice {
        TestDevice(try pipe(caller), version: caller.mqtt, patience: Self.patience)
    }

    /// What comes of a handshake and a CONNECT.
    func fate(_ caller: Caller = Caller()) throws -> Fate {
        let pipe = try pipe(caller)
        defer { pipe.close() }
        return Self.fate(of: TestDevice(pipe, version: caller.mqtt, patience: Self.patience), caller, pipe)
    }

    static func fate(of device: TestDevice, _ caller: Caller, _ pipe: TLSPipe? = nil) -> Fate {
        do throws(DeviceError) {
            return .connack(try device.connect(caller.connect).reasonCode)
        } catch {
            if case .peerAlert(let alert) = pipe?.connection.failure { return .alert(alert) }
            if error.isClosed { return .closed }
            switch pipe?.connection.failure {
            case .truncated, .transport: return .closed
            default: break
            }
            return .other("\(error)")
        }
    }

    /// The names of the certificate that the gateway shows to a caller.
    func namesShown(to caller: Caller) throws -> [String] {
        let pipe = try pipe(caller)
        defer { pipe.close() }
        try pipe.handshake(by: .now + Self.patience)
        return pipe.connection.peerFacts?.dnsNames ?? []
    }
}

extension TestDevice {
    /// The answer to a CONNECT that was sent before.
    func connack() throws(DeviceError) -> ConnackPacket {
        try receive { received in
            if case .packet(.connack(let packet)) = received { packet } else { nil }
        }
    }
}
