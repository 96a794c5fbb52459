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

extension Row {
    /// The refusals of a client that has sent its CONNECT; all others are unreachable from here.
    static func ofIdentity(_ reason: Refusal.Reason) -> Row {
        switch reason {
        // What was valid at the handshake
        case .certificateExpired:
            notAuthorized { version in
                let (clock, authority) = (StoppedClock(), try TestAuthority())
                let gateway = try await Provocation.certified(authority, .twoWay, clock: clock.wall)
                let soon = CertificateShape.client.with { $0.notAfter = gateway.cluster.now + 60 }
                let caller = Caller(identity: try authority.issue("sensor", soon).identity(), mqtt: version)
                return try await Provocation.connecting(to: gateway, caller) { clock.advance(bySeconds: 120) }
            }
        case .issuerUnregistered:
            notAuthorized { version in
                let authority = try TestAuthority()
                let gateway = try await Provocation.certified(authority, .twoWay)
                try await gateway.cluster.register(TestAuthority("Staying"))
                let caller = Caller(identity: try authority.issue().identity(), mqtt: version)
                return try await Provocation.connecting(to: gateway, caller) {
                    try await gateway.cluster.apply(.setCAState(authority.certificate.fingerprint, .inactive))
                }
            }
        case .issuerGraceEnded:
            notAuthorized { version in
                let (clock, authority) = (StoppedClock(), try TestAuthority("Old"))
                let gateway = try await Provocation.certified(authority, .twoWay, clock: clock.wall)
                let new = try gateway.cluster.registration(of: TestAuthority("New"))
                try await gateway.cluster.apply(
                    .replaceCA(authority.certificate.fingerprint, with: new, proof: .waived)
                )
                let caller = Caller(identity: try authority.issue().identity(), mqtt: version)
                return try await Provocation.connecting(to: gateway, caller) { clock.advance(bySeconds: 601) }
            }
        case .certificateOnRevocationList:
            notAuthorized { version in
                let authority = try TestAuthority()
                let device = try authority.issue()
                let gateway = try await Provocation.certified(authority, .twoWay)
                let caller = Caller(identity: try device.identity(), mqtt: version)
                return try await Provocation.connecting(to: gateway, caller) {
                    try await gateway.cluster.revoke(device, of: authority)
                }
            }
        case .revocationListOutdated:
            Row(.connack(.serverUnavailable)) { version in
                let clock = StoppedClock()
                let (gateway, caller) = try await listed(lasting: 60, version, clock: clock.wall)
                return try await Provocation.connecting(to: gateway, caller) { clock.advance(bySeconds: 120) }
            }
        case .revocationListMissing:
            Row(.connack(.serverUnavailable)) { version in
                let authority = try TestAuthority("acme")
                let fingerprint = try authority.certificate.fingerprint
                let gateway = try await Provocation.certified(
                    authority,
                    .twoWay,
                    awaited: [AwaitedRevocationList(authority: fingerprint.hex, file: "/acme.crl")]
                )
                let device = try authority.issue()
                try await gateway.cluster.revoke(authority.issue(), of: authority)
                let caller = Caller(identity: try device.identity(), mqtt: version)
                return try await Provocation.connecting(to: gateway, caller) {
                    try await gateway.cluster.apply(.setRevocationList(fingerprint, nil))
                }
            }

        // The certificate's record
        case .certificateUnregistered: recorded { _, _, _ in }
        case .certificateInactive:
            recorded { try await $0.register($1, of: $2, active: false) }
        case .certificatePendingActivation:
            notAuthorized { version in
                let authority = try TestAuthority()
                let gateway = try await Provocation.certified(
                    authority,
                    .oneDeviceOneCertificate,
                    registration: true,
                    activation: false
                )
                return try await Provocation(gateway, Caller(identity: authority.issue().identity(), mqtt: version))
            }
        case .certificateRevoked:
            recorded {
                try await $0.register($1, of: $2)
                try await $0.apply(.revoke, to: $1)
            }
        case .certificateBarred:
            recorded(registration: true) {
                try await $0.register($1, of: $2)
                try await $0.apply(.deactivate, .delete, to: $1)
            }
        case .certificateRespelt:
            notAuthorized { version in
                let authority = try TestAuthority()
                let gateway = try await Provocation.certified(authority, .oneDeviceOneCertificate)
                let device = try authority.issue()
                try await gateway.cluster.register(device, of: authority)
                let identity = try device.withOtherSignature().identity()
                return try await Provocation(gateway, Caller(identity: identity, mqtt: version))
            }
        case .registrationRateExceeded:
            Row(.connack(.connectionRateExceeded), older: .connack(.serverUnavailable)) { version in
                let authority = try TestAuthority()
                let gateway = try await registering(authority, clock: StoppedClock().wall)
                for _ in 0..<15 { _ = gateway.cluster.devices.limit.take(at: gateway.cluster.now) }
                return try await Provocation(gateway, Caller(identity: authority.issue().identity(), mqtt: version))
            }
        case .registrationFailed:
            Row(.connack(.serverUnavailable)) { version in
                let authority = try TestAuthority()
                let gateway = try await registering(authority)
                gateway.cluster.deviceStore.breakDown()
                return try await Provocation(gateway, Caller(identity: authority.issue().identity(), mqtt: version))
            }

        // Names
        case .anonymousNotAllowed: named(.notAuthorized, user: nil, password: nil)
        case .passwordMissing: named(.badUserNameOrPassword, user: "alice", password: nil)
        case .userUnknown: named(.badUserNameOrPassword, user: "bob", password: Provocation.password)
        case .passwordWrong: named(.badUserNameOrPassword, user: "alice", password: "guess")
        case .userDisabled: named(.notAuthorized, user: "eve", password: Provocation.password)
        case .passwordHashUnreadable: named(.serverUnavailable, user: "mallory", password: Provocation.password)

        // Tokens
        case .tokenMalformed: token(.badUserNameOrPassword) { "eyJhbGciOiJIUzI1NiJ9.!.!" }
        case .tokenForged: token(.badUserNameOrPassword, #""exp":4000000000"#, key: 9)
        case .tokenExpired: token(.notAuthorized, #""exp":1000000000"#)
        case .tokenNotYetValid: token(.notAuthorized, #""exp":4000000000,"nbf":3900000000"#)
        case .tokenWithoutExpiry: token(.notAuthorized, #""extra":1"#)
        case .tokenWrongIssuer: token(.notAuthorized, #""exp":4000000000"#, issuer: "other")
        case .tokenWrongAudience: token(.notAuthorized, #""exp":4000000000"#, audience: "other")
        case .tokenWithoutIdentity: token(.notAuthorized, #""exp":4000000000"#, subject: "")

        // What takes longer
        case .authenticationOverloaded:
            Row(.connack(.serverBusy), older: .connack(.serverUnavailable)) { version in
                let authority = try TestAuthority()
                let gateway = try await registering(authority, admission: .with { $0.maxAuthenticating = 0 })
                return try await Provocation(gateway, Caller(identity: authority.issue().identity(), mqtt: version))
            }
        case .authenticationTimedOut:
            Row(.connack(.serverUnavailable)) { version in
                let authority = try TestAuthority()
                let gateway = try await registering(
                    authority,
                    admission: .with { $0.connectTimeout = .milliseconds(300) }
                )
                gateway.cluster.deviceStore.holdWrites()
                defer { gateway.cluster.deviceStore.releaseWrites() }
                return try await Provocation(gateway, Caller(identity: authority.issue().identity(), mqtt: version))
            }
        case .authenticationAbandoned:
            Row(.closed) { version in
                let authority = try TestAuthority()
                let gateway = try await registering(authority)
                gateway.cluster.deviceStore.holdWrites()
                defer { gateway.cluster.deviceStore.releaseWrites() }
                let caller = Caller(identity: try authority.issue().identity(), mqtt: version)
                let pipe = try gateway.pipe(caller)
                try TestDevice(pipe, version: version).send(caller.connect)
                try await until { gateway.gateway.statistics.authenticating > 0 }
                pipe.close()
                try await until { !gateway.observer.refusals.isEmpty }
                return Provocation(gateway, sees: .closed)
            }

        // Client id
        case .clientIdentifierMissing:
            Row(.connack(.clientIdentifierNotValid)) {
                try await Provocation(GatewayUnderTest(), Caller(mqtt: $0, clientID: ""))
            }
        case .clientIdentifierMismatch:
            Row(.connack(.clientIdentifierNotValid)) { version in
                let authority = try TestAuthority()
                let gateway = try await Provocation.certified(authority, .twoWay) { $0.clientIDPolicy = .requireMatch }
                let identity = try authority.issue("sensor").identity()
                return try await Provocation(gateway, Caller(identity: identity, mqtt: version, clientID: "other"))
            }

        default: .unreachable
        }
    }

    // MARK: Parts of them

    private static func notAuthorized(
        _ provoke: @escaping @Sendable (ProtocolVersion) async throws -> Provocation
    ) -> Row { Row(.connack(.notAuthorized), provoke) }

    /// A device whose certificate has the record that `prepare` gives it.
    private static func recorded(
        registration: Bool = false,
        _ prepare: @escaping @Sendable (TestCluster, TestCertificate, TestAuthority) async throws -> Void
    ) -> Row {
        notAuthorized { version in
            let authority = try TestAuthority()
            let gateway = try await Provocation.certified(
                authority,
                .oneDeviceOneCertificate,
                registration: registration
            )
            let device = try authority.issue("sensor")
            try await prepare(gateway.cluster, device, authority)
            return try await Provocation(gateway, Caller(identity: device.identity(), mqtt: version))
        }
    }

    /// A gateway where devices register themselves.
    private static func registering(
        _ authority: TestAuthority,
        admission: AdmissionSettings = AdmissionSettings(),
        clock: WallClock = .system
    ) async throws -> GatewayUnderTest {
        try await Provocation.certified(
            authority,
            .oneDeviceOneCertificate,
            admission: admission,
            clock: clock,
            registration: true
        )
    }

    private static func named(_ code: ReasonCode, user: Text?, password: String?) -> Row {
        Row(.connack(code)) { version in
            let gateway = try await GatewayUnderTest(ClusterSettings(mode: .oneWay))
            try await gateway.cluster.add("alice", password: Provocation.password)
            try await gateway.cluster.add("eve", password: Provocation.password, isEnabled: false)
            try await gateway.cluster.add("mallory", hash: "$6$old$scheme")
            let caller = Caller(
                mqtt: version,
                userName: user,
                password: password.map { Password(Array($0.utf8)) }
            )
            return try await Provocation(gateway, caller)
        }
    }

    private static func token(
        _ code: ReasonCode,
        _ claims: String,
        subject: String = #","sub":"alice""#,
        issuer: String = "issuer",
        audience: String = "sluice",
        key: UInt8 = 1
    ) -> Row {
        token(code) {
            let text = #"{"iss":"\#(issuer)","aud":"\#(audience)"\#(subject),\#(claims)}"#
            return try TestToken.make(text, .hs256([UInt8](repeating: key, count: 32)))
        }
    }

    private static func token(_ code: ReasonCode, _ make: @escaping @Sendable () throws -> String) -> Row {
        Row(.connack(code)) { version in
            let verifier = try JWTVerifier(
                keys: [JWTKey(secret: [UInt8](repeating: 1, count: 32))],
                requirements: JWTRequirements(issuer: "issuer", audience: "sluice")
            )
            let gateway = try await GatewayUnderTest(
                ClusterSettings(mode: .oneWay),
                tokens: TokenCheck(verifier)
            )
            let caller = Caller(mqtt: version, userName: "unused", password: Password(Array(try make().utf8)))
            return try await Provocation(gateway, caller)
        }
    }
}
