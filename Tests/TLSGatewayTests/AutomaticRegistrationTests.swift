import FoundationEssentials
import MQTTCodec
import OpenSSL
import Registry
import TLSGateway
import TestAuthority
import TestDevice
import Testing

@Suite("Automatic registration")
struct AutomaticRegistrationTests {
    let authority: TestAuthority

    init() throws { authority = try TestAuthority() }

    private func gateway(
        activation: Bool = true,
        admission: AdmissionSettings = AdmissionSettings(),
        clock: WallClock = .system
    ) async throws -> GatewayUnderTest {
        let gateway = try await GatewayUnderTest(admission: admission, clock: clock)
        try await gateway.cluster.register(authority)
        try await gateway.cluster.apply(
            .setMode(.oneDeviceOneCertificate, automaticRegistration: true, automaticActivation: activation)
        )
        return gateway
    }

    private func caller(_ device: TestCertificate, _ version: ProtocolVersion = .v5) throws -> Caller {
        Caller(identity: try device.identity(), mqtt: version)
    }

    @Test func `lets a device in at its first try, and registers it once`() async throws {
        let gateway = try await gateway()
        let device = try authority.issue("sensor")
        #expect(try await gateway.call(caller(device)) == .admitted)
        #expect(try await gateway.call(caller(device)) == .admitted)
        #expect(gateway.cluster.deviceStore.recordCount == 1)
        #expect(gateway.cluster.deviceStore.writeCount == 1)
        let entry = try #require(gateway.cluster.devices.entry(device.fingerprint))
        #expect(try entry.authority == authority.certificate.fingerprint)
        #expect(entry.state == .active)
        #expect(gateway.observer.admissions.map(\.isNewlyRegistered) == [true, false])
    }

    @Test(arguments: [ProtocolVersion.v3_1_1, .v5])
    func `leaves a device pending while activation is off`(version: ProtocolVersion) async throws {
        let gateway = try await gateway(activation: false)
        let device = try authority.issue("sensor")
        for _ in 0..<2 { #expect(try await gateway.call(caller(device, version)) == .connack(.notAuthorized)) }
        #expect(try gateway.cluster.devices.entry(device.fingerprint)?.state == .pendingActivation)
        try await gateway.cluster.apply(.activate, to: device)
        #expect(try await gateway.call(caller(device, version)) == .admitted)
        #expect(gateway.finalStatistics().refused == [.certificatePendingActivation: 2])
    }

    @Test func `waits for a whole CONNECT, not only for the handshake`() async throws {
        let gateway = try await gateway()
        let device = try authority.issue("sensor")
        let pipe = try gateway.pipe(caller(device))
        try pipe.handshake(by: .now + GatewayUnderTest.patience)
        try pipe.send([0x10, 0x0c, 0x00, 0x04], by: .now + GatewayUnderTest.patience)
        pipe.finishSending()
        _ = try pipe.receive(upTo: 10, by: .now + GatewayUnderTest.patience)
        let malformed = try gateway.pipe(caller(device))
        try malformed.send([0x10, 0x02, 0xff, 0xff], by: .now + GatewayUnderTest.patience)
        _ = try malformed.receive(upTo: 10, by: .now + GatewayUnderTest.patience)
        #expect(gateway.cluster.deviceStore.writeCount == 0)
    }

    @Test(arguments: [(ProtocolVersion.v3_1_1, ReasonCode.serverUnavailable), (.v5, .connectionRateExceeded)])
    func `refuses the sixteenth device of a second, and stores nothing of it`(
        version: ProtocolVersion,
        code: ReasonCode
    ) async throws {
        let clock = StoppedClock()
        let gateway = try await gateway(clock: clock.wall)
        for number in 0..<15 {
            #expect(try await gateway.call(caller(authority.issue("device-\(number)"), version)) == .admitted)
        }
        let late = try authority.issue("late")
        #expect(try await gateway.call(caller(late, version)) == .connack(code))
        #expect(gateway.cluster.deviceStore.recordCount == 15)
        clock.advance(bySeconds: 1)
        #expect(try await gateway.call(caller(late, version)) == .admitted)
        #expect(gateway.finalStatistics().refused == [.registrationRateExceeded: 1])
    }

    @Test func `does not bring back what was deleted, before it is purged`() async throws {
        let gateway = try await gateway()
        let device = try authority.issue("sensor")
        try await gateway.cluster.register(device, of: authority)
        try await gateway.cluster.apply(.revoke, .delete, to: device)
        #expect(try await gateway.call(caller(device)) == .connack(.notAuthorized))
        try await gateway.cluster.apply(.purge, to: device)
        #expect(try await gateway.call(caller(device)) == .admitted)
        #expect(gateway.finalStatistics().refused == [.certificateBarred: 1])
    }

    /// What was done with the certificate, and why its other spelling is refused.
    static let twins: [([DeviceVerb], Refusal.Reason)] = [
        ([.revoke], .certificateRevoked), ([.deactivate], .certificateInactive),
        ([.revoke, .delete], .certificateBarred), ([.deactivate, .delete], .certificateBarred),
        ([], .certificateRespelt),
    ]

    @Test(arguments: twins)
    func `knows a certificate again whose device has spelt its signature otherwise`(
        row: (verbs: [DeviceVerb], reason: Refusal.Reason)
    ) async throws {
        let gateway = try await gateway()
        let device = try authority.issue("sensor")
        let twin = try device.withOtherSignature()
        try await gateway.cluster.register(device, of: authority)
        for verb in row.verbs { try await gateway.cluster.apply(verb, to: device) }
        #expect(try await gateway.call(caller(twin)) == .connack(.notAuthorized))
        #expect(gateway.finalStatistics().refused == [row.reason: 1])
        #expect(try gateway.cluster.devices.entry(twin.fingerprint) == nil)
    }

    @Test func `takes either spelling of a new certificate's signature, and then no other`() async throws {
        let gateway = try await gateway()
        let device = try authority.issue("sensor")
        let twin = try device.withOtherSignature()
        #expect(try await gateway.call(caller(twin)) == .admitted)
        #expect(try await gateway.call(caller(device)) == .connack(.notAuthorized))
        #expect(try await gateway.call(caller(twin)) == .admitted)
    }

    @Test(arguments: [ProtocolVersion.v3_1_1, .v5])
    func `tells a device that the registry cannot store it`(version: ProtocolVersion) async throws {
        let gateway = try await gateway()
        gateway.cluster.deviceStore.breakDown()
        let device = try authority.issue("sensor")
        #expect(try await gateway.call(caller(device, version)) == .connack(.serverUnavailable))
        #expect(try gateway.cluster.devices.entry(device.fingerprint) == nil)
        #expect(gateway.finalStatistics().refused == [.registrationFailed: 1])
    }

    @Test(arguments: [(ProtocolVersion.v3_1_1, ReasonCode.serverUnavailable), (.v5, .serverBusy)])
    func `bounds how many wait, and serves others meanwhile`(
        version: ProtocolVersion,
        code: ReasonCode
    ) async throws {
        var admission = AdmissionSettings()
        admission.maxAuthenticating = 1
        let gateway = try await gateway(admission: admission)
        let known = try authority.issue("known")
        try await gateway.cluster.register(known, of: authority)
        gateway.cluster.deviceStore.holdWrites()
        let first = try caller(authority.issue("first"), version)
        let pipe = try gateway.pipe(first)
        let device = TestDevice(pipe, version: version, patience: GatewayUnderTest.patience)
        try device.send(first.connect)
        // With TLS 1.3 a CONNECT is on its way before anybody has read it: the desk says when it has been.
        try await until { gateway.gateway.statistics.authenticating > 0 }
        #expect(try await gateway.call(caller(authority.issue("second"), version)) == .connack(code))
        #expect(try await gateway.call(caller(known, version)) == .admitted)
        gateway.cluster.deviceStore.releaseWrites()
        #expect(try await blocking { try device.connack() }.reasonCode == .success)
        #expect(gateway.finalStatistics().refused == [.authenticationOverloaded: 1])
    }

    @Test func `goes through for a device that leaves meanwhile`() async throws {
        let gateway = try await gateway()
        gateway.cluster.deviceStore.holdWrites()
        let device = try authority.issue("hasty")
        let caller = try caller(device)
        let pipe = try gateway.pipe(caller)
        try TestDevice(pipe, version: caller.mqtt).send(caller.connect)
        try await until { gateway.gateway.statistics.authenticating > 0 }
        pipe.close()
        try await until { !gateway.observer.refusals.isEmpty }
        gateway.cluster.deviceStore.releaseWrites()
        try await until { gateway.gateway.statistics.authenticating == 0 }
        #expect(gateway.finalStatistics().refused == [.authenticationAbandoned: 1])
        #expect(gateway.backend.guests.isEmpty)
        #expect(try gateway.cluster.devices.entry(device.fingerprint)?.state == .active)
    }

    @Test(arguments: [ProtocolVersion.v3_1_1, .v5])
    func `is given up at the deadline of the CONNECT`(version: ProtocolVersion) async throws {
        var admission = AdmissionSettings()
        admission.connectTimeout = .milliseconds(300)
        let gateway = try await gateway(admission: admission)
        gateway.cluster.deviceStore.holdWrites()
        #expect(try await gateway.call(caller(authority.issue("slow"), version)) == .connack(.serverUnavailable))
        gateway.cluster.deviceStore.releaseWrites()
        #expect(gateway.finalStatistics().refused == [.authenticationTimedOut: 1])
    }

    @Test func `keeps what a client sends behind its CONNECT until it is let in`() async throws {
        let gateway = try await gateway()
        gateway.cluster.deviceStore.holdWrites()
        let caller = try caller(authority.issue("eager"))
        let pipe = try gateway.pipe(caller)
        let device = TestDevice(pipe, version: caller.mqtt, patience: GatewayUnderTest.patience)
        try device.send(caller.connect)
        try await until { gateway.gateway.statistics.authenticating > 0 }
        try pipe.send(Array("early".utf8), by: .now + GatewayUnderTest.patience)
        gateway.cluster.deviceStore.releaseWrites()
        #expect(try await blocking { try device.connack() }.reasonCode == .success)
        var echoed: [UInt8] = []
        while echoed.count < 5 { echoed += try pipe.receive(upTo: 5, by: .now + GatewayUnderTest.patience) }
        #expect(echoed == Array("early".utf8))
    }

    @Test func `ends with the node`() async throws {
        let gateway = try await gateway()
        gateway.cluster.deviceStore.holdWrites()
        let caller = try caller(authority.issue("late"))
        let pipe = try gateway.pipe(caller)
        let device = TestDevice(pipe, version: caller.mqtt, patience: GatewayUnderTest.patience)
        try device.send(caller.connect)
        try await until { gateway.gateway.statistics.authenticating > 0 }
        await gateway.drain(within: .seconds(60))
        #expect(try await blocking { try device.connack() }.reasonCode == .serverUnavailable)
        gateway.cluster.deviceStore.releaseWrites()
    }
}
