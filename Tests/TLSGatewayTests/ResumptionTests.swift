import FoundationEssentials
import MQTTCodec
import OpenSSL
import Reactors
import Registry
import Synchronization
import TLSGateway
import TestAuthority
import TestDevice
import Testing

@Suite("A resumed session")
struct ResumptionTests {
    private func gateway(
        _ authorities: TestAuthority...,
        clock: WallClock = .system,
        _ change: (inout AccessPoint) throws -> Void = { _ in }
    ) async throws -> GatewayUnderTest {
        let gateway = try await GatewayUnderTest(clock: clock, change)
        try await gateway.cluster.bind("mqtt.shop.test", "other.shop.test")
        for authority in authorities { try await gateway.cluster.register(authority) }
        try await gateway.cluster.apply(.setMode(.twoWay, anonymous: nil))
        return gateway
    }

    /// Comes in once, with a session to resume later.
    private func session(at gateway: GatewayUnderTest, _ caller: Caller) throws -> TLSSession {
        let pipe = try gateway.pipe(caller)
        defer { pipe.close() }
        let device = TestDevice(pipe, version: caller.mqtt)
        // A ticket of TLS 1.3 is read along with the CONNACK.
        try #require(GatewayUnderTest.fate(of: device, caller, pipe) == .admitted)
        pipe.finishSending()
        return try #require(pipe.connection.session)
    }

    /// Comes again with a session: was it resumed, and what came of it?
    private func returning(
        to gateway: GatewayUnderTest,
        _ caller: Caller,
        _ session: TLSSession
    ) throws -> (isResumed: Bool, fate: Fate) {
        let pipe = try gateway.pipe(caller, session: session)
        defer { pipe.close() }
        let fate = GatewayUnderTest.fate(of: TestDevice(pipe, version: caller.mqtt), caller, pipe)
        return (pipe.connection.isResumed, fate)
    }

    static let versions: [ClosedRange<TLSVersion>] = [.tls1_2 ... .tls1_2, .tls1_3 ... .tls1_3]

    @Test(arguments: versions)
    func `is taken, and keeps the identity of its certificate`(versions: ClosedRange<TLSVersion>) async throws {
        let authority = try TestAuthority()
        let gateway = try await gateway(authority)
        let caller = Caller(identity: try authority.issue("sensor").identity(), versions: versions)
        let session = try session(at: gateway, caller)
        let again = try returning(to: gateway, caller, session)
        #expect(again.isResumed)
        #expect(again.fate == .admitted)
        let guests = gateway.backend.guests
        #expect(guests.count == 2)
        #expect(guests.first?.identity == guests.last?.identity)
        let kinds = gateway.finalStatistics().handshakes
        #expect(kinds[.init(succeeded: true, version: versions.upperBound, resumed: true)] == 1)
    }

    @Test(arguments: versions)
    func `of one name is none of another's, though one certificate bears both`(
        versions: ClosedRange<TLSVersion>
    ) async throws {
        let authority = try TestAuthority()
        let gateway = try await gateway(authority)
        var caller = Caller(
            serverName: "mqtt.shop.test",
            identity: try authority.issue().identity(),
            versions: versions
        )
        let session = try session(at: gateway, caller)
        caller.serverName = "other.shop.test"
        let again = try returning(to: gateway, caller, session)
        #expect(!again.isResumed)
        #expect(again.fate == .admitted)
    }

    @Test(arguments: versions)
    func `is no way in without a certificate`(versions: ClosedRange<TLSVersion>) async throws {
        let authority = try TestAuthority()
        let gateway = try await gateway(authority)
        try await gateway.cluster.apply(.setMode(.oneWay, anonymous: true))
        let caller = Caller(versions: versions)
        let session = try session(at: gateway, caller)
        try await gateway.cluster.apply(.setMode(.twoWay, anonymous: nil))
        let again = try returning(to: gateway, caller, session)
        #expect(!again.isResumed)
        #expect(again.fate != .admitted)
    }

    @Test(arguments: versions)
    func `of a removed CA is refused`(versions: ClosedRange<TLSVersion>) async throws {
        let (staying, leaving) = (try TestAuthority("Staying"), try TestAuthority("Leaving"))
        let gateway = try await gateway(staying, leaving)
        let caller = Caller(identity: try leaving.issue().identity(), versions: versions)
        let session = try session(at: gateway, caller)
        let fingerprint = try leaving.certificate.fingerprint
        try await gateway.cluster.apply(.setCAState(fingerprint, .inactive))
        try await gateway.cluster.apply(.unregisterCA(fingerprint))
        #expect(try returning(to: gateway, caller, session).fate == .alert(.unknownCA))
    }

    @Test(arguments: versions)
    func `does not outlive its certificate`(versions: ClosedRange<TLSVersion>) async throws {
        let authority = try TestAuthority()
        let clock = MovableClock()
        let gateway = try await gateway(authority, clock: clock.wall)
        let device = try authority.issue("device", .client.with { $0.notAfter = Date(timeIntervalSinceNow: 600) })
        let caller = Caller(identity: try device.identity(), versions: versions)
        let session = try session(at: gateway, caller)
        clock.advance(bySeconds: 601)
        #expect(try returning(to: gateway, caller, session).fate == .alert(.certificateExpired))
    }

    @Test(arguments: versions)
    func `does not outlive a narrowing of the TLS range`(versions: ClosedRange<TLSVersion>) async throws {
        let authority = try TestAuthority()
        let gateway = try await gateway(authority)
        let caller = Caller(identity: try authority.issue().identity(), versions: versions)
        let session = try session(at: gateway, caller)
        try await gateway.cluster.apply(.setTLS(TLSVersionRange(minimum: .tls1_2, maximum: .tls1_3)))
        let again = try returning(to: gateway, caller, session)
        #expect(!again.isResumed)
        #expect(again.fate == .admitted)
    }

    /// What an operator does between two visits of a device, and what the device is told at the second.
    static let verbs: [(DeviceVerb, Refusal.Reason)] = [
        (.revoke, .certificateRevoked), (.deactivate, .certificateInactive),
    ]

    @Test(arguments: verbs, versions)
    func `does not outlive the certificate's record`(
        verb: (DeviceVerb, reason: Refusal.Reason),
        versions: ClosedRange<TLSVersion>
    ) async throws {
        let authority = try TestAuthority()
        let gateway = try await gateway(authority)
        let device = try authority.issue("sensor")
        try await gateway.cluster.register(device, of: authority)
        try await gateway.cluster.apply(.setMode(.oneDeviceOneCertificate))
        let caller = Caller(identity: try device.identity(), versions: versions)
        let session = try session(at: gateway, caller)
        try await gateway.cluster.apply(verb.0, to: device)
        let again = try returning(to: gateway, caller, session)
        #expect(again.isResumed)
        #expect(again.fate == .connack(.notAuthorized))
        #expect(gateway.finalStatistics().refused == [verb.reason: 1])
    }

    @Test(arguments: versions)
    func `does not outlive a revocation by the CA`(versions: ClosedRange<TLSVersion>) async throws {
        let authority = try TestAuthority()
        let gateway = try await gateway(authority)
        let device = try authority.issue("sensor")
        let caller = Caller(identity: try device.identity(), versions: versions)
        let session = try session(at: gateway, caller)
        try await gateway.cluster.revoke(device, of: authority)
        #expect(try returning(to: gateway, caller, session).fate == .alert(.certificateRevoked))
        #expect(gateway.finalRefusals().map(\.refusal.reason) == [.clientCertificateRevoked])
    }

    @Test(arguments: versions)
    func `of one mode is none of another's`(versions: ClosedRange<TLSVersion>) async throws {
        let authority = try TestAuthority()
        let gateway = try await gateway(authority)
        let device = try authority.issue("sensor")
        let caller = Caller(identity: try device.identity(), versions: versions)
        let session = try session(at: gateway, caller)
        try await gateway.cluster.apply(.setMode(.oneDeviceOneCertificate))
        let again = try returning(to: gateway, caller, session)
        #expect(!again.isResumed)
        #expect(again.fate == .connack(.notAuthorized))
    }

    @Test(arguments: versions)
    func `of one access point is none of another's`(versions: ClosedRange<TLSVersion>) async throws {
        let authority = try TestAuthority()
        let gateway = try await GatewayUnderTest(secondAccessPoint: "private")
        try await gateway.cluster.register(authority)
        try await gateway.cluster.apply(.setMode(.twoWay))
        let caller = Caller(identity: try authority.issue().identity(), versions: versions)
        let session = try session(at: gateway, caller)
        let port = try #require(gateway.gateway.endpoints.first { $0.accessPoint == "private" }?.address.port)
        let options = ClientOptions(identity: caller.identity, versions: versions)
        let pipe = try TLSPipe(
            port: port,
            context: TLSContext(client: options),
            serverName: caller.serverName,
            session: session
        )
        defer { pipe.close() }
        #expect(GatewayUnderTest.fate(of: TestDevice(pipe, version: caller.mqtt), caller, pipe) == .admitted)
        #expect(!pipe.connection.isResumed)
    }
}
