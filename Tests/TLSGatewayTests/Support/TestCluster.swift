import Credentials
import FoundationEssentials
import OpenSSL
import Registry
import Synchronization
import TestAuthority

/// A cluster in memory, changed by the same rules as a real one.
struct TestCluster: Sendable {
    let control: ClusterControl<ContextCatalog>
    private let encryption: KeyEncryption
    /// Issues the server certificates; devices of these tests trust it.
    let serverAuthority: TestAuthority

    init(settings: ClusterSettings, reactors: Int, clock: WallClock = .system) async throws {
        let encryption = KeyEncryption(try MasterKey.generate())
        let environment = try HandshakeEnvironment(reactors: reactors, clock: clock)
        Self.environments.withLock { $0.append(environment) }
        self.encryption = encryption
        serverAuthority = try TestAuthority("Server CA")
        control = try await ClusterControl(store: NoStore(), bootstrap: settings) { state in
            try ContextCatalog(state, encryption: encryption, environment: environment)
        }
    }

    /// Every environment that was made, kept for ever: a thread that has used a library context looks into it once more
    /// when it ends, and the threads of a test run outlive its clusters.
    private static let environments = Mutex<[HandshakeEnvironment]>([])

    /// Uploads a server certificate for these names.
    @discardableResult
    func host(_ names: [String], key: TestKey.Kind = .p256) async throws -> HostedCertificate {
        var shape = CertificateShape.server()
        shape.dnsNames = names
        shape.key = key
        let issued = try serverAuthority.issue(names[0], shape)
        let upload = try ServerCertificateUpload(chainPEM: issued.pem, keyPEM: issued.key.pem, at: Date())
        let hosted = try upload.hosted(name: nil, sealedBy: encryption, at: Date())
        try await apply(.hostCertificate(hosted))
        return hosted
    }

    /// Uploads a server certificate and serves it from a slot.
    @discardableResult
    func bind(
        _ names: String...,
        slot: ServerCertificateSlot? = nil,
        key: TestKey.Kind = .p256
    ) async throws -> HostedCertificate {
        let hosted = try await host(names, key: key)
        try await apply(.bind(hosted.fingerprint, slot: slot))
        return hosted
    }

    /// Registers CAs for devices.
    func register(_ authorities: TestAuthority...) async throws {
        let pem = try authorities.map { try $0.certificate.pem }.joined(separator: "\n")
        let upload = try CAUpload(Array(pem.utf8), at: Date())
        try await apply(.registerCAs(upload.registrations(at: Date())))
    }

    func apply(_ change: ClusterChange) async throws {
        _ = try await control.apply(change, at: Date(), by: .system)
    }

    /// A registry that is not kept.
    private struct NoStore: RegistryStore {
        func load() async throws -> ClusterState? { nil }
        func save(_ transition: ClusterTransition, audit: [AuditDraft]) async throws {}
    }
}

extension TestCertificate {
    /// The certificate as OpenSSL sees it.
    var openSSLCertificate: Certificate {
        get throws { try Certificate(pem: pem) }
    }

    /// The certificate with its key, as a device shows it.
    func identity(intermediates: TestCertificate...) throws -> TLSIdentity {
        let chain = try [self].map { try $0.openSSLCertificate } + intermediates.map { try $0.openSSLCertificate }
        return try TLSIdentity(chain: chain, key: PrivateKey(pem: key.pem))
    }

    var fingerprint: Fingerprint {
        get throws { try Fingerprint(openSSLCertificate.facts.fingerprint) }
    }
}
