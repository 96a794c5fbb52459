import FoundationEssentials
import MQTTCodec
import OpenSSL
import Registry
import TLSGateway
import TestAuthority
import TestDevice
import Testing

@Suite("One device, one certificate")
struct DeviceRegistryTests {
    let authority: TestAuthority

    init() throws { authority = try TestAuthority() }

    private func gateway(
        automaticRegistration: Bool = false,
        _ change: (inout AccessPoint) throws -> Void = { _ in }
    ) async throws -> GatewayUnderTest {
        let gateway = try await GatewayUnderTest(ClusterSettings(), change)
        try await gateway.cluster.register(authority)
        try await gateway.cluster.apply(
            .setMode(.oneDeviceOneCertificate, automaticRegistration: automaticRegistration)
        )
        return gateway
    }

    /// A way for a certificate to stand in the registry, and what its device is told.
    struct Standing: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let active: Bool?
        let verbs: [DeviceVerb]
        let reason: Refusal.Reason?
    }

    static let standings: [Standing] = [
        Standing(testDescription: "active", active: true, verbs: [], reason: nil),
        Standing(testDescription: "unregistered", active: nil, verbs: [], reason: .certificateUnregistered),
        Standing(testDescription: "registered inactive", active: false, verbs: [], reason: .certificateInactive),
        Standing(testDescription: "activated", active: false, verbs: [.activate], reason: nil),
        Standing(testDescription: "deactivated", active: true, verbs: [.deactivate], reason: .certificateInactive),
        Standing(testDescription: "revoked", active: true, verbs: [.revoke], reason: .certificateRevoked),
        Standing(
            testDescription: "deleted",
            active: true,
            verbs: [.deactivate, .delete],
            reason: .certificateBarred
        ),
        Standing(
            testDescription: "purged",
            active: true,
            verbs: [.revoke, .delete, .purge],
            reason: .certificateUnregistered
        ),
    ]

    @Test(arguments: standings, [ProtocolVersion.v3_1_1, .v5])
    func `lets in who is registered and active`(standing: Standing, version: ProtocolVersion) async throws {
        let gateway = try await gateway()
        let device = try authority.issue("sensor")
        if let active = standing.active {
            try await gateway.cluster.register(device, of: authority, active: active)
        }
        for verb in standing.verbs { try await gateway.cluster.apply(verb, to: device) }
        let fate = try gateway.fate(Caller(identity: device.identity(), mqtt: version))
        #expect(fate == (standing.reason == nil ? .admitted : .connack(.notAuthorized)))
        #expect(gateway.finalStatistics().refused == standing.reason.map { [$0: 1] } ?? [:])
        #expect(gateway.backend.guests.count == (standing.reason == nil ? 1 : 0))
    }

    @Test func `refuses a registered certificate whose CA is gone, in the handshake`() async throws {
        let gateway = try await gateway()
        let device = try authority.issue("sensor")
        try await gateway.cluster.register(device, of: authority)
        try await gateway.cluster.register(TestAuthority("Other"))
        try await gateway.cluster.apply(.setCAState(authority.certificate.fingerprint, .inactive))
        #expect(try gateway.fate(Caller(identity: device.identity())) == .alert(.unknownCA))
    }

    @Test func `is an access point's own mode where the cluster has another`() async throws {
        let gateway = try await GatewayUnderTest { $0.mode = .oneDeviceOneCertificate }
        try await gateway.cluster.register(authority)
        let (known, unknown) = (try authority.issue("known"), try authority.issue("unknown"))
        try await gateway.cluster.register(known, of: authority)
        #expect(try gateway.fate() == .alert(.certificateRequired))
        #expect(try gateway.fate(Caller(identity: unknown.identity())) == .connack(.notAuthorized))
        #expect(try gateway.fate(Caller(identity: known.identity())) == .admitted)
    }

    @Test func `is two-way mode without a registry where an access point says so, but for what is revoked`()
        async throws
    {
        let gateway = try await gateway { $0.mode = .twoWay }
        let (unknown, revoked) = (try authority.issue("unknown"), try authority.issue("revoked"))
        try await gateway.cluster.register(revoked, of: authority)
        try await gateway.cluster.apply(.revoke, to: revoked)
        #expect(try gateway.fate(Caller(identity: unknown.identity())) == .admitted)
        #expect(try gateway.fate(Caller(identity: revoked.identity())) == .connack(.notAuthorized))
        #expect(gateway.finalStatistics().refused == [.certificateRevoked: 1])
    }

    /// What was done with a certificate before its record was deleted, and whether two-way mode lets it in then.
    @Test(arguments: [(StateVerb.revoke, false), (.deactivate, true)])
    func `keeps out of two-way mode what was revoked and deleted, until it is purged`(
        row: (verb: StateVerb, isAdmitted: Bool)
    ) async throws {
        let gateway = try await gateway { $0.mode = .twoWay }
        let device = try authority.issue("sensor")
        try await gateway.cluster.register(device, of: authority)
        try await gateway.cluster.apply(row.verb == .revoke ? .revoke : .deactivate, to: device)
        try await gateway.cluster.apply(.delete, to: device)
        let caller = Caller(identity: try device.identity())
        #expect(try gateway.fate(caller) == (row.isAdmitted ? .admitted : .connack(.notAuthorized)))
        try await gateway.cluster.apply(.purge, to: device)
        #expect(try gateway.fate(caller) == .admitted)
        #expect(gateway.finalStatistics().refused == (row.isAdmitted ? [:] : [.certificateBarred: 1]))
    }

    @Test func `does not reach a connection that was set up before the switch`() async throws {
        let gateway = try await GatewayUnderTest()
        try await gateway.cluster.register(authority)
        try await gateway.cluster.apply(.setMode(.twoWay))
        let caller = Caller(identity: try authority.issue().identity(), versions: .tls1_2 ... .tls1_2)
        let pipe = try gateway.pipe(caller)
        try pipe.handshake(by: .now + GatewayUnderTest.patience)
        try await gateway.cluster.apply(.setMode(.oneDeviceOneCertificate))
        #expect(GatewayUnderTest.fate(of: TestDevice(pipe), caller, pipe) == .admitted)
        #expect(try gateway.fate(caller) == .connack(.notAuthorized))
    }

    /// Policy, CONNECT's id, record's id; the id that comes of it, `nil` for a refusal. The common name is "cn".
    static let identifiers: [(ClientIdentifierRule, Text, String?, String?)] = [
        (.fill, "own", "record", "own"), (.fill, "", "record", "record"), (.fill, "", nil, "cn"),
        (.requireMatch, "record", "record", "record"), (.requireMatch, "own", "record", nil),
        (.requireMatch, "cn", "record", nil), (.requireMatch, "", "record", "record"),
        (.override, "own", "record", "record"), (.override, "own", nil, "cn"),
        (.override, "record", "record", "record"),
    ]

    @Test(arguments: identifiers, [ProtocolVersion.v3_1_1, .v5])
    func `gives a client id by CONNECT, record and common name`(
        row: (rule: ClientIdentifierRule, sent: Text, record: String?, expected: String?),
        version: ProtocolVersion
    ) async throws {
        let gateway = try await gateway { $0.clientIDPolicy = row.rule }
        let device = try authority.issue("cn")
        try await gateway.cluster.register(device, of: authority, clientID: row.record)
        var caller = Caller(identity: try device.identity(), mqtt: version, clientID: row.sent)
        // A substituted id counts as given: a session may be kept under it.
        caller.cleanStart = false
        let fate = try gateway.fate(caller)
        #expect(fate == (row.expected == nil ? .connack(.clientIdentifierNotValid) : .admitted))
        let guest = gateway.backend.guests.first
        #expect(guest?.clientID == row.expected)
        #expect(guest.map(\.isClientIDAssigned) == row.expected.map { $0 != row.sent.string })
    }
}
