import Credentials
import FoundationEssentials
import MQTTCodec
import OpenSSL
import Registry
import Synchronization
import TestAuthority
import TestDevice
import Testing

@testable import TLSGateway

@Suite("Users of one-way mode")
struct UserTests {
    /// What a client sends, what it is told in 5.0, and why. Known is "alice" with "wonderland"; "eve" is disabled.
    static let attempts: [(user: Text?, password: String?, code: ReasonCode, reason: Refusal.Reason?)] = [
        ("alice", "wonderland", .success, nil),
        ("alice", "Wonderland", .badUserNameOrPassword, .passwordWrong),
        ("alice", "", .badUserNameOrPassword, .passwordWrong),
        ("alice", nil, .badUserNameOrPassword, .passwordMissing),
        ("bob", "wonderland", .badUserNameOrPassword, .userUnknown),
        ("", "wonderland", .badUserNameOrPassword, .userUnknown),
        ("a:b", "wonderland", .badUserNameOrPassword, .userUnknown),
        ("eve", "apple", .notAuthorized, .userDisabled),
        ("eve", "pear", .badUserNameOrPassword, .passwordWrong),
        ("mallory", "any", .serverUnavailable, .passwordHashUnreadable),
        (nil, nil, .notAuthorized, .anonymousNotAllowed),
    ]

    // [MQTT-3.1.4-2]
    @Test(arguments: attempts, [ProtocolVersion.v3_1_1, .v5])
    func `are believed by their password alone`(
        attempt: (user: Text?, password: String?, code: ReasonCode, reason: Refusal.Reason?),
        version: ProtocolVersion
    ) async throws {
        let gateway = try await GatewayUnderTest(ClusterSettings(mode: .oneWay))
        try await gateway.cluster.add("alice", password: "wonderland")
        try await gateway.cluster.add("eve", password: "apple", isEnabled: false)
        try await gateway.cluster.add("mallory", hash: "$6$old$scheme")
        let caller = Caller(
            mqtt: version,
            userName: attempt.user,
            password: attempt.password.map { Password(Array($0.utf8)) }
        )
        let fate = try await gateway.call(caller)
        #expect(fate == .connack(attempt.code))
        #expect(gateway.backend.guests.map(\.identity) == (attempt.reason == nil ? [.user("alice")] : []))
        #expect(gateway.finalStatistics().refused == attempt.reason.map { [$0: 1] } ?? [:])
    }

    @Test func `come in by a password file's line as it is`() async throws {
        let gateway = try await GatewayUnderTest(ClusterSettings(mode: .oneWay))
        // Made by mosquitto_passwd -b.
        let made =
            "$7$101$iI0j30J9/WEafAAS$"
            + "r7L2kqby3Bx71SP1QYX0Vtc7GexpTdi0IFc7YvX499O7xMILVCk1UhDeii7v6HosWWF27NHGTxd46z8ABnFXHw=="
        try await gateway.cluster.add("meter", hash: made)
        let caller = Caller(userName: "meter", password: Password(Array("secret".utf8)))
        #expect(try await gateway.call(caller) == .admitted)
    }

    @Test func `are checked on a plain listener too, whatever the cluster's mode`() async throws {
        let gateway = try await GatewayUnderTest(ClusterSettings(mode: .oneWay))
        try await gateway.cluster.add("alice", password: "wonderland")
        try await gateway.cluster.register(TestAuthority())
        try await gateway.cluster.apply(.setMode(.oneDeviceOneCertificate))
        for (password, expected) in [("wonderland", Fate.admitted), ("guess", .connack(.badUserNameOrPassword))] {
            let caller = Caller(userName: "alice", password: Password(Array(password.utf8)))
            let port = try gateway.port(.mqtt)
            let fate = try await blocking {
                GatewayUnderTest.fate(of: TestDevice(try SocketPipe(port: port), version: caller.mqtt), caller)
            }
            #expect(fate == expected)
        }
    }

    @Test func `who are unknown cost as much time as a wrong password`() throws {
        let checker = PasswordChecker()
        let hash = try PasswordHash(hashing: Array("right".utf8), iterations: 20_000)
        let user = UserRecord(
            name: try UserName("alice"),
            passwordHash: PasswordHashText(hash.text),
            createdAt: .now,
            updatedAt: .now
        )
        func time(of user: UserRecord?) -> Duration {
            (0..<5).map { _ in
                ContinuousClock().measure {
                    #expect(throws: Refusal.self) { try checker.check(Array("wrong".utf8), of: user) }
                }
            }.min() ?? .zero
        }
        let known = time(of: user)
        let unknown = time(of: nil)
        #expect(unknown > known / 2)
        #expect(unknown < known * 2)
    }

    @Test func `who were taken out, or got another password, are found out when asked again`() async throws {
        let gateway = try await GatewayUnderTest(ClusterSettings(mode: .oneWay))
        try await gateway.cluster.add("alice", password: "wonderland")
        let caller = Caller(userName: "alice", password: Password(Array("wonderland".utf8)))
        #expect(try await gateway.call(caller) == .admitted)
        let recheck = try #require(gateway.backend.guests.first?.recheck)
        #expect(recheck.refusal(at: .now) == nil)
        try await gateway.cluster.add("alice", password: "looking-glass")
        #expect(recheck.refusal(at: .now) == .passwordWrong)
        _ = try await gateway.cluster.users.remove(
            UserName("alice"),
            at: .now,
            by: TestCluster.administrator
        )
        #expect(recheck.refusal(at: .now) == .userUnknown)
    }
}

@Suite("Tokens of one-way mode")
struct TokenTests {
    static let secret = Array(repeating: UInt8(ascii: "s"), count: 32)
    static let clock = StoppedClock()

    /// What a token says beside who it is for, who signed it, and what comes of it.
    struct Row: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var claims = #""sub":"alice","iss":"issuer","aud":"sluice","exp":@+600"#
        var signer = TestToken.Signer.hs256(TokenTests.secret)
        let code: ReasonCode
        var reason: Refusal.Reason?
    }

    static let rows: [Row] = [
        Row(testDescription: "good", code: .success),
        Row(
            testDescription: "of another's key",
            signer: .hs256(Array(repeating: 1, count: 32)),
            code: .badUserNameOrPassword,
            reason: .tokenForged
        ),
        Row(testDescription: "unsigned", signer: .none, code: .badUserNameOrPassword, reason: .tokenForged),
        Row(
            testDescription: "expired",
            claims: #""sub":"alice","iss":"issuer","aud":"sluice","exp":@-1000"#,
            code: .notAuthorized,
            reason: .tokenExpired
        ),
        Row(
            testDescription: "not yet valid",
            claims: #""sub":"alice","iss":"issuer","aud":"sluice","exp":@+9000,"nbf":@+5000"#,
            code: .notAuthorized,
            reason: .tokenNotYetValid
        ),
        Row(
            testDescription: "good for ever",
            claims: #""sub":"alice","iss":"issuer","aud":"sluice""#,
            code: .notAuthorized,
            reason: .tokenWithoutExpiry
        ),
        Row(
            testDescription: "of another issuer",
            claims: #""sub":"alice","iss":"other","aud":"sluice","exp":@+600"#,
            code: .notAuthorized,
            reason: .tokenWrongIssuer
        ),
        Row(
            testDescription: "for another audience",
            claims: #""sub":"alice","iss":"issuer","aud":"other","exp":@+600"#,
            code: .notAuthorized,
            reason: .tokenWrongAudience
        ),
        Row(
            testDescription: "for nobody",
            claims: #""iss":"issuer","aud":"sluice","exp":@+600"#,
            code: .notAuthorized,
            reason: .tokenWithoutIdentity
        ),
    ]

    /// The claims as JSON; `@+600` stands for ten minutes from now.
    private static func claims(_ text: String) -> String {
        let now = clock.wall.seconds()
        return "{" + text.replacing(/@([+-]\d+)/) { "\(now + (Int64($0.1) ?? 0))" } + "}"
    }

    private func gateway(
        _ placement: TokenCheck.Placement,
        clientIDClaim: String? = nil
    ) async throws
        -> GatewayUnderTest
    {
        let verifier = try JWTVerifier(
            keys: [JWTKey(secret: Self.secret)],
            requirements: JWTRequirements(issuer: "issuer", audience: "sluice", clientIDClaim: clientIDClaim)
        )
        return try await GatewayUnderTest(
            ClusterSettings(mode: .oneWay),
            clock: Self.clock.wall,
            tokens: TokenCheck(verifier, in: placement)
        )
    }

    private func caller(_ token: String, _ placement: TokenCheck.Placement, _ version: ProtocolVersion) throws -> Caller
    {
        switch placement {
        case .password: Caller(mqtt: version, userName: "unused", password: Password(Array(token.utf8)))
        case .userName: Caller(mqtt: version, userName: try Text(token))
        }
    }

    @Test(arguments: rows, [ProtocolVersion.v3_1_1, .v5])
    func `are believed by signature and claims`(row: Row, version: ProtocolVersion) async throws {
        for placement in TokenCheck.Placement.allCases {
            let gateway = try await gateway(placement)
            let token = try TestToken.make(Self.claims(row.claims), row.signer)
            let fate = try gateway.fate(caller(token, placement, version))
            #expect(fate == .connack(row.code))
            #expect(gateway.backend.guests.map(\.identity) == (row.reason == nil ? [.token(user: "alice")] : []))
            #expect(gateway.finalStatistics().refused == row.reason.map { [$0: 1] } ?? [:])
        }
    }

    @Test func `that are damaged are told as a wrong password`() async throws {
        let gateway = try await gateway(.password)
        #expect(
            try gateway.fate(caller("eyJhbGciOiJIUzI1NiJ9.!.!", .password, .v5)) == .connack(.badUserNameOrPassword)
        )
        #expect(gateway.finalStatistics().refused == [.tokenMalformed: 1])
    }

    @Test func `leave users with passwords their place`() async throws {
        let gateway = try await gateway(.password)
        try await gateway.cluster.add("alice", password: "wonderland")
        let caller = Caller(userName: "alice", password: Password(Array("wonderland".utf8)))
        #expect(try await gateway.call(caller) == .admitted)
        #expect(gateway.backend.guests.map(\.identity) == [.user("alice")])
    }

    @Test(
        arguments: [("meter-7", ReasonCode.success), ("", .success), ("meter-8", .clientIdentifierNotValid)]
            as [(Text, ReasonCode)]
    )
    func `that name a client id are for that one alone`(sent: Text, code: ReasonCode) async throws {
        let gateway = try await gateway(.password, clientIDClaim: "device")
        let claims = #""sub":"alice","iss":"issuer","aud":"sluice","exp":@+600,"device":"meter-7""#
        var caller = try caller(TestToken.make(Self.claims(claims), .hs256(Self.secret)), .password, .v5)
        caller.clientID = sent
        #expect(try gateway.fate(caller) == .connack(code))
        #expect(gateway.backend.guests.map(\.clientID) == (code == .success ? ["meter-7"] : []))
    }

    @Test func `are asked again until they end, and as long as their key is one`() async throws {
        let requirements = JWTRequirements(issuer: "issuer", audience: "sluice")
        let (check, renewed) = (
            TokenCheck(try JWTVerifier(keys: [JWTKey(secret: Self.secret)], requirements: requirements)),
            TokenCheck(try JWTVerifier(keys: [JWTKey(secret: Array(repeating: 7, count: 32))]))
        )
        let isRenewed = Atomic(false)
        let gateway = try await GatewayUnderTest(
            ClusterSettings(mode: .oneWay),
            clock: Self.clock.wall,
            tokens: isRenewed.load(ordering: .relaxed) ? renewed : check
        )
        let token = try TestToken.make(Self.claims(Self.rows[0].claims), .hs256(Self.secret))
        let late = try TestToken.make(
            Self.claims(#""sub":"alice","iss":"issuer","aud":"sluice","exp":@-30"#),
            .hs256(Self.secret)
        )
        for token in [token, late] { #expect(try gateway.fate(caller(token, .password, .v5)) == .admitted) }
        let rechecks = gateway.backend.guests.compactMap(\.recheck)
        let now = gateway.cluster.now
        // The second one came when it had ended, within what clocks may differ by.
        #expect(rechecks.map { $0.refusal(at: now + 29)?.reason } == [nil, nil])
        #expect(rechecks.map { $0.refusal(at: now + 30)?.reason } == [nil, .tokenExpired])
        #expect(rechecks.map { $0.refusal(at: now + 599)?.reason } == [nil, .tokenExpired])
        #expect(rechecks.map { $0.refusal(at: now + 600)?.reason } == [.tokenExpired, .tokenExpired])
        isRenewed.store(true, ordering: .relaxed)
        #expect(rechecks.map { $0.refusal(at: now)?.reason } == [.tokenForged, .tokenForged])
    }
}
