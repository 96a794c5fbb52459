import MQTTCodec
import Registry
import TLSGateway
import TestAuthority
import Testing

@Suite("The client id")
struct ClientIdentifierTests {
    struct Case: Sendable, CustomTestStringConvertible {
        let rule: ClientIdentifierRule
        /// The id in the CONNECT.
        let sent: Text
        /// The common name of the certificate.
        let commonName: String
        /// The id the backend gets and whether it was assigned; `nil` for a refusal.
        let outcome: (id: String, isAssigned: Bool)?

        var testDescription: String { "\(rule.rawValue), CONNECT \"\(sent)\", CN \"\(commonName)\"" }
    }

    static let cases: [Case] = [
        Case(rule: .fill, sent: "mine", commonName: "cn", outcome: ("mine", false)),
        Case(rule: .fill, sent: "", commonName: "cn", outcome: ("cn", true)),
        Case(rule: .fill, sent: "", commonName: "", outcome: nil),
        Case(rule: .requireMatch, sent: "cn", commonName: "cn", outcome: ("cn", false)),
        Case(rule: .requireMatch, sent: "", commonName: "cn", outcome: ("cn", true)),
        Case(rule: .requireMatch, sent: "mine", commonName: "cn", outcome: nil),
        Case(rule: .requireMatch, sent: "CN", commonName: "cn", outcome: nil),
        Case(rule: .requireMatch, sent: "mine", commonName: "", outcome: nil),
        Case(rule: .override, sent: "mine", commonName: "cn", outcome: ("cn", true)),
        Case(rule: .override, sent: "cn", commonName: "cn", outcome: ("cn", false)),
        Case(rule: .override, sent: "", commonName: "cn", outcome: ("cn", true)),
        Case(rule: .override, sent: "mine", commonName: "", outcome: nil),
    ]

    // [MQTT-3.1.3-6] [MQTT-3.1.3-7] [MQTT-3.1.3-8]
    @Test(arguments: cases, [ProtocolVersion.v3_1_1, .v5])
    func `of a device with a certificate follows the access point's rule`(
        _ item: Case,
        version: ProtocolVersion
    ) async throws {
        let authority = try TestAuthority()
        let gateway = try await GatewayUnderTest {
            $0.mode = .twoWay
            $0.clientIDPolicy = item.rule
        }
        try await gateway.cluster.register(authority)
        let identity = try authority.issue(item.commonName).identity()
        let fate = try gateway.fate(Caller(identity: identity, mqtt: version, clientID: item.sent))
        guard let outcome = item.outcome else {
            #expect(fate == .connack(.clientIdentifierNotValid))
            #expect(gateway.backend.guests.isEmpty)
            return
        }
        #expect(fate == .admitted)
        #expect(gateway.backend.guests.map(\.clientID) == [outcome.id])
        #expect(gateway.backend.guests.map(\.isClientIDAssigned) == [outcome.isAssigned])
    }

    @Test(arguments: ClientIdentifierRule.allCases)
    func `of a client without a certificate is its own, whatever the rule`(rule: ClientIdentifierRule) async throws {
        let gateway = try await GatewayUnderTest { $0.clientIDPolicy = rule }
        #expect(try gateway.fate(Caller(clientID: "mine")) == .admitted)
        #expect(gateway.backend.guests.map(\.clientID) == ["mine"])
    }

    // [MQTT-3.1.3-8]
    @Test(arguments: ProtocolVersion.allCases)
    func `must come from somewhere`(version: ProtocolVersion) async throws {
        let gateway = try await GatewayUnderTest()
        #expect(try gateway.fate(Caller(mqtt: version, clientID: "")) == .connack(.clientIdentifierNotValid))
        #expect(gateway.finalStatistics().refused == [.clientIdentifierMissing: 1])
    }
}
