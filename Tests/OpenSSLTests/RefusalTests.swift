import Foundation
import TestAuthority
import Testing

@testable import OpenSSL

/// Every reason for which a device's certificate is refused, in a real handshake: its name, its place in the chain, and
/// the alert that the device gets.
@Suite struct RefusalTests {
    /// A device, what it sends along, and what comes of it.
    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        var authority = CertificateShape.authority
        /// Nil: the registered CA issues the device's certificate itself.
        var intermediate: CertificateShape?
        var device = CertificateShape.client
        let alert: TLSAlert
        var depth = 0
    }

    private static let cases = [
        Case(
            testDescription: "expired",
            device: .client.with { $0.notAfter = Date() - 60 },
            alert: .certificateExpired
        ),
        Case(
            testDescription: "not-yet-valid",
            device: .client.with { $0.notBefore = Date() + 600 },
            alert: .badCertificate
        ),
        Case(testDescription: "wrong-purpose", device: .server("device.example"), alert: .unsupportedCertificate),
        Case(
            testDescription: "path-length-exceeded",
            authority: .authority.with { $0.constraints = .authority(pathLength: 0) },
            intermediate: .authority,
            alert: .unknownCA,
            depth: 2
        ),
        Case(
            testDescription: "name-constraints-violated",
            authority: .authority.with { $0.excludedDNSNames = ["forbidden.example"] },
            device: .client.with { $0.dnsNames = ["device.forbidden.example"] },
            alert: .badCertificate
        ),
        Case(testDescription: "not-an-authority", intermediate: .client, alert: .unknownCA, depth: 1),
        Case(
            testDescription: "weak-key",
            device: .client.with { $0.key = .rsa(bits: 1024) },
            alert: .badCertificate
        ),
        Case(
            testDescription: "weak-signature",
            authority: .authority.with { $0.key = .rsa(bits: 2048) },
            device: .client.with { $0.isSignedWithSHA1 = true },
            alert: .badCertificate
        ),
        Case(
            testDescription: "expired",
            authority: .authority.with { $0.notAfter = Date() - 60 },
            alert: .certificateExpired,
            depth: 1
        ),
    ]

    private func connect(
        _ device: TLSIdentity,
        to trusted: [TestAuthority],
        _ version: TLSVersion
    ) throws -> TLSPair {
        let library = try LibraryContext()
        let trust = try TrustStore(anchors: trusted.map { try $0.certificate.parsed }, in: library)
        let servers = try TestAuthority("Servers")
        let context = try TLSContext(
            server: [servers.issue("server", .server("one.example")).identity()],
            options: ServerOptions(clientAuthorities: trust),
            in: library
        )
        // At level 0 a client shows a weak certificate too.
        let client = try TLSContext(
            client: ClientOptions(identity: device, versions: version...version, securityLevel: 0)
        )
        let pair = try TLSPair(server: context, client: client)
        pair.handshake { _ in
            .proceed(
                HelloPolicy(
                    context: context,
                    clientAuthentication: .required(trust),
                    versions: .tls1_2 ... .tls1_3,
                    sessionBinding: nil
                )
            )
        }
        return pair
    }

    private func chainFailure(of pair: TLSPair) -> ChainFailure? {
        guard case .chain(let failure)? = pair.server.failure else { return nil }
        return failure
    }

    @Test(arguments: cases, [TLSVersion.tls1_2, .tls1_3])
    func `each has its name, its place and its alert`(_ row: Case, _ version: TLSVersion) throws {
        let authority = try TestAuthority("Devices", shape: row.authority)
        let intermediate = try row.intermediate.map { try authority.issueAuthority("Intermediate", $0) }
        let device = try (intermediate ?? authority).issue("device", row.device)
        let identity = try intermediate.map { try device.identity(with: $0.certificate) } ?? device.identity()
        let pair = try connect(identity, to: [authority], version)
        let failure = chainFailure(of: pair)
        #expect(failure?.code == row.testDescription)
        #expect(failure?.depth == row.depth)
        #expect(
            failure?.subject
                == ["CN=device", "CN=Intermediate", "CN=Devices"].filter {
                    $0 != "CN=Intermediate" || intermediate != nil
                }[row.depth]
        )
        #expect(pair.client.alertReceived == row.alert)
        #expect(failure.map { $0.description.hasSuffix(".") } == true)
    }

    @Test(arguments: [true, false], [TLSVersion.tls1_2, .tls1_3])
    func `the usual recipes pass: no extended key usage, or keyCertSign without being a CA`(
        _ statesPurpose: Bool,
        _ version: TLSVersion
    ) throws {
        let authority = try TestAuthority("Devices")
        let device = try authority.issue(
            "device",
            .client.with {
                if !statesPurpose { $0.purposes = nil }
                $0.keyUses = [.digitalSignature, .keyCertSign]
            }
        )
        #expect(try connect(device.identity(), to: [authority], version).server.verifiedChain != nil)
    }

    @Test(arguments: [true, false])
    func `of CAs with one name, cross-signed and renewed, the one that signed is found`(hasKeyIDs: Bool) throws {
        let shape = hasKeyIDs ? CertificateShape.authority : .bareAuthority
        let old = try TestAuthority("Devices", shape: shape)
        let renewed = try TestAuthority("Devices", shape: shape, key: old.certificate.key)
        let rolledOver = try TestAuthority("Devices", shape: shape)
        let other = try TestAuthority("Other", shape: shape)
        let crossSigned = try other.issueAuthority("Devices", shape, key: old.certificate.key)
        let device = try old.issue("device", .client.with { $0.hasAuthorityKeyIdentifier = hasKeyIDs })
        for trusted in [[rolledOver, old], [rolledOver, renewed], [rolledOver, crossSigned]] {
            #expect(try connect(device.identity(), to: trusted, .tls1_3).server.verifiedChain != nil)
        }
        let sent = try device.identity(with: rolledOver.certificate, crossSigned.certificate)
        #expect(try connect(sent, to: [other], .tls1_3).server.verifiedChain != nil)
        let pair = try connect(device.identity(), to: [rolledOver, other], .tls1_3)
        #expect(chainFailure(of: pair)?.code == "bad-signature")
    }

    @Test(arguments: [TLSVersion.tls1_2, .tls1_3])
    func `more certificates than 16 KiB are not read`(_ version: TLSVersion) throws {
        let authority = try TestAuthority("Devices")
        let device = try authority.issue()
        let names = (0..<250).map { "a-name-of-some-length-\($0).example" }
        let padding = try (0..<3).map { try authority.issue("padding \($0)", .client.with { $0.dnsNames = names }) }
        let sent = try device.identity(with: padding[0], padding[1], padding[2])
        #expect(sent.chain.map(\.der.count).reduce(0, +) > TLSContext.maximumPeerChainBytes)
        let pair = try connect(sent, to: [authority], version)
        guard case .protocolViolation? = pair.server.failure else {
            Issue.record("\(String(describing: pair.server.failure))")
            return
        }
        let allowed = try device.identity(with: padding[0])
        #expect(try connect(allowed, to: [authority], version).server.verifiedChain != nil)
    }

    @Test func `a chain of five certificates with RSA keys of 4096 bits passes`() throws {
        // The sizes are what matters, so one key serves for all.
        let key = try TestKey(.rsa(bits: 4096))
        var issuer = try TestAuthority("CA 0", key: key)
        let root = issuer
        var between: [TestCertificate] = []
        for level in 1...3 {
            issuer = try issuer.issueAuthority("CA \(level)", key: key)
            between.append(issuer.certificate)
        }
        let device = try issuer.issue(key: key)
        let identity = try device.identity(with: between[2], between[1], between[0], root.certificate)
        #expect(try connect(identity, to: [root], .tls1_3).server.verifiedChain != nil)
    }
}
