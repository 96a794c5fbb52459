import Credentials
import FoundationEssentials
import MQTTCodec
import OpenSSL
import Reactors
import Registry
import TestAuthority
import TestDevice
import Testing

@testable import TLSGateway

/// Every refusal, as a device meets it: provoked over a real connection, and looked at from both ends.
///
/// A new reason without its row fails `can be provoked`.
@Suite("Every refusal")
struct EveryRefusalTests {
    static let versions: [ProtocolVersion] = [.v3_1_1, .v5]
    private static let atTheDoor: Set<Refusal.Reason> = [
        .sourceNotAllowed, .sourceTooFast, .tooManyHandshakes, .tooManyConnections,
    ]

    @Test(arguments: Refusal.Reason.allCases, versions)
    func `is seen by the device, counted, reported and put in words`(
        reason: Refusal.Reason,
        version: ProtocolVersion
    ) async throws {
        let row = Row.of(reason)
        guard let expected = version == .v5 ? row.modern : row.older, let provoke = row.provoke else { return }
        let scene = try await provoke(version)
        #expect(scene.fate == expected)
        // What the metrics count, under the reason's own word; nobody else was refused.
        let gateway = scene.gateway
        // The gateway may hear of it a moment later than the device.
        try await until { !gateway.observer.refusals.isEmpty }
        #expect(gateway.finalStatistics().refused == [reason: 1])
        // What the journal and `explain` are made of.
        let report = try #require(gateway.observer.refusals.first)
        #expect(gateway.observer.refusals.count == 1)
        #expect(report.refusal.reason == reason)
        for words in [report.refusal.finding, report.refusal.remedy] {
            #expect(words.hasSuffix("."))
            #expect(!words.contains(Provocation.password))
        }
        // What the log says; of floods at the door only whoever debugs hears.
        #expect(
            Self.atTheDoor.contains(reason) || gateway.log.lines.contains { $0.metadata["reason"] == reason.rawValue }
        )
    }

    /// What a request for a WebSocket, or its frames, can be refused for: provoked in `WebSocketTests`, before there is a
    /// version of MQTT to tell apart.
    private static let ofWebSockets = Set(WebSocketTests.refusals.map(\.reason))
        .union([.upgradeTimedOut, .upgradeAbandoned, .framesMalformed])

    /// Nothing that a client does brings these about.
    @Test func `can be provoked, but for what is the node's own fault`() {
        let rest = Refusal.Reason.allCases.filter { Row.of($0).provoke == nil }
        #expect(Set(rest).subtracting(Self.ofWebSockets) == [.outOfResources])
    }
}

/// How one refusal is provoked, and what the device sees of it.
struct Row: Sendable {
    /// What a 5.0 client sees; `nil` where it cannot be brought about in that version.
    let modern: Fate?
    /// What a 3.1.1 client sees.
    let older: Fate?
    let provoke: (@Sendable (ProtocolVersion) async throws -> Provocation)?

    init(_ fate: Fate, _ provoke: @escaping @Sendable (ProtocolVersion) async throws -> Provocation) {
        self.init(fate, older: fate, provoke)
    }

    init(
        _ fate: Fate,
        older: Fate?,
        _ provoke: @escaping @Sendable (ProtocolVersion) async throws -> Provocation
    ) {
        modern = fate
        self.older = older
        self.provoke = provoke
    }

    private init() { (modern, older, provoke) = (nil, nil, nil) }

    /// Out of a client's reach.
    static let unreachable = Row()
}

/// What has happened: the gateway that refused, and what its device saw.
struct Provocation {
    let gateway: GatewayUnderTest
    let fate: Fate

    static let password = "wonderland"

    /// What comes of a call.
    init(_ gateway: GatewayUnderTest, _ caller: Caller) async throws {
        self.gateway = gateway
        fate = try await gateway.call(caller)
    }

    init(_ gateway: GatewayUnderTest, sees fate: Fate) {
        self.gateway = gateway
        self.fate = fate
    }

    /// A device whose certificate does not pass, which shows it nevertheless.
    static func showing(
        _ device: CertificateShape,
        of authority: CertificateShape = .authority,
        through intermediate: CertificateShape? = nil,
        _ version: ProtocolVersion
    ) async throws -> Provocation {
        let root = try TestAuthority("acme", shape: authority)
        let gateway = try await certified(root, .twoWay)
        let issuer = try intermediate.map { try root.issueAuthority("plant", $0) }
        let leaf = try (issuer ?? root).issue("sensor", device)
        let identity = try issuer.map { try leaf.identity(intermediates: $0.certificate) } ?? leaf.identity()
        return try await calling(gateway, Caller(identity: identity, mqtt: version), securityLevel: 0)
    }

    /// A gateway whose devices show certificates of a CA.
    static func certified(
        _ authority: TestAuthority,
        _ mode: AuthenticationMode,
        admission: AdmissionSettings = AdmissionSettings(),
        clock: WallClock = .system,
        registration: Bool? = nil,
        activation: Bool? = nil,
        awaited: [AwaitedRevocationList] = [],
        _ change: (inout AccessPoint) throws -> Void = { _ in }
    ) async throws -> GatewayUnderTest {
        let gateway = try await GatewayUnderTest(
            admission: admission,
            clock: clock,
            awaitedLists: awaited,
            change
        )
        try await gateway.cluster.register(authority)
        try await gateway.cluster.apply(
            .setMode(mode, automaticRegistration: registration, automaticActivation: activation)
        )
        return gateway
    }

    /// A call by a client that is less particular than usual, or more.
    static func calling(
        _ gateway: GatewayUnderTest,
        _ caller: Caller,
        anchors: [TestAuthority]? = nil,
        securityLevel: Int? = nil,
        signatureAlgorithms: String? = nil
    ) async throws -> Provocation {
        var options = ClientOptions(identity: caller.identity, versions: caller.versions)
        options.anchors = try anchors?.map { try $0.certificate.openSSLCertificate }
        options.securityLevel = securityLevel
        options.signatureAlgorithms = signatureAlgorithms
        let pipe = try TLSPipe(
            port: gateway.port(),
            context: TLSContext(client: options),
            serverName: caller.serverName
        )
        let device = TestDevice(pipe, version: caller.mqtt, patience: GatewayUnderTest.patience)
        return Provocation(gateway, sees: GatewayUnderTest.fate(of: device, caller, pipe))
    }

    /// A device that has finished its handshake when something changes, and sends its CONNECT then.
    static func connecting(
        to gateway: GatewayUnderTest,
        _ caller: Caller,
        after change: () async throws -> Void
    ) async throws -> Provocation {
        var caller = caller
        // In TLS 1.2 the client's handshake is done only when the gateway's is.
        caller.versions = .tls1_2 ... .tls1_2
        let pipe = try gateway.pipe(caller)
        try pipe.handshake(by: .now + GatewayUnderTest.patience)
        try await change()
        let device = TestDevice(pipe, version: caller.mqtt, patience: GatewayUnderTest.patience)
        return Provocation(gateway, sees: GatewayUnderTest.fate(of: device, caller, pipe))
    }

    /// Bytes instead of a CONNECT.
    static func saying(
        _ bytes: [UInt8],
        to gateway: GatewayUnderTest,
        thenLeaving: Bool = false
    ) throws -> Provocation {
        let pipe = try gateway.pipe(Caller(versions: .tls1_2 ... .tls1_2))
        try pipe.send(bytes, by: .now + GatewayUnderTest.patience)
        if thenLeaving { pipe.finishSending() }
        var answer: [UInt8] = []
        while let more = try? pipe.receive(upTo: 100, by: .now + GatewayUnderTest.patience), !more.isEmpty {
            answer += more
        }
        return Provocation(gateway, sees: fate(of: answer))
    }

    /// Bytes instead of a ClientHello; an alert is what comes back, if anything does.
    static func greeting(
        with bytes: [UInt8],
        _ gateway: GatewayUnderTest,
        thenLeaving: Bool = false
    ) throws -> Provocation {
        let pipe = try SocketPipe(port: gateway.port())
        try pipe.send(bytes, by: .now + GatewayUnderTest.patience)
        if thenLeaving { pipe.finishSending() }
        var answer: [UInt8] = []
        while let more = try? pipe.receive(upTo: 10_000, by: .now + GatewayUnderTest.patience), !more.isEmpty {
            answer += more
        }
        // An alert record: type 21, version, length 2, level, description. RFC 8446 § 5.1
        guard answer.count == 7, answer[0] == 21 else { return Provocation(gateway, sees: .closed) }
        return Provocation(gateway, sees: .alert(TLSAlert(rawValue: answer[6])))
    }

    private static func fate(of answer: [UInt8]) -> Fate {
        switch answer.count {
        case 0: .closed
        case 4 where answer[3] == 1: .connack(.unsupportedProtocolVersion)
        case 5: ReasonCode(rawValue: answer[3]).map { .connack($0) } ?? .other("\(answer)")
        default: .other("\(answer)")
        }
    }
}
