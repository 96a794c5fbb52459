import Credentials
import Foundation
import OpenSSL
import Registry
import TestAuthority
import Testing

@Suite struct ContextCatalogTests {
    private let encryption: KeyEncryption
    private let environment: HandshakeEnvironment
    private let servers: TestAuthority
    private let devices: TestAuthority
    private let fallback: TestCertificate
    private let shop: TestCertificate
    private let farm: TestCertificate
    private let state: ClusterState

    init() throws {
        encryption = KeyEncryption(try MasterKey.generate())
        environment = try HandshakeEnvironment(reactors: 2)
        servers = try TestAuthority("Servers")
        devices = try TestAuthority("Devices")
        fallback = try servers.issue("gateway", .server("gateway.test"))
        shop = try servers.issue("shop", .server("mqtt.shop.test"))
        farm = try servers.issue("farm", .server("*.farm.test"))
        state = try ClusterState.initial()
            .serving(fallback, sealedBy: encryption, slot: .default)
            .serving(shop, sealedBy: encryption)
            .serving(farm, with: servers.certificate, sealedBy: encryption)
            .trusting(devices)
    }

    private func catalog(_ state: ClusterState) throws -> ContextCatalog {
        try ContextCatalog(state, encryption: encryption, environment: environment)
    }

    @Test(arguments: [
        ("mqtt.shop.test", "CN=shop"), ("MQTT.Shop.Test", "CN=shop"), ("a.farm.test", "CN=farm"),
        ("x.a.farm.test", "CN=gateway"), ("farm.test", "CN=gateway"), ("gateway.test", "CN=gateway"),
    ])
    func `serves the certificate of the name`(name: String, subject: String) throws {
        #expect(try TLSPair(catalog(state), name: name).client.peerFacts?.subject == subject)
    }

    @Test func `serves the default certificate without SNI`() throws {
        #expect(try TLSPair(catalog(state), name: nil).client.peerFacts?.subject == "CN=gateway")
    }

    @Test func `refuses a retired name with unrecognized_name`() throws {
        let pair = try TLSPair(catalog(state.after(.unbind(.custom(1)))), name: "mqtt.shop.test")
        #expect(pair.client.alertReceived == .unrecognizedName)
    }

    @Test func `serves a pair of one name to whoever knows either key`() throws {
        let rsa = try servers.issue(
            "shop-rsa",
            CertificateShape.server("mqtt.shop.test").with { $0.key = .rsa(bits: 2048) }
        )
        let pair = try TLSPair(catalog(state.serving(rsa, sealedBy: encryption)), name: "mqtt.shop.test")
        #expect(pair.client.peerFacts?.subject == "CN=shop")
    }

    @Test func `lets in a device whose CA is registered, and tells which`() throws {
        let device = try devices.issue("device-1")
        let catalog = try catalog(state)
        let pair = try TLSPair(catalog, name: "mqtt.shop.test", identity: device.identity, asksForCertificate: true)
        let chain = try #require(pair.server.verifiedChain)
        #expect(try catalog.deviceChains.authority(of: chain, at: now).label == "Devices")
    }

    @Test func `refuses a device of another CA`() throws {
        let stranger = try TestAuthority("Strangers").issue("device-1")
        let pair = try TLSPair(catalog(state), name: nil, identity: stranger.identity, asksForCertificate: true)
        guard case .chain(.unknownIssuer)? = pair.server.failure else {
            Issue.record("\(String(describing: pair.server.failure))")
            return
        }
    }

    @Test func `refuses every device while no CA is active`() throws {
        let inactive = try state.after(.setCAState(devices.certificate.fingerprint, .inactive))
        let device = try devices.issue("device-1")
        let pair = try TLSPair(catalog(inactive), name: nil, identity: device.identity, asksForCertificate: true)
        #expect(pair.server.verifiedChain == nil)
        #expect(pair.server.failure != nil)
    }

    @Test func `has contexts of its own for each reactor`() throws {
        let catalog = try catalog(state)
        let first = try #require(catalog.contexts(onReactor: 0).entry)
        let second = try #require(catalog.contexts(onReactor: 1).entry)
        #expect(first !== second)
        #expect(catalog.contexts(onReactor: 0).trust !== catalog.contexts(onReactor: 1).trust)
    }

    @Test func `has a context for every group that the selection answers with`() throws {
        let catalog = try catalog(state)
        for group in catalog.selection.groups { #expect(catalog.contexts(onReactor: 1).context(for: group) != nil) }
    }

    @Test func `of a cluster without certificates begins no handshake`() throws {
        #expect(try catalog(.initial()).contexts(onReactor: 0).entry == nil)
    }

    @Test func `is refused with a key sealed under another master key`() throws {
        let other = KeyEncryption(try MasterKey.generate())
        #expect {
            try ContextCatalog(state, encryption: other, environment: environment)
        } throws: { error in
            guard case .sealedUnderAnotherKey? = error as? CredentialsError else { return false }
            return true
        }
    }

    @Test func `is refused with a key that is not its certificate's`() throws {
        let hosted = try #require(state.certificate(in: .custom(1)))
        let foreignKey = try PrivateKey(pem: farm.key.pem)
        let mixed = HostedCertificate(
            name: nil,
            certificate: hosted.certificate,
            chain: hosted.chain,
            sealedKey: try encryption.seal(foreignKey, for: hosted.fingerprint),
            createdAt: now
        )
        let broken = try ClusterState.initial().after(.hostCertificate(mixed), .bind(mixed.fingerprint, slot: nil))
        #expect(
            throws: CredentialsError.unusableCertificate(
                .custom(1),
                certificate: mixed.fingerprint,
                .keyMismatch(subject: "CN=shop")
            )
        ) { try catalog(broken) }
    }

    @Test func `takes effect for new handshakes and leaves old ones alone`() async throws {
        let store = StoreInMemory()
        let control = try await ClusterControl(store: store) { [encryption, environment] state in
            try ContextCatalog(state, encryption: encryption, environment: environment)
        }
        for change in try changes(of: shop, slot: .default) {
            _ = try await control.apply(change, at: now, by: .system)
        }
        let before = control.current.prepared
        for change in try changes(of: farm, slot: nil) { _ = try await control.apply(change, at: now, by: .system) }
        #expect(try TLSPair(before, name: "a.farm.test").client.peerFacts?.subject == "CN=shop")
        #expect(try TLSPair(control.current.prepared, name: "a.farm.test").client.peerFacts?.subject == "CN=farm")
    }

    private func changes(of certificate: TestCertificate, slot: ServerCertificateSlot?) throws -> [ClusterChange] {
        let upload = try ServerCertificateUpload(chainPEM: certificate.pem, keyPEM: certificate.key.pem, at: now)
        let hosted = try upload.hosted(name: nil, sealedBy: encryption, at: now)
        return [.hostCertificate(hosted), .bind(hosted.fingerprint, slot: slot)]
    }
}

/// A store that forgets everything at the end of the test.
private final class StoreInMemory: RegistryStore {
    func load() async throws -> ClusterState? { nil }
    func save(_ transition: ClusterTransition, audit: [AuditDraft]) async throws {}
}
