import Credentials
import FoundationEssentials
import OpenSSL
import Registry
import Synchronization
import TLSGateway
import TestAuthority

/// A cluster in memory with its devices and users, changed by the same rules as a real one.
struct TestCluster: Sendable {
    let control: ClusterControl<ContextCatalog>
    let devices: DeviceControl
    let deviceStore = MemoryDeviceStore()
    let users: UserDirectory
    private let encryption: KeyEncryption
    private let clock: WallClock
    /// Issues the server certificates; devices of these tests trust it.
    let serverAuthority: TestAuthority

    init(
        settings: ClusterSettings,
        reactors: Int,
        clock: WallClock = .system,
        awaitedLists: [AwaitedRevocationList] = []
    ) async throws {
        let encryption = KeyEncryption(try MasterKey.generate())
        let environment = HandshakeEnvironment(
            libraries: try Self.libraries(reactors),
            clock: clock,
            awaitedLists: awaitedLists
        )
        self.encryption = encryption
        self.clock = clock
        serverAuthority = try TestAuthority("Server CA")
        let control = try await ClusterControl(store: NoStore(), bootstrap: settings) { state in
            try ContextCatalog(state, encryption: encryption, environment: environment)
        }
        self.control = control
        devices = try await DeviceControl(
            store: deviceStore,
            rules: RegistrationRules(
                automaticActivation: { control.current.state.settings.automaticActivation },
                authorityState: { control.current.state.authorities[$0]?.state }
            )
        )
        users = try await UserDirectory(store: NoStore())
    }

    /// Library contexts for so many reactors, shared by all clusters and kept for ever: each takes thread-local keys, of
    /// which a process has 1024, and a thread that has used one looks into it once more when it ends.
    private static func libraries(_ count: Int) throws -> [LibraryContext] {
        try shared.withLock { shared in
            while shared.count < count { shared.append(try LibraryContext()) }
            return Array(shared.prefix(count))
        }
    }

    private static let shared = Mutex<[LibraryContext]>([])

    static let administrator = Principal(kind: .system, role: .admin)

    /// The calendar's time in this cluster.
    var now: Date { Date(timeIntervalSince1970: TimeInterval(clock.seconds())) }

    /// What the gateway asks about identities.
    func identity(tokens: @autoclosure @escaping @Sendable () -> TokenCheck? = nil) -> IdentityServices {
        IdentityServices(devices: devices, users: users, tokens: tokens)
    }

    /// Uploads a server certificate for these names.
    @discardableResult
    func host(
        _ names: [String],
        key: TestKey.Kind = .p256,
        by authority: TestAuthority? = nil
    ) async throws -> HostedCertificate {
        var shape = CertificateShape.server()
        shape.dnsNames = names
        shape.key = key
        let issued = try (authority ?? serverAuthority).issue(names[0], shape)
        let upload = try ServerCertificateUpload(chainPEM: issued.pem, keyPEM: issued.key.pem, at: now)
        let hosted = try upload.hosted(name: nil, sealedBy: encryption, at: now)
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
        for authority in authorities {
            try await apply(.registerCAs([try registration(of: authority)], proof: .waived))
        }
    }

    /// A CA as it is registered.
    func registration(of authority: TestAuthority) throws -> RegisteredCA {
        let upload = try CAUpload(Array(try authority.certificate.pem.utf8), at: now)
        guard let registration = try upload.registrations(at: now).first else {
            throw RegistryError.fingerprint(found: "no CA")
        }
        return registration
    }

    /// Registers a device's certificate.
    func register(
        _ certificate: TestCertificate,
        of authority: TestAuthority,
        clientID: String? = nil,
        active: Bool = true
    ) async throws {
        let registration = DeviceRegistration(
            try CertificateDescription(try certificate.openSSLCertificate.facts),
            authority: try authority.certificate.fingerprint,
            clientID: clientID.flatMap { ClientIdentifier($0) },
            active: active
        )
        _ = try await devices.register(registration, at: now, by: Self.administrator)
    }

    /// Does something with a registered certificate.
    func apply(_ verbs: DeviceVerb..., to certificate: TestCertificate) async throws {
        for verb in verbs {
            _ = try await devices.apply(verb, to: try certificate.fingerprint, at: now, by: Self.administrator)
        }
    }

    /// Gives a CA a list that revokes one certificate.
    func revoke(_ certificate: TestCertificate, of authority: TestAuthority) async throws {
        let list = try authority.revocationList(RevocationListShape(revoking: certificate))
        let upload = try RevocationListUpload(list, for: registration(of: authority), at: now)
        try await apply(
            .setRevocationList(
                try authority.certificate.fingerprint,
                upload.revocationList(onStale: .hardFail, from: .upload)
            )
        )
    }

    func apply(_ change: ClusterChange) async throws {
        _ = try await control.apply(change, at: now, by: Self.administrator)
    }

    /// Adds a user.
    func add(_ user: String, password: String, iterations: Int = 101, isEnabled: Bool = true) async throws {
        let hash = try PasswordHash(hashing: Array(password.utf8), iterations: iterations)
        try await add(user, hash: hash.text, isEnabled: isEnabled)
    }

    /// Adds a user with a hash as it stands in a password file.
    func add(_ user: String, hash: String, isEnabled: Bool = true) async throws {
        let draft = UserDraft(
            name: try UserName(user),
            passwordHash: PasswordHashText(hash),
            isEnabled: isEnabled
        )
        _ = try await users.add(draft, replacing: true, at: now, by: Self.administrator)
    }

    /// A registry that is not kept.
    private struct NoStore: RegistryStore, UserStore {
        func load() async throws -> ClusterState? { nil }
        func save(_ transition: ClusterTransition, audit: [AuditDraft]) async throws {}
        func load() async throws -> [UserRecord] { [] }
        func save(_ changes: [UserStoreChange], audit: [AuditDraft]) async throws {}
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

/// A clock that a test moves.
final class MovableClock: Sendable {
    private let offset = Atomic<Int64>(0)

    var wall: WallClock { WallClock { [self] in WallClock.system.seconds() + offset.load(ordering: .relaxed) } }

    func advance(bySeconds seconds: Int64) { offset.wrappingAdd(seconds, ordering: .relaxed) }
}

/// A clock that stands still until a test moves it, so that 9:59 is 9:59.
final class StoppedClock: Sendable {
    private let time: Atomic<Int64>

    init(at seconds: Int64 = WallClock.system.seconds()) { time = Atomic(seconds) }

    var wall: WallClock { WallClock { [self] in time.load(ordering: .relaxed) } }

    func advance(bySeconds seconds: Int64) { time.wrappingAdd(seconds, ordering: .relaxed) }
}
