import OpenSSL
import Registry
import TLSGateway
import TestAuthority
import Testing

@Suite("The range of TLS versions")
struct TLSVersionTests {
    private func gateway(_ range: ClosedRange<TLSProtocolVersion>) async throws -> GatewayUnderTest {
        let tls = try TLSVersionRange(minimum: range.lowerBound, maximum: range.upperBound)
        return try await GatewayUnderTest(ClusterSettings(mode: .oneWay, anonymous: true, tls: tls))
    }

    /// Range of the cluster, range of the client, what they agree upon.
    static let agreements: [(ClosedRange<TLSProtocolVersion>, ClosedRange<TLSVersion>, TLSVersion)] = [
        (.tls1_0 ... .tls1_3, .tls1_0 ... .tls1_0, .tls1_0),
        (.tls1_0 ... .tls1_3, .tls1_1 ... .tls1_1, .tls1_1),
        (.tls1_0 ... .tls1_3, .tls1_2 ... .tls1_2, .tls1_2),
        (.tls1_0 ... .tls1_3, .tls1_2 ... .tls1_3, .tls1_3),
        (.tls1_0 ... .tls1_1, .tls1_0 ... .tls1_1, .tls1_1),
        (.tls1_2 ... .tls1_2, .tls1_2 ... .tls1_3, .tls1_2),
        (.tls1_3 ... .tls1_3, .tls1_2 ... .tls1_3, .tls1_3),
    ]

    @Test(arguments: agreements)
    func `lets a client in at the best version both have`(
        cluster: ClosedRange<TLSProtocolVersion>,
        client: ClosedRange<TLSVersion>,
        agreed: TLSVersion
    ) async throws {
        let gateway = try await gateway(cluster)
        #expect(try gateway.fate(Caller(versions: client)) == .admitted)
        #expect(gateway.backend.guests.map(\.tlsVersion) == [agreed])
    }

    @Test(arguments: [
        (TLSProtocolVersion.tls1_3...TLSProtocolVersion.tls1_3, TLSVersion.tls1_2...TLSVersion.tls1_2),
        (.tls1_2 ... .tls1_3, .tls1_0 ... .tls1_1),
        (.tls1_2 ... .tls1_2, .tls1_3 ... .tls1_3),
        (.tls1_0 ... .tls1_1, .tls1_2 ... .tls1_3),
    ])
    func `keeps a client out that has none of them`(
        cluster: ClosedRange<TLSProtocolVersion>,
        client: ClosedRange<TLSVersion>
    ) async throws {
        let gateway = try await gateway(cluster)
        #expect(try gateway.fate(Caller(versions: client)) == .alert(.protocolVersion))
        #expect(gateway.finalStatistics().refused == [.tlsVersionOutOfRange: 1])
    }

    @Test(arguments: [TLSVersion.tls1_0, .tls1_1])
    func `lets an old client in by its certificate`(version: TLSVersion) async throws {
        let authority = try TestAuthority()
        let gateway = try await GatewayUnderTest { $0.mode = .twoWay }
        try await gateway.cluster.register(authority)
        let caller = Caller(identity: try authority.issue().identity(), versions: version...version)
        #expect(try gateway.fate(caller) == .admitted)
    }

    @Test func `applies to the next handshake when it is narrowed`() async throws {
        let gateway = try await gateway(.tls1_0 ... .tls1_3)
        let caller = Caller(versions: .tls1_2 ... .tls1_2)
        #expect(try gateway.fate(caller) == .admitted)
        try await gateway.cluster.apply(.setTLS(TLSVersionRange(minimum: .tls1_3, maximum: .tls1_3)))
        #expect(try gateway.fate(caller) == .alert(.protocolVersion))
    }
}
