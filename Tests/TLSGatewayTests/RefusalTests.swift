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
        (.anonymousNotAllowed, .notAuthorized, .notAuthorized),
        (.passwordNotChecked, .badUserNameOrPassword, .badUserNameOrPassword),
        (.certificateExpired, .notAuthorized, .notAuthorized),
        (.issuerUnregistered, .notAuthorized, .notAuthorized),
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

    static let sentences: [Refusal] = [
        .sourceNotAllowed(NetworkAddress("192.0.2.1") ?? nowhere, accessPoint: "vpc"),
        .tooManyConnections(open: 10, allowed: 10),
        .serverNameMissing,
        .tlsVersionOutOfRange(offered: [.tls1_0], allowed: .tls1_2 ... .tls1_3),
        .clientCertificateMissing,
        .connectTooLarge(bytes: 70_000, allowed: 65_536),
        .protocolVersionUnknown(level: 9),
        .certificateExpired(validUntil: Date(timeIntervalSince1970: 0), now: Date(timeIntervalSince1970: 60)),
        .clientIdentifierMismatch(found: "a", needed: "b"),
    ]

    private static let nowhere = NetworkAddress(.unnamed)

    @Test(arguments: sentences)
    func `says what was found and what to do, in whole sentences`(refusal: Refusal) {
        let words = refusal.description
        #expect(words.hasSuffix("."))
        #expect(words.split(separator: ". ").count >= 2)
    }
}
