import TestAuthority

@testable import OpenSSL

extension TestCertificate {
    /// The certificate as our wrapper parses it.
    var parsed: Certificate {
        get throws { try Certificate(der: der) }
    }

    /// Certificate and key as our wrapper loads them, with intermediates behind the leaf.
    func identity(with intermediates: TestCertificate...) throws -> TLSIdentity {
        try TLSIdentity(
            chain: [parsed] + intermediates.map { try $0.parsed },
            key: PrivateKey(pem: key.pem)
        )
    }
}

/// A gateway's TLS side in small: a device CA, two server names, one session cache for two reactors.
struct TestWorld {
    static let first = "one.example"
    static let second = "two.example"

    let devices: TestAuthority
    let servers: TestAuthority
    let cache: SessionCache
    let trust: TrustStore
    let contexts: [String: TLSContext]
    let library: LibraryContext
    var versions: ClosedRange<TLSVersion> = .tls1_0 ... .tls1_3
    /// Stands for the generation of the trusted CAs.
    var generation: UInt8 = 0
    var asksForCertificate = true

    init(clock: WallClock = .system, cache: SessionCache = SessionCache()) throws {
        try self.init(
            devices: TestAuthority("Devices"),
            servers: TestAuthority("Servers"),
            cache: cache,
            clock: clock
        )
    }

    private init(
        devices: TestAuthority,
        servers: TestAuthority,
        cache: SessionCache,
        clock: WallClock
    ) throws {
        self.devices = devices
        self.servers = servers
        self.cache = cache
        library = try LibraryContext()
        trust = try TrustStore(anchors: [devices.certificate.parsed], in: library)
        var contexts: [String: TLSContext] = [:]
        for name in [TestWorld.first, TestWorld.second] {
            contexts[name] = try TLSContext(
                server: [servers.issue(name, .server(name)).identity()],
                options: ServerOptions(clientAuthorities: trust, sessionCache: cache, clock: clock),
                in: library
            )
        }
        self.contexts = contexts
    }

    /// The same cluster on another reactor: a library context and contexts of its own, the same cache.
    func onAnotherReactor(clock: WallClock = .system) throws -> TestWorld {
        try TestWorld(devices: devices, servers: servers, cache: cache, clock: clock)
    }

    /// The context that listens: its certificate is shown unless the ClientHello decides for another one.
    var listening: TLSContext {
        get throws { try require(contexts[TestWorld.first]) }
    }

    func decide(_ hello: borrowing ClientHello) -> HelloDecision {
        let name = String(decoding: hello.serverName ?? Array(TestWorld.first.utf8), as: UTF8.self)
        guard let context = contexts[name] else { return .refuse(.unrecognizedName) }
        return .proceed(
            HelloPolicy(
                context: context,
                clientAuthentication: asksForCertificate ? .required(trust) : .none,
                versions: versions,
                sessionBinding: SessionBinding(hashing: Array(name.utf8) + [generation])
            )
        )
    }

    func client(
        _ device: TestCertificate? = nil,
        versions: ClosedRange<TLSVersion> = .tls1_2 ... .tls1_3,
        checksServer: Bool = true
    ) throws -> TLSContext {
        try TLSContext(
            client: ClientOptions(
                anchors: checksServer ? [servers.certificate.parsed] : nil,
                identity: device?.identity(),
                versions: versions
            )
        )
    }

    /// One connection from handshake to handshake's end.
    func connect(
        _ client: TLSContext,
        to name: String? = TestWorld.first,
        resuming session: TLSSession? = nil
    ) throws -> TLSPair {
        let pair = try TLSPair(server: listening, client: client, serverName: name, session: session)
        pair.handshake(decide)
        return pair
    }

    private func require<Value>(_ value: Value?) throws -> Value {
        guard let value else { throw OpenSSLError.emptyChain }
        return value
    }
}
