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
    /// How each refusal is provoked.
    static func of(_ reason: Refusal.Reason) -> Row {
        switch reason {
        // Accept
        case .sourceNotAllowed:
            Row(.closed) {
                let gateway = try await GatewayUnderTest { $0.allow = [try AddressRange("10.0.0.0/8")] }
                return try await Provocation(gateway, Caller(mqtt: $0))
            }
        case .sourceTooFast:
            secondCall { $0.perSource = .init(rate: 0.001, burst: 1) }
        case .tooManyHandshakes:
            secondCall { $0.handshakesPerSecond = 1 }
        case .tooManyConnections:
            Row(.closed) {
                let gateway = try await GatewayUnderTest(admission: .with { $0.maxConnections = 1 })
                let first = try gateway.device()
                _ = try first.connect(as: "first")
                defer { withExtendedLifetime(first) {} }
                return try await Provocation(gateway, Caller(mqtt: $0))
            }
        case .shuttingDown:
            Row(.connack(.serverUnavailable)) {
                let gateway = try await GatewayUnderTest()
                return try await Provocation.connecting(to: gateway, Caller(mqtt: $0)) { gateway.gateway.drain() }
            }
        case .outOfResources:
            .unreachable

        // ClientHello
        case .notTLS:
            Row(.closed) { _ in
                try await Provocation.greeting(with: Array("GET / HTTP/1.1\r\n\r\n".utf8), GatewayUnderTest())
            }
        case .helloMalformed:
            Row(.alert(.decodeError)) { _ in
                // The name's type, which is 0 for a host name. RFC 6066 § 3
                let hello = try Self.hello { bytes, name in bytes[name - 3] = 7 }
                return try await Provocation.greeting(with: hello, GatewayUnderTest())
            }
        case .serverNameUnknown: strictly(asking: "unknown.test")
        case .serverNameMissing: strictly(asking: nil)
        case .serverNameUnusable: strictly(asking: "no..name")
        case .serverNameRetired:
            Row(.alert(.unrecognizedName)) {
                let gateway = try await GatewayUnderTest()
                try await gateway.cluster.bind("old.test", slot: .custom(1))
                try await gateway.cluster.apply(.unbind(.custom(1)))
                return try await Provocation(gateway, Caller(serverName: "old.test", mqtt: $0))
            }
        case .noServerCertificate:
            Row(.closed) {
                try await Provocation(GatewayUnderTest(hasDefaultCertificate: false), Caller(mqtt: $0))
            }
        case .tlsVersionOutOfRange:
            Row(.alert(.protocolVersion)) {
                let gateway = try await GatewayUnderTest()
                try await gateway.cluster.apply(.setTLS(TLSVersionRange(minimum: .tls1_3, maximum: .tls1_3)))
                return try await Provocation(gateway, Caller(versions: .tls1_2 ... .tls1_2, mqtt: $0))
            }
        case .noCommonAlgorithm:
            Row(.alert(.handshakeFailure)) {
                try await Provocation.calling(
                    GatewayUnderTest(),
                    Caller(versions: .tls1_3 ... .tls1_3, mqtt: $0),
                    signatureAlgorithms: "RSA+SHA256:RSA-PSS+SHA256"
                )
            }

        // The client's chain
        case .clientCertificateMissing:
            Row(.alert(.certificateRequired)) {
                try await Provocation(Provocation.certified(TestAuthority(), .twoWay), Caller(mqtt: $0))
            }
        case .clientCertificateExpired:
            Row(.alert(.certificateExpired)) {
                try await .showing(.client.with { $0.notAfter = Date(timeIntervalSinceNow: -60) }, $0)
            }
        case .clientCertificateNotYetValid:
            Row(.alert(.badCertificate)) {
                try await .showing(.client.with { $0.notBefore = Date(timeIntervalSinceNow: 3600) }, $0)
            }
        case .clientCertificateUnknownIssuer:
            Row(.alert(.unknownCA)) { try await stranger("Theirs", $0) }
        case .clientCertificateForged:
            Row(.alert(.unknownCA)) { try await stranger("Ours", $0) }
        case .clientCertificateWrongPurpose:
            Row(.alert(.unsupportedCertificate)) { try await .showing(.server("device.test"), $0) }
        case .clientCertificateNotFromAuthority:
            Row(.alert(.unknownCA)) { try await .showing(.client, through: .client, $0) }
        case .clientCertificatePathTooLong:
            Row(.alert(.unknownCA)) {
                let narrow = CertificateShape.authority.with { $0.constraints = .authority(pathLength: 0) }
                return try await .showing(.client, of: narrow, through: .authority, $0)
            }
        case .clientCertificateNameNotPermitted:
            Row(.alert(.badCertificate)) {
                let narrow = CertificateShape.authority.with { $0.excludedDNSNames = ["forbidden.test"] }
                return try await .showing(.client.with { $0.dnsNames = ["device.forbidden.test"] }, of: narrow, $0)
            }
        case .clientCertificateWeakKey:
            Row(.alert(.badCertificate)) { try await .showing(.client.with { $0.key = .rsa(bits: 1024) }, $0) }
        case .clientCertificateWeakSignature:
            Row(.alert(.badCertificate)) {
                let rsa = CertificateShape.authority.with { $0.key = .rsa(bits: 2048) }
                return try await .showing(.client.with { $0.isSignedWithSHA1 = true }, of: rsa, $0)
            }
        case .clientCertificateRevoked:
            Row(.alert(.certificateRevoked)) {
                let authority = try TestAuthority("acme")
                let device = try authority.issue("sensor")
                let gateway = try await Provocation.certified(authority, .twoWay)
                try await gateway.cluster.revoke(device, of: authority)
                return try await Provocation(gateway, Caller(identity: device.identity(), mqtt: $0))
            }
        case .clientCertificateRevocationUnknown:
            Row(.alert(.certificateUnknown)) {
                let (gateway, caller) = try await listed(lasting: -60, $0)
                return try await Provocation(gateway, caller)
            }
        case .clientCertificateRevocationListMissing:
            Row(.alert(.certificateUnknown)) {
                let authority = try TestAuthority("acme")
                let gateway = try await Provocation.certified(
                    authority,
                    .twoWay,
                    awaited: [
                        AwaitedRevocationList(authority: authority.certificate.fingerprint.hex, file: "/acme.crl")
                    ]
                )
                return try await Provocation(gateway, Caller(identity: authority.issue().identity(), mqtt: $0))
            }
        case .clientCertificateUnfit:
            Row(.alert(.badCertificate)) {
                try await .showing(.client.with { $0.hasUnknownCriticalExtension = true }, $0)
            }
        case .serverCertificateRefused:
            Row(.other("untrusted")) {
                let scene = try await Provocation.calling(
                    GatewayUnderTest(),
                    Caller(mqtt: $0),
                    anchors: [TestAuthority("another")]
                )
                return Provocation(scene.gateway, sees: .other("untrusted"))
            }

        // The rest of the handshake
        case .handshakeFailed:
            Row(.closed) { _ in
                // A ClientHello, then the alert handshake_failure in place of what is next.
                let bytes = try Self.hello { _, _ in } + [21, 3, 3, 0, 2, 2, 40]
                return try await Provocation.greeting(with: bytes, GatewayUnderTest())
            }
        case .handshakeTimedOut:
            Row(.closed) { _ in
                let gateway = try await GatewayUnderTest(admission: .with { $0.handshakeTimeout = .milliseconds(100) })
                return try Provocation.greeting(with: [22, 3, 1], gateway)
            }
        case .handshakeAbandoned:
            Row(.closed) { _ in
                let part = try Self.hello { _, _ in }.prefix(40)
                let scene = try await Provocation.greeting(with: Array(part), GatewayUnderTest(), thenLeaving: true)
                // libssl complains by an alert before the end, which the device that is gone does not see.
                return Provocation(scene.gateway, sees: .closed)
            }

        // CONNECT
        case .connectTimedOut:
            Row(.closed) { _ in
                let gateway = try await GatewayUnderTest(admission: .with { $0.connectTimeout = .milliseconds(100) })
                return try Provocation.saying([0x10], to: gateway)
            }
        case .connectAbandoned:
            Row(.closed) { _ in
                try await Provocation.saying([0x10, 0x20, 0, 4, 0x4d], to: GatewayUnderTest(), thenLeaving: true)
            }
        case .connectMissing:
            Row(.closed) { _ in try await Provocation.saying([0xc0, 0], to: GatewayUnderTest()) }
        case .connectMalformed:
            Row(.connack(.malformedPacket), older: .closed) { version in
                // The reserved connect flag. [MQTT-3.1.2-3]
                let properties: [UInt8] = version == .v5 ? [0] : []
                return try await Self.connect(version, flags: 0x03, properties: properties)
            }
        case .connectProtocolError:
            // 3.1.1 has no properties, and nothing else in a CONNECT that only the order of things forbids.
            Row(.connack(.protocolError), older: nil) { version in
                // Receive Maximum twice. MQTT 5.0 § 3.1.2.11.3
                try await Self.connect(version, flags: 0x02, properties: [6, 0x21, 0, 1, 0x21, 0, 1])
            }
        case .connectTooLarge:
            Row(.closed) {
                let gateway = try await GatewayUnderTest(admission: .with { $0.maxConnectBytes = 200 })
                let long = try Text(String(repeating: "x", count: 300))
                return try await Provocation(gateway, Caller(mqtt: $0, clientID: long))
            }
        case .protocolVersionUnknown:
            Row(.connack(.unsupportedProtocolVersion)) { version in
                try await Self.connect(version, level: version == .v5 ? 6 : 2, flags: 0x02, properties: [0])
            }

        default: ofIdentity(reason)
        }
    }

    // MARK: Parts of them

    /// The second call of one source is one too many.
    private static func secondCall(_ change: @escaping @Sendable (inout AdmissionSettings) -> Void) -> Row {
        Row(.closed) {
            let gateway = try await GatewayUnderTest(admission: .with(change))
            guard try gateway.fate() == .admitted else { throw PipeError.failed("the first call is refused") }
            return try await Provocation(gateway, Caller(mqtt: $0))
        }
    }

    /// Asks where the default certificate does not stand in.
    private static func strictly(asking name: String?) -> Row {
        Row(.alert(.unrecognizedName)) {
            let gateway = try await GatewayUnderTest { $0.unknownSNI = .reject }
            return try await Provocation(gateway, Caller(serverName: name, mqtt: $0))
        }
    }

    /// A device of a CA of that name which is not registered; "Ours" is.
    private static func stranger(_ name: String, _ version: ProtocolVersion) async throws -> Provocation {
        let gateway = try await Provocation.certified(TestAuthority("Ours"), .twoWay)
        return try await Provocation(
            gateway,
            Caller(identity: TestAuthority(name).issue().identity(), mqtt: version)
        )
    }

    /// A CA with a revocation list that is good for so long, and a device of it.
    static func listed(
        lasting seconds: TimeInterval,
        _ version: ProtocolVersion,
        clock: WallClock = .system
    ) async throws -> (GatewayUnderTest, Caller) {
        let authority = try TestAuthority("acme")
        let gateway = try await Provocation.certified(authority, .twoWay, clock: clock)
        var shape = RevocationListShape()
        shape.nextUpdate = gateway.cluster.now + seconds
        let upload = try RevocationListUpload(
            try authority.revocationList(shape),
            for: gateway.cluster.registration(of: authority),
            at: gateway.cluster.now
        )
        try await gateway.cluster.apply(
            .setRevocationList(
                try authority.certificate.fingerprint,
                upload.revocationList(onStale: .hardFail, from: .upload)
            )
        )
        return (gateway, Caller(identity: try authority.issue().identity(), mqtt: version))
    }

    /// A ClientHello with something changed in it; `name` is where the server name begins.
    private static func hello(_ change: (_ bytes: inout [UInt8], _ name: Int) -> Void) throws -> [UInt8] {
        var bytes = try PeerEnd.clientHello()
        let name = Array("default.test".utf8)
        guard let place = bytes.indices.first(where: { bytes[$0...].starts(with: name) }) else {
            throw PipeError.failed("no server name in the ClientHello")
        }
        change(&bytes, place)
        return bytes
    }

    /// A CONNECT, byte by byte.
    private static func connect(
        _ version: ProtocolVersion,
        level: UInt8? = nil,
        flags: UInt8,
        properties: [UInt8]
    ) async throws -> Provocation {
        let level = level ?? (version == .v5 ? 5 : 4)
        let body: [UInt8] = [0, 4, 0x4d, 0x51, 0x54, 0x54, level, flags, 0, 60] + properties + [0, 1, 0x61]
        return try await Provocation.saying([0x10, UInt8(body.count)] + body, to: GatewayUnderTest())
    }
}

extension AdmissionSettings {
    /// The settings with something changed.
    static func with(_ change: (inout AdmissionSettings) -> Void) -> AdmissionSettings {
        var settings = AdmissionSettings()
        change(&settings)
        return settings
    }
}
