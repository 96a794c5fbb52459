import Foundation
import TestAuthority
import Testing

@testable import OpenSSL

/// Revocation lists in verification and in real handshakes.
@Suite struct RevocationTests {
    private let devices: TestAuthority
    private let servers: TestAuthority
    private let library: LibraryContext

    init() throws {
        devices = try TestAuthority("Devices")
        servers = try TestAuthority("Servers")
        library = try LibraryContext()
    }

    private func source(
        _ authority: TestAuthority,
        _ shape: RevocationListShape,
        _ onStale: StaleListRule = .refuse
    ) throws -> RevocationIndex.Source {
        RevocationIndex.Source(
            authority: try authority.certificate.parsed,
            list: try CertificateRevocationList(authority.revocationList(shape)),
            onStale: onStale
        )
    }

    private func store(_ anchors: [TestAuthority], _ sources: RevocationIndex.Source...) throws -> TrustStore {
        let parsed = try anchors.map { try $0.certificate.parsed }
        return try TrustStore(
            anchors: parsed,
            revocations: RevocationIndex(sources, anchors: parsed),
            in: library
        )
    }

    private func refusal(
        of leaf: TestCertificate,
        by store: TrustStore,
        with intermediates: [TestCertificate] = [],
        at date: Date = Date()
    ) throws -> ChainFailure? {
        let (leaf, intermediates) = (try leaf.parsed, try intermediates.map { try $0.parsed })
        do throws(ChainFailure) {
            _ = try store.verify(leaf: leaf, intermediates: intermediates, at: date)
            return nil
        } catch {
            return error
        }
    }

    private func connect(
        _ device: TestCertificate,
        _ trust: TrustStore,
        _ version: TLSVersion,
        clock: WallClock = .system
    ) throws -> TLSPair {
        let context = try TLSContext(
            server: [servers.issue("server", .server("one.example")).identity()],
            options: ServerOptions(clientAuthorities: trust, clock: clock),
            in: library
        )
        let client = try TLSContext(client: ClientOptions(identity: device.identity(), versions: version...version))
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

    @Test(arguments: [TLSVersion.tls1_2, .tls1_3])
    func `a revoked device is refused in the handshake with certificate_revoked`(_ version: TLSVersion) throws {
        let stolen = try devices.issue("stolen")
        let trust = try store([devices], source(devices, RevocationListShape(revoking: stolen, reason: 1)))
        let pair = try connect(stolen, trust, version)
        guard case .chain(.revoked(subject: "CN=stolen", _, _, reason: .keyCompromise, depth: 0)) = pair.server.failure
        else {
            Issue.record("\(String(describing: pair.server.failure))")
            return
        }
        #expect(pair.client.alertReceived == .certificateRevoked)
        #expect(try connect(devices.issue("other"), trust, version).server.verifiedChain != nil)
    }

    @Test func `a revoked intermediate takes its devices along, and is named with its depth`() throws {
        let intermediate = try devices.issueAuthority("Intermediate")
        let device = try intermediate.issue("device")
        let list = RevocationListShape(revoking: intermediate.certificate)
        let failure = try refusal(
            of: device,
            by: store([devices], source(devices, list)),
            with: [intermediate.certificate]
        )
        #expect(failure?.code == "revoked" && failure?.depth == 1 && failure?.subject == "CN=Intermediate")
    }

    @Test func `the list of a CA counts for its renewed certificate too`() throws {
        let renewed = try TestAuthority("Devices", key: devices.certificate.key)
        let stolen = try devices.issue("stolen")
        let trust = try store([renewed, devices], source(devices, RevocationListShape(revoking: stolen)))
        #expect(try refusal(of: stolen, by: trust)?.code == "revoked")
    }

    @Test func `the list of a registered CA counts where the device sends that CA cross-signed`() throws {
        let other = try TestAuthority("Other")
        let crossSigned = try other.issueAuthority("Devices", key: devices.certificate.key)
        let stolen = try devices.issue("stolen")
        let trust = try TrustStore(
            [.init(devices.certificate.parsed, until: .distantPast), .init(other.certificate.parsed)],
            revocations: RevocationIndex(
                [source(devices, RevocationListShape(revoking: stolen))],
                anchors: [devices.certificate.parsed, other.certificate.parsed]
            ),
            in: library
        )
        #expect(try refusal(of: stolen, by: trust, with: [crossSigned.certificate])?.code == "revoked")
        #expect(try refusal(of: devices.issue("device"), by: trust, with: [crossSigned.certificate]) == nil)
    }

    @Test func `serial numbers of one CA say nothing about another's`() throws {
        let others = try TestAuthority("Others")
        let stolen = try devices.issue("stolen", .client.with { $0.serialNumber = [7] })
        let innocent = try others.issue("innocent", .client.with { $0.serialNumber = [7] })
        let trust = try store([devices, others], source(devices, RevocationListShape(revoking: stolen)))
        #expect(try refusal(of: innocent, by: trust) == nil)
        #expect(try refusal(of: stolen, by: trust)?.code == "revoked")
    }

    @Test(arguments: [TLSVersion.tls1_2, .tls1_3])
    func `a stale list refuses everybody where it is set to`(_ version: TLSVersion) throws {
        let end = Date(timeIntervalSince1970: Date().timeIntervalSince1970.rounded() - 60)
        let list = RevocationListShape().with { $0.nextUpdate = end }
        let device = try devices.issue("device")
        let pair = try connect(device, store([devices], source(devices, list, .refuse)), version)
        guard case .chain(.revocationListStale("CN=device", authority: "CN=Devices", end, _, 0)) = pair.server.failure
        else {
            Issue.record("\(String(describing: pair.server.failure))")
            return
        }
        #expect(pair.client.alertReceived == .certificateUnknown)
        #expect(try connect(device, store([devices], source(devices, list, .accept)), version).server.failure == nil)
    }

    @Test func `a stale list that lets pass still revokes`() throws {
        let stolen = try devices.issue("stolen")
        let list = RevocationListShape(revoking: stolen).with { $0.nextUpdate = Date() - 60 }
        #expect(try refusal(of: stolen, by: store([devices], source(devices, list, .accept)))?.code == "revoked")
    }

    @Test func `a chain that was verified once is refused when a list comes later`() throws {
        let intermediate = try devices.issueAuthority("Intermediate")
        let device = try intermediate.issue("device")
        let chain = try store([devices]).verify(
            leaf: device.parsed,
            intermediates: [intermediate.certificate.parsed],
            at: Date()
        )
        #expect(chain.leafSerial == CertificateSerial(magnitude: device.serial))
        let anchors = [try devices.certificate.parsed]
        let later = try RevocationIndex(
            [source(devices, RevocationListShape(revoking: intermediate.certificate))],
            anchors: anchors
        )
        #expect(throws: ChainFailure.self) { try later.check(chain, at: Date()) }
        let other = try RevocationIndex([source(devices, RevocationListShape(revoking: device))], anchors: anchors)
        #expect(throws: Never.self) { try other.check(chain, at: Date()) }
    }

    @Test func `a CA is trusted until its deadline and not from it on`() throws {
        let until = Date(timeIntervalSinceNow: 600)
        let trust = try TrustStore([.init(devices.certificate.parsed, until: until)], in: library)
        let device = try devices.issue("device")
        #expect(try refusal(of: device, by: trust, at: until - 1) == nil)
        #expect(try refusal(of: device, by: trust, at: until)?.code == "unknown-issuer")
        let late = WallClock { Int64((until + 1).timeIntervalSince1970) }
        let pair = try connect(device, trust, .tls1_3, clock: late)
        #expect(pair.client.alertReceived == .unknownCA)
    }
}
