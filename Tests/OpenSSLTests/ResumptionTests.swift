import FoundationEssentials
import Synchronization
import TestAuthority
import Testing

@testable import OpenSSL

@Suite struct ResumptionTests {
    static let versions: [TLSVersion] = [.tls1_2, .tls1_3]

    /// A full handshake, and the session it leaves with the client.
    private func session(
        _ world: TestWorld,
        _ client: TLSContext,
        to name: String = TestWorld.first
    ) throws -> TLSSession {
        let pair = try world.connect(client, to: name)
        try #require(pair.exchange() == "hello")
        let session = try #require(pair.client.session)
        try #require(session.isResumable)
        return session
    }

    @Test(arguments: versions)
    func `a session is resumed, certificate and chain included`(_ version: TLSVersion) throws {
        let world = try TestWorld()
        let device = try world.devices.issue("device-7")
        let client = try world.client(device, versions: version...version)
        let session = try session(world, client)
        let pair = try world.connect(client, resuming: session)
        #expect(pair.server.isResumed)
        #expect(pair.client.isResumed)
        #expect(pair.server.peerFingerprint == SHA256.hash(try device.der))
        #expect(pair.server.verifiedChain?.anchorFingerprint == SHA256.hash(try world.devices.certificate.der))
        #expect(pair.exchange("again") == "again")
    }

    @Test(arguments: versions)
    func `a session is resumed on another reactor`(_ version: TLSVersion) throws {
        let world = try TestWorld()
        let client = try world.client(world.devices.issue("device-7"), versions: version...version)
        let session = try session(world, client, to: TestWorld.second)
        let other = try world.onAnotherReactor()
        let pair = try other.connect(client, to: TestWorld.second, resuming: session)
        #expect(pair.server.isResumed)
        #expect(pair.server.peerCommonName == "device-7")
    }

    @Test(arguments: versions)
    func `a session outlives the reactor that it was made on`(_ version: TLSVersion) throws {
        let cache = SessionCache()
        var first: TestWorld? = try TestWorld(cache: cache)
        let client = try #require(try first?.client(first?.devices.issue(), versions: version...version))
        let session = try session(#require(first), client)
        let second = try #require(try first?.onAnotherReactor())
        first = nil
        let pair = try second.connect(client, resuming: session)
        #expect(pair.server.isResumed)
        #expect(pair.server.peerCommonName == "device")
    }

    @Test(arguments: versions)
    func `two reactors resume and drop one session at the same time`(_ version: TLSVersion) async throws {
        // Small: the two also evict each other's sessions all the time.
        let world = try TestWorld(cache: SessionCache(capacity: 16))
        let client = try world.client(world.devices.issue(), versions: version...version)
        let session = try session(world, client)
        let reactors = try [world, world.onAnotherReactor()]
        try await withThrowingTaskGroup(of: Void.self) { group in
            for reactor in reactors {
                group.addTask {
                    for _ in 0..<100 {
                        let pair = try reactor.connect(client, resuming: session)
                        #expect(pair.server.failure == nil)
                        #expect(pair.server.peerCommonName == "device")
                        #expect(pair.exchange("hello") == "hello")
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(world.cache.count <= 16)
    }

    @Test(arguments: versions)
    func `a session of one name is not resumed under another`(_ version: TLSVersion) throws {
        let world = try TestWorld()
        let client = try world.client(world.devices.issue(), versions: version...version, checksServer: false)
        let session = try session(world, client, to: TestWorld.first)
        let pair = try world.connect(client, to: TestWorld.second, resuming: session)
        #expect(pair.server.failure == nil)
        #expect(!pair.server.isResumed)
        #expect(pair.client.peerFacts?.dnsNames == [TestWorld.second])
    }

    @Test(arguments: versions)
    func `a session of one name is no way to another without a certificate`(_ version: TLSVersion) throws {
        // The first name asks nobody for a certificate, the second everybody.
        let world = try TestWorld()
        let client = try world.client(versions: version...version, checksServer: false)
        func connect(to name: String, _ session: TLSSession?) throws -> TLSPair {
            let pair = try TLSPair(server: world.listening, client: client, serverName: name, session: session)
            pair.handshake { hello in
                guard case .proceed(var policy) = world.decide(hello) else { return .refuse(.internalError) }
                if name == TestWorld.first { policy.clientAuthentication = .none }
                return .proceed(policy)
            }
            return pair
        }
        let open = try connect(to: TestWorld.first, nil)
        try #require(open.exchange() == "hello")
        let session = try #require(open.client.session)
        #expect(try connect(to: TestWorld.first, session).server.isResumed)
        #expect(try connect(to: TestWorld.second, session).server.failure == .noCertificate)
    }

    @Test(arguments: versions)
    func `a session without a certificate does not pass where one is needed, even under one binding`(
        _ version: TLSVersion
    ) throws {
        // What a caller gets who forgets to bind sessions to the mode.
        var world = try TestWorld()
        let client = try world.client(versions: version...version, checksServer: false)
        world.asksForCertificate = false
        let session = try session(world, client)
        world.asksForCertificate = true
        let pair = try world.connect(client, resuming: session)
        #expect(pair.server.failure == .noCertificate)
    }

    @Test(arguments: versions)
    func `after a CA is removed its devices are refused, resuming or not`(_ version: TLSVersion) throws {
        var world = try TestWorld()
        let client = try world.client(world.devices.issue("orphan"), versions: version...version)
        let session = try session(world, client)
        world.generation += 1
        let remaining = try TrustStore(
            anchors: [TestAuthority("Remaining").certificate.parsed],
            in: world.library
        )
        let pair = try TLSPair(
            server: world.listening,
            client: client,
            serverName: TestWorld.first,
            session: session
        )
        pair.handshake { hello in
            guard case .proceed(var policy) = world.decide(hello) else { return .refuse(.internalError) }
            policy.clientAuthentication = .required(remaining)
            return .proceed(policy)
        }
        #expect(!pair.server.isResumed)
        #expect(pair.server.failure == .chain(.unknownIssuer(subject: "CN=orphan", issuer: "CN=Devices")))
    }

    @Test(arguments: versions)
    func `after the trust narrowed others go through a full handshake`(_ version: TLSVersion) throws {
        var world = try TestWorld()
        let client = try world.client(world.devices.issue(), versions: version...version)
        let session = try session(world, client)
        world.generation += 1
        let pair = try world.connect(client, resuming: session)
        #expect(pair.server.failure == nil)
        #expect(!pair.server.isResumed)
    }

    @Test(arguments: versions)
    func `a session ends with its certificate, and then the handshake refuses it`(_ version: TLSVersion) throws {
        let clock = TestClock()
        let world = try TestWorld(clock: clock.wall)
        let shape = CertificateShape.client.with { $0.notAfter = Date(timeIntervalSinceNow: 600) }
        let client = try world.client(world.devices.issue("brief", shape), versions: version...version)
        let session = try session(world, client)
        clock.advance(by: 595)
        #expect(try world.connect(client, resuming: session).server.isResumed)
        clock.advance(by: 10)
        let pair = try world.connect(client, resuming: session)
        #expect(!pair.server.isResumed)
        #expect(pair.server.alertSent == .certificateExpired)
    }

    @Test(arguments: versions)
    func `a ticket is too old after its lifetime`(_ version: TLSVersion) throws {
        let clock = TestClock()
        let world = try TestWorld(clock: clock.wall, cache: SessionCache(ticketLifetime: .seconds(100)))
        let client = try world.client(world.devices.issue(), versions: version...version)
        let session = try session(world, client)
        clock.advance(by: 99)
        #expect(try world.connect(client, resuming: session).server.isResumed)
        clock.advance(by: 1)
        #expect(try !world.connect(client, resuming: session).server.isResumed)
    }

    @Test func `resuming from ticket to ticket ends at the greatest age`() throws {
        let clock = TestClock()
        let cache = SessionCache(ticketLifetime: .seconds(100), maximumAge: .seconds(150))
        let world = try TestWorld(clock: clock.wall, cache: cache)
        let client = try world.client(world.devices.issue(), versions: .tls1_3 ... .tls1_3)
        let first = try session(world, client)
        clock.advance(by: 90)
        let second = try world.connect(client, resuming: first)
        #expect(second.server.isResumed)
        try #require(second.exchange() == "hello")
        let renewed = try #require(second.client.session)
        clock.advance(by: 59)
        #expect(try world.connect(client, resuming: renewed).server.isResumed)
        clock.advance(by: 1)
        #expect(try !world.connect(client, resuming: renewed).server.isResumed)
    }

    @Test(arguments: versions)
    func `a version that is no longer allowed is not resumed either`(_ version: TLSVersion) throws {
        var world = try TestWorld()
        let client = try world.client(world.devices.issue(), versions: .tls1_0...version)
        let session = try session(world, client)
        world.versions = .tls1_0 ... .tls1_1
        let pair = try world.connect(client, resuming: session)
        #expect(!pair.server.isResumed)
    }

    @Test(arguments: versions)
    func `a connection without a binding leaves no session`(_ version: TLSVersion) throws {
        let world = try TestWorld()
        let client = try world.client(world.devices.issue(), versions: version...version)
        let pair = try TLSPair(server: world.listening, client: client)
        pair.handshake { hello in
            guard case .proceed(var policy) = world.decide(hello) else { return .refuse(.internalError) }
            policy.sessionBinding = nil
            return .proceed(policy)
        }
        #expect(pair.server.failure == nil)
        #expect(pair.exchange() == "hello")
        #expect(world.cache.count == 0)
    }

    @Test(arguments: versions)
    func `a session survives a connection that broke`(_ version: TLSVersion) throws {
        let world = try TestWorld()
        let client = try world.client(world.devices.issue(), versions: version...version)
        // The pair is gone without any close_notify.
        let session = try session(world, client)
        #expect(world.cache.count == 1)
        #expect(try world.connect(client, resuming: session).server.isResumed)
    }

    @Test(arguments: versions)
    func `a session survives an end without close_notify that the server has read`(_ version: TLSVersion) throws {
        let world = try TestWorld()
        let client = try world.client(world.devices.issue(), versions: version...version)
        let pair = try world.connect(client)
        try #require(pair.exchange() == "hello")
        let session = try #require(pair.client.session)
        pair.closeClientSocket()
        var buffer = [UInt8](repeating: 0, count: 16)
        #expect(buffer.withUnsafeMutableBytes { pair.server.read(into: $0) } == .failed)
        #expect(pair.server.failure == .truncated)
        #expect(world.cache.count == 1)
        #expect(try world.connect(client, resuming: session).server.isResumed)
    }

    @Test(arguments: versions)
    func `a refused device leaves no session`(_ version: TLSVersion) throws {
        let world = try TestWorld()
        let stranger = try TestAuthority("Strangers").issue()
        let pair = try world.connect(world.client(stranger, versions: version...version))
        #expect(pair.server.failure != nil)
        #expect(world.cache.count == 0)
    }

    @Test(arguments: versions)
    func `without a cache there is no resumption`(_ version: TLSVersion) throws {
        let identity = try TestAuthority("Servers").issue("server", .server("server")).identity()
        let context = try TLSContext(server: [identity], in: .process)
        let client = try TLSContext(client: ClientOptions(versions: version...version))
        func connect(_ session: TLSSession?) throws -> TLSPair {
            let pair = try TLSPair(server: context, client: client, session: session)
            pair.handshake { _ in
                .proceed(
                    HelloPolicy(
                        context: context,
                        clientAuthentication: .none,
                        versions: .tls1_0 ... .tls1_3,
                        sessionBinding: SessionBinding(hashing: [])
                    )
                )
            }
            return pair
        }
        let pair = try connect(nil)
        #expect(pair.exchange() == "hello")
        #expect(try !connect(pair.client.session).server.isResumed)
    }
}

/// A clock that tests move; it starts at the real time, as OpenSSL looks at that one too.
final class TestClock: Sendable {
    private let offset = Mutex<Int64>(0)

    var wall: WallClock {
        let start = WallClock.system.seconds()
        return WallClock { [self] in start + offset.withLock { $0 } }
    }

    func advance(by seconds: Int64) {
        offset.withLock { $0 += seconds }
    }
}
