import FoundationEssentials
import MQTTCodec
import OpenSSL
import Registry
import TLSGateway
import TestAuthority
import TestDevice
import Testing

@Suite("What the observer hears")
struct ReportTests {
    private func gateway(_ authority: TestAuthority) async throws -> GatewayUnderTest {
        let gateway = try await GatewayUnderTest()
        try await gateway.cluster.register(authority)
        try await gateway.cluster.apply(.setMode(.oneDeviceOneCertificate))
        return gateway
    }

    @Test func `of an admission is who came, how and by what`() async throws {
        let authority = try TestAuthority()
        let gateway = try await gateway(authority)
        let device = try authority.issue("sensor", .client.with { $0.serialNumber = [0x0a, 0xbc] })
        try await gateway.cluster.register(device, of: authority)
        _ = try gateway.fate(Caller(identity: device.identity(), versions: .tls1_2 ... .tls1_3, clientID: "s-7"))
        let report = try #require(gateway.observer.admissions.first)
        #expect(gateway.observer.admissions.count == 1)
        #expect(gateway.observer.refusals.isEmpty)
        #expect(report.clientID.text == "s-7")
        #expect(report.identity.certificate?.serial?.hex == "abc")
        #expect(report.identity.certificate?.commonName == "sensor")
        #expect(try report.identity.certificate?.fingerprint == device.fingerprint)
        #expect(try report.identity.certificate?.authority == authority.certificate.fingerprint)
        #expect(report.connection.accessPoint == "public")
        #expect(report.connection.address.description == "127.0.0.1")
        #expect(report.connection.serverName?.text == "default.test")
        #expect(report.connection.offer == TLSOffer(supportedVersions: [.tls1_2, .tls1_3]))
        #expect(report.connection.tlsVersion == .tls1_3)
        #expect(report.connection.mqttVersion == .v5)
        #expect(report.connection.mode == .oneDeviceOneCertificate)
        #expect(!report.connection.isResumed)
    }

    @Test func `of a refused record is the certificate, its state and the client id asked for`() async throws {
        let authority = try TestAuthority()
        let gateway = try await gateway(authority)
        let device = try authority.issue("sensor", .client.with { $0.serialNumber = [0x0a, 0xbc] })
        try await gateway.cluster.register(device, of: authority)
        try await gateway.cluster.apply(.revoke, to: device)
        _ = try gateway.fate(Caller(identity: device.identity(), clientID: "s-7"))
        let report = try #require(gateway.finalRefusals().first)
        #expect(report.refusal == .certificateRevoked(try device.fingerprint))
        #expect(report.state == .revoked)
        #expect(report.clientID?.text == "s-7")
        #expect(report.certificate?.serial?.hex == "abc")
        #expect(report.certificate?.commonName == "sensor")
        #expect(try report.authority == authority.certificate.fingerprint)
        #expect(report.alertSent == nil)
        #expect(report.depth == nil)
        #expect(report.refusal.rule == "client certificate registry")
    }

    @Test func `of a refused chain is the certificate, the alert sent and the depth`() async throws {
        let authority = try TestAuthority()
        let gateway = try await gateway(authority)
        let expired = try authority.issue("old", .client.with { $0.notAfter = Date(timeIntervalSinceNow: -60) })
        let strangerAuthority = try TestAuthority("Theirs")
        let stranger = try strangerAuthority.issue("stranger")
        for device in [expired, stranger] { _ = try gateway.fate(Caller(identity: device.identity())) }
        let reports = gateway.finalRefusals()
        #expect(reports.map(\.refusal.reason) == [.clientCertificateExpired, .clientCertificateUnknownIssuer])
        #expect(reports.map(\.alertSent) == [.certificateExpired, .unknownCA])
        #expect(reports.map(\.depth) == [0, 0])
        #expect(reports.map(\.certificate?.commonName) == ["old", "stranger"])
        #expect(try reports.map(\.certificate?.fingerprint) == [expired.fingerprint, stranger.fingerprint])
        #expect(reports.map(\.authority) == [nil, nil])
    }

    @Test func `of a hello without a version in common is what it offered`() async throws {
        let gateway = try await GatewayUnderTest()
        let range = try TLSVersionRange(minimum: .tls1_3, maximum: .tls1_3)
        try await gateway.cluster.apply(.setTLS(range))
        _ = try gateway.fate(Caller(versions: .tls1_2 ... .tls1_2))
        let report = try #require(gateway.finalRefusals().first)
        #expect(report.refusal.reason == .tlsVersionOutOfRange)
        #expect(report.connection.offer?.prospect(under: range) == .cutOff)
        #expect(report.connection.tlsVersion == nil)
        #expect(report.alertSent == .protocolVersion)
        #expect(report.connection.serverName?.text == "default.test")
    }

    @Test func `of a client that does not trust the server is its alert`() async throws {
        let gateway = try await GatewayUnderTest()
        var options = ClientOptions()
        options.anchors = [try TestAuthority("Elsewhere").certificate.openSSLCertificate]
        let pipe = try TLSPipe(port: gateway.port(), context: TLSContext(client: options), serverName: "default.test")
        #expect(throws: PipeError.self) { try pipe.handshake(by: .now + GatewayUnderTest.patience) }
        try await until { !gateway.observer.refusals.isEmpty }
        let report = try #require(gateway.finalRefusals().first)
        #expect(report.refusal == .serverCertificateRefused(.unknownCA))
        #expect(report.alertReceived == .unknownCA)
    }

    @Test func `of a flood before TLS is a sample`() async throws {
        var admission = AdmissionSettings()
        admission.reportedFloodsPerSecond = 1
        let gateway = try await GatewayUnderTest(admission: admission) { $0.allow = [try AddressRange("192.0.2.0/24")] }
        for _ in 0..<20 {
            let pipe = try SocketPipe(port: gateway.port())
            _ = try? pipe.receive(upTo: 1, by: .now + GatewayUnderTest.patience)
        }
        let reports = gateway.finalRefusals()
        #expect(reports.count >= 1 && reports.count < 20)
        #expect(reports.allSatisfy { $0.refusal.reason == .sourceNotAllowed })
        #expect(gateway.finalStatistics().refused == [.sourceNotAllowed: 20])
    }

    @Test func `never holds a password or a user name that was not proved`() async throws {
        let gateway = try await GatewayUnderTest(ClusterSettings(mode: .oneWay))
        try await gateway.cluster.add("alice", password: "wonderland")
        let caller = Caller(userName: "alice", password: Password(Array("looking-glass".utf8)))
        _ = try await gateway.call(caller)
        for report in gateway.finalRefusals() {
            #expect(!"\(report)".contains("looking-glass"))
            #expect(!"\(report)".contains("alice"))
        }
    }
}

@Suite("The look at a client after its admission")
struct RecheckTests {
    @Test func `finds what was taken away between admission and handover`() async throws {
        let authority = try TestAuthority()
        let gateway = try await GatewayUnderTest()
        try await gateway.cluster.register(authority)
        try await gateway.cluster.apply(.setMode(.oneDeviceOneCertificate))
        let device = try authority.issue("sensor")
        try await gateway.cluster.register(device, of: authority)
        #expect(try gateway.fate(Caller(identity: device.identity())) == .admitted)
        let recheck = try #require(gateway.backend.guests.first?.recheck)
        let fingerprint = try device.fingerprint
        #expect(recheck.refusal(at: .now) == nil)
        #expect(recheck.refusal(at: Date(timeIntervalSinceNow: 31 * 86_400))?.reason == .certificateExpired)
        try await gateway.cluster.apply(.deactivate, to: device)
        #expect(recheck.refusal(at: .now) == .certificateInactive(fingerprint))
        try await gateway.cluster.apply(.delete, to: device)
        #expect(recheck.refusal(at: .now)?.reason == .certificateUnregistered)
        try await gateway.cluster.revoke(device, of: authority)
        #expect(recheck.refusal(at: .now)?.reason == .certificateOnRevocationList)
        try await gateway.cluster.register(TestAuthority("Other"))
        try await gateway.cluster.apply(.setCAState(authority.certificate.fingerprint, .inactive))
        #expect(try recheck.refusal(at: .now) == .issuerUnregistered(authority.certificate.fingerprint))
    }
}
