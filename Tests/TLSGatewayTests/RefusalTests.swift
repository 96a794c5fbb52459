import Credentials
import FoundationEssentials
import MQTTCodec
import OpenSSL
import Reactors
import Registry
import TLSGateway
import Testing

@Suite("The table of refusals")
struct RefusalTests {
    @Test(arguments: Refusal.Reason.allCases)
    func `has a word for each that fits logs and metrics`(reason: Refusal.Reason) {
        #expect(reason.rawValue.wholeMatch(of: /[a-z]+(_[a-z]+)*/) != nil)
    }

    @Test(arguments: Refusal.Reason.allCases)
    func `answers with codes that a CONNACK may carry`(reason: Refusal.Reason) {
        guard let code = reason.row.connack else { return }
        #expect(code.isFailure)
        #expect(code.isAllowed(in: .connack, from: .server))
    }

    @Test(arguments: Refusal.Reason.allCases)
    func `never answers with an alert and a CONNACK both`(reason: Refusal.Reason) {
        #expect(reason.row.alert == nil || reason.row.connack == nil)
    }

    static let unavailable: Set<Refusal.Reason> = [
        .tooManyHandshakes, .tooManyConnections, .shuttingDown, .outOfResources, .noServerCertificate,
        .clientCertificateRevocationUnknown, .clientCertificateRevocationListMissing, .revocationListOutdated,
        .revocationListMissing, .registrationRateExceeded, .registrationFailed,
        .passwordHashUnreadable, .authenticationOverloaded, .authenticationTimedOut,
    ]

    @Test(arguments: Refusal.Reason.allCases)
    func `calls ours only what the peer has no part in`(reason: Refusal.Reason) {
        #expect((reason.row.fault == .unavailable) == Self.unavailable.contains(reason))
    }

    /// Reason, code of 5.0, return code of 3.x.
    static let codes: [(Refusal.Reason, ReasonCode, ConnectReturnCode?)] = [
        (.shuttingDown, .serverUnavailable, .serverUnavailable),
        (.connectMalformed, .malformedPacket, nil),
        (.connectProtocolError, .protocolError, nil),
        (.protocolVersionUnknown, .unsupportedProtocolVersion, .unacceptableProtocolVersion),
        (.certificateExpired, .notAuthorized, .notAuthorized),
        (.issuerUnregistered, .notAuthorized, .notAuthorized),
        (.issuerGraceEnded, .notAuthorized, .notAuthorized),
        (.certificateOnRevocationList, .notAuthorized, .notAuthorized),
        (.revocationListOutdated, .serverUnavailable, .serverUnavailable),
        (.revocationListMissing, .serverUnavailable, .serverUnavailable),
        (.certificateUnregistered, .notAuthorized, .notAuthorized),
        (.certificateRespelt, .notAuthorized, .notAuthorized),
        (.certificateInactive, .notAuthorized, .notAuthorized),
        (.certificatePendingActivation, .notAuthorized, .notAuthorized),
        (.certificateRevoked, .notAuthorized, .notAuthorized),
        (.certificateBarred, .notAuthorized, .notAuthorized),
        (.registrationRateExceeded, .connectionRateExceeded, .serverUnavailable),
        (.registrationFailed, .serverUnavailable, .serverUnavailable),
        (.anonymousNotAllowed, .notAuthorized, .notAuthorized),
        (.passwordMissing, .badUserNameOrPassword, .badUserNameOrPassword),
        (.userUnknown, .badUserNameOrPassword, .badUserNameOrPassword),
        (.passwordWrong, .badUserNameOrPassword, .badUserNameOrPassword),
        (.userDisabled, .notAuthorized, .notAuthorized),
        (.passwordHashUnreadable, .serverUnavailable, .serverUnavailable),
        (.tokenMalformed, .badUserNameOrPassword, .badUserNameOrPassword),
        (.tokenForged, .badUserNameOrPassword, .badUserNameOrPassword),
        (.tokenExpired, .notAuthorized, .notAuthorized),
        (.tokenNotYetValid, .notAuthorized, .notAuthorized),
        (.tokenWithoutExpiry, .notAuthorized, .notAuthorized),
        (.tokenWrongIssuer, .notAuthorized, .notAuthorized),
        (.tokenWrongAudience, .notAuthorized, .notAuthorized),
        (.tokenWithoutIdentity, .notAuthorized, .notAuthorized),
        (.authenticationOverloaded, .serverBusy, .serverUnavailable),
        (.authenticationTimedOut, .serverUnavailable, .serverUnavailable),
        (.clientIdentifierMissing, .clientIdentifierNotValid, .identifierRejected),
        (.clientIdentifierMismatch, .clientIdentifierNotValid, .identifierRejected),
    ]

    @Test(arguments: codes)
    func `tells a client after its CONNECT in its own version`(
        reason: Refusal.Reason,
        code: ReasonCode,
        returnCode: ConnectReturnCode?
    ) {
        #expect(reason.row.connack == code)
        #expect(reason.row.returnCode == returnCode)
    }

    @Test func `leaves no refusal after a CONNECT untold that has a code`() {
        let told = Set(Refusal.Reason.allCases.filter { $0.row.connack != nil })
        #expect(told == Set(Self.codes.map(\.0)))
    }

    private static let device = try? Fingerprint(hex: String(repeating: "ab", count: 32))
    private static let (then, now) = (Date(timeIntervalSince1970: 0), Date(timeIntervalSince1970: 60))
    private static let chains: [ChainFailure] = [
        .unknownIssuer(subject: "CN=d", issuer: "CN=ca"),
        .badSignature(subject: "CN=d", issuer: "CN=ca"),
        .expired(subject: "CN=d", notAfter: then, now: now),
        .notYetValid(subject: "CN=d", notBefore: now, now: then),
        .wrongPurpose(subject: "CN=d", extendedKeyUsages: []),
        .wrongPurpose(subject: "CN=d", extendedKeyUsages: ["serverAuth"]),
        .notAnAuthority(subject: "CN=d"),
        .pathLengthExceeded(subject: "CN=d", allowed: 0),
        .nameConstraintsViolated(subject: "CN=d"),
        .weakKey(subject: "CN=d", found: .rsa(bits: 1024), needed: "RSA 2048"),
        .weakSignature(subject: "CN=d", digest: "SHA1"),
        .unusableExtension(subject: "CN=d", reason: "unknown"),
        .revoked(subject: "CN=d", serial: "01", at: then, reason: .keyCompromise),
        .revocationListStale(subject: "CN=d", authority: "CN=ca", nextUpdate: then, now: now),
        .revocationListMissing(subject: "CN=d", authority: "CN=ca", file: "/ca.crl"),
        .tooManyPaths(tried: 3),
        .other(subject: "CN=d", code: 1, reason: "unspecified"),
    ]

    static let sentences: [Refusal] =
        [
            .sourceNotAllowed(NetworkAddress("192.0.2.1") ?? NetworkAddress(.unnamed), accessPoint: "vpc"),
            .tooManyConnections(open: 10, allowed: 10), .serverNameMissing, .serverNameUnusable, .noServerCertificate,
            .tlsVersionOutOfRange(offered: [.tls1_0], allowed: .tls1_2 ... .tls1_3),
            .clientCertificateMissing, .serverCertificateRefused(.unknownCA),
            .handshakeTimedOut(after: .seconds(10)), .handshakeAbandoned, .connectTimedOut(after: .seconds(10)),
            .connectTooLarge(bytes: 70_000, allowed: 65_536), .protocolVersionUnknown(level: 9),
            .certificateExpired(validUntil: then, now: now), .registrationRateExceeded(retryAfter: .milliseconds(50)),
            .registrationFailed(.storage(reason: "The disk is full.")), .anonymousNotAllowed, .passwordMissing,
            .userUnknown, .passwordWrong, .userDisabled, .passwordHashUnreadable, .tokenRefused(.expiryMissing),
            .authenticationOverloaded(waiting: 1000, allowed: 1000), .authenticationTimedOut(after: .seconds(10)),
            .authenticationAbandoned, .clientIdentifierMissing, .clientIdentifierMismatch(found: "a", needed: "b"),
        ]
        + chains.flatMap { [.clientCertificateRefused($0), .certificateWithdrawn($0)] }
        + (device.map {
            [
                .issuerUnregistered($0), .issuerGraceEnded($0, until: then, now: now), .certificateUnregistered($0),
                .certificateInactive($0), .certificateRespelt($0, registered: $0),
                .certificatePendingActivation($0), .certificateRevoked($0), .certificateBarred($0),
            ]
        } ?? [])

    @Test(arguments: sentences)
    func `says what was found and what to do, in whole sentences`(refusal: Refusal) {
        #expect(refusal.finding.hasSuffix("."))
        #expect(refusal.remedy.hasSuffix("."))
        #expect(refusal.remedy.first?.isUppercase == true)
        #expect(refusal.description == "\(refusal.finding) \(refusal.remedy)")
    }

    @Test func `names every failure of a chain apart where the contract does`() {
        let reasons = Self.chains.map { Refusal.clientCertificateRefused($0).reason }
        let lumped = reasons.filter { $0 == .clientCertificateUnfit }
        #expect(lumped.count == 3)
        #expect(Set(reasons).count == 14)
    }
}
