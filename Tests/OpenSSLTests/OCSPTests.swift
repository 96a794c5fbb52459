import Foundation
import TestAuthority
import TestProcess
import Testing

@testable import OpenSSL

@Suite struct OCSPTests {
    private let servers: TestAuthority
    private let server: TestCertificate
    private let library: LibraryContext

    init() throws {
        servers = try TestAuthority("Servers")
        server = try servers.issue("server", .server("one.example"))
        library = try LibraryContext()
    }

    private func read(_ der: [UInt8], of leaf: TestCertificate? = nil) throws -> OCSPResponse {
        try OCSPResponse(der: der, for: (leaf ?? server).parsed, issuer: servers.certificate.parsed)
    }

    private func refusal(_ body: () throws -> Void) -> OCSPError? {
        do {
            try body()
            return nil
        } catch {
            return error as? OCSPError
        }
    }

    @Test(arguments: [true, false])
    func `says that the certificate is good, and until when`(usesSHA256: Bool) throws {
        let end = Date(timeIntervalSince1970: (Date().timeIntervalSince1970 + 3600).rounded())
        let response = try read(
            servers.ocspResponse(
                for: server,
                OCSPShape().with {
                    $0.nextUpdate = end
                    $0.usesSHA256 = usesSHA256
                }
            )
        )
        #expect(response.status == .good && response.nextUpdate == end)
        #expect(throws: Never.self) { try response.checkUsable(at: end - 1) }
        #expect(refusal { try response.checkUsable(at: end) } == .expired(nextUpdate: end, now: end))
    }

    @Test func `is not shown when it says revoked or unknown`() throws {
        let date = Date(timeIntervalSince1970: 1_700_000_000)
        let revoked = try read(servers.ocspResponse(for: server, OCSPShape(.revoked(at: date, reason: 1))))
        #expect(revoked.status == .revoked(at: date, reason: .keyCompromise))
        #expect(refusal { try revoked.checkUsable(at: Date()) } == .notGood(revoked.status))
        let unknown = try read(servers.ocspResponse(for: server, OCSPShape(.unknown)))
        #expect(refusal { try unknown.checkUsable(at: Date()) } == .notGood(.unknown))
    }

    @Test func `without an end is shown for a day`() throws {
        let begin = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded())
        let shape = OCSPShape().with {
            $0.thisUpdate = begin
            $0.nextUpdate = nil
        }
        let response = try read(servers.ocspResponse(for: server, shape))
        #expect(response.usableUntil == begin + 86_400)
        #expect(
            refusal { try response.checkUsable(at: begin - 600) } == .notYetValid(thisUpdate: begin, now: begin - 600)
        )
    }

    @Test func `about another certificate is refused`() throws {
        let other = try servers.issue("other", .server("two.example"))
        let serial = CertificateSerial(magnitude: server.serial).description
        #expect(
            try refusal { _ = try read(servers.ocspResponse(for: other)) }
                == .otherCertificate(neededSerial: serial, answers: 1)
        )
    }

    @Test func `signed by anybody else is refused`() throws {
        let impostor = try TestAuthority("Servers")
        let signedByImpostor = try servers.ocspResponse(
            for: server,
            OCSPShape().with { $0.responder = impostor.certificate }
        )
        // A certificate of the CA's own that is no responder's does not do either.
        let leaf = try servers.issue("leaf", .server("three.example"))
        let signedByLeaf = try servers.ocspResponse(for: server, OCSPShape().with { $0.responder = leaf })
        for der in [signedByImpostor, signedByLeaf] {
            guard case .badSignature? = refusal({ _ = try read(der) }) else {
                Issue.record("taken")
                continue
            }
        }
    }

    @Test func `signed by the CA's responder is taken`() throws {
        let responder = try servers.issue("responder", CertificateShape().with { $0.purposes = [.ocspSigning] })
        let der = try servers.ocspResponse(for: server, OCSPShape().with { $0.responder = responder })
        #expect(try read(der).status == .good)
    }

    @Test func `without an answer, or cut short, is refused`() throws {
        #expect(refusal { _ = try read(TestAuthority.tryLater) } == .refused(by: "trylater"))
        let der = try servers.ocspResponse(for: server)
        for count in stride(from: 0, to: der.count, by: 5) {
            #expect(refusal { _ = try read(Array(der[..<count])) } != nil)
        }
        #expect(refusal { _ = try read(der + [0]) } != nil)
    }

    // MARK: In handshakes

    private func staple(_ shape: OCSPShape, _ version: TLSVersion, clock: WallClock = .system) throws -> [UInt8]? {
        let context = try context(shape, clock: clock)
        let client = try TLSContext(
            client: ClientOptions(anchors: [servers.certificate.parsed], versions: version...version)
        )
        let pair = try TLSPair(server: context, client: client)
        try pair.client.requestCertificateStatus()
        pair.handshake { _ in
            .proceed(
                HelloPolicy(
                    context: context,
                    clientAuthentication: .none,
                    versions: .tls1_2 ... .tls1_3,
                    sessionBinding: nil
                )
            )
        }
        #expect(pair.server.failure == nil)
        return pair.client.stapledResponse
    }

    private func context(_ shape: OCSPShape, clock: WallClock = .system) throws -> TLSContext {
        let identity = try TLSIdentity(
            chain: [server.parsed, servers.certificate.parsed],
            key: PrivateKey(pem: server.key.pem),
            staple: read(servers.ocspResponse(for: server, shape))
        )
        return try TLSContext(server: [identity], options: ServerOptions(clock: clock), in: library)
    }

    @Test(arguments: [TLSVersion.tls1_2, .tls1_3])
    func `goes along with the certificate to whoever asks`(_ version: TLSVersion) throws {
        let der = try #require(try staple(OCSPShape(), version))
        #expect(try read(der).status == .good)
    }

    @Test(arguments: [TLSVersion.tls1_2, .tls1_3])
    func `does not go along when it has expired or is not good`(_ version: TLSVersion) throws {
        let later = WallClock { Int64(Date().timeIntervalSince1970) + 2 * 86_400 }
        #expect(try staple(OCSPShape(), version, clock: later) == nil)
        #expect(try staple(OCSPShape(.revoked(at: Date(), reason: 0)), version) == nil)
        #expect(try staple(OCSPShape(.unknown), version) == nil)
    }

    @Test(arguments: ["-tls1_2", "-tls1_3"])
    func `is understood by the openssl program`(_ version: String) throws {
        let listener = try LoopbackListener()
        let context = try context(OCSPShape())
        let serving = try listener.serveOne(context) { _ in
            .proceed(
                HelloPolicy(
                    context: context,
                    clientAuthentication: .none,
                    versions: .tls1_2 ... .tls1_3,
                    sessionBinding: nil
                )
            )
        }
        let client = try ChildProcess(
            "openssl",
            ["s_client", "-connect", "127.0.0.1:\(listener.port)", "-status", version],
            output: .pipe
        )
        let output = try client.readOutput()
        _ = client.wait()
        #expect(try serving.wait().failure == nil)
        #expect(output.contains("OCSP Response Status: successful"))
        #expect(output.contains("Cert Status: good"))
    }
}
