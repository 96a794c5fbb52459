import FoundationEssentials
import Glibc
import MQTTCodec
import OpenSSL
import Reactors
import TestAuthority
import TestDevice
import Testing

@testable import Registry
@testable import TLSGateway

/// How the gateway serves two certificates at once, on a clock that stands still: 9:59 is 9:59.
@Suite("The grace period of a server certificate")
struct ServerGraceTests {
    let clock = StoppedClock()
    let oldRoot: TestAuthority
    let newRoot: TestAuthority

    init() throws {
        oldRoot = try TestAuthority("Old root")
        newRoot = try TestAuthority("New root")
    }

    /// A gateway whose first custom certificate was replaced just now by one of another CA.
    private func gateway(grace: Duration = .seconds(600)) async throws -> GatewayUnderTest {
        let gateway = try await GatewayUnderTest(clock: clock.wall)
        let old = try await gateway.cluster.host(["mqtt.shop.test", "old.shop.test"], by: oldRoot)
        try await gateway.cluster.apply(.bind(old.fingerprint, slot: .custom(1)))
        let new = try await gateway.cluster.host(["mqtt.shop.test", "new.shop.test"], by: newRoot)
        try await gateway.cluster.apply(.replace(.custom(1), with: new.fingerprint, grace: grace))
        return gateway
    }

    /// What comes of a handshake by a device that trusts one root alone; it tells the gateway by an alert if it does not
    /// trust what it is shown.
    private func handshake(
        _ gateway: GatewayUnderTest,
        trusting root: TestAuthority,
        name: String = "mqtt.shop.test",
        version: TLSVersion = .tls1_3
    ) throws -> String? {
        var options = ClientOptions(versions: version...version)
        options.anchors = [try root.certificate.openSSLCertificate]
        let before = gateway.observer.refusals.count
        let pipe = try TLSPipe(port: gateway.port(), context: TLSContext(client: options), serverName: name)
        defer { pipe.close() }
        do {
            try pipe.handshake(by: .now + GatewayUnderTest.patience)
        } catch {
            // The gateway reads the alert a moment later than the client sends it.
            let deadline = ContinuousClock.now + GatewayUnderTest.patience
            while gateway.observer.refusals.count == before, ContinuousClock.now < deadline { sched_yield() }
            return nil
        }
        let fate = GatewayUnderTest.fate(of: TestDevice(pipe, version: .v5), Caller(), pipe)
        return fate == .admitted ? pipe.connection.peerFacts?.issuer : "\(fate)"
    }

    static let versions: [TLSVersion] = [.tls1_2, .tls1_3]

    @Test(arguments: versions)
    func `shows the new chain first, and the old one to a client that refused the new`(version: TLSVersion) async throws
    {
        let gateway = try await gateway()
        #expect(try handshake(gateway, trusting: newRoot, version: version) == "CN=New root")
        #expect(try handshake(gateway, trusting: oldRoot, version: version) == nil)
        #expect(try handshake(gateway, trusting: oldRoot, version: version) == "CN=Old root")
        let refusals = gateway.finalRefusals()
        #expect(refusals.map(\.refusal) == [.serverCertificateRefused(.unknownCA)])
        #expect(refusals.first?.alertReceived == .unknownCA)
    }

    @Test(arguments: versions)
    func `lasts until the deadline, to the second`(version: TLSVersion) async throws {
        let gateway = try await gateway()
        clock.advance(bySeconds: 599)
        #expect(try handshake(gateway, trusting: oldRoot, version: version) == nil)
        #expect(try handshake(gateway, trusting: oldRoot, version: version) == "CN=Old root")
        #expect(try handshake(gateway, trusting: oldRoot, version: version) == nil)
        #expect(try handshake(gateway, trusting: oldRoot, name: "old.shop.test", version: version) == "CN=Old root")
        clock.advance(bySeconds: 2)
        #expect(try handshake(gateway, trusting: oldRoot, version: version) == nil)
        #expect(try handshake(gateway, trusting: oldRoot, version: version) == nil)
        // The name that only the old certificate carried is nobody's now: the default stands in.
        #expect(try gateway.namesShown(to: Caller(serverName: "old.shop.test")) == ["default.test"])
    }

    @Test func `is over at once where it was not wanted, or is ended`() async throws {
        let leaked = try await gateway(grace: .zero)
        #expect(try handshake(leaked, trusting: oldRoot) == nil)
        #expect(try handshake(leaked, trusting: oldRoot) == nil)
        let ended = try await gateway()
        #expect(try handshake(ended, trusting: oldRoot) == nil)
        #expect(try handshake(ended, trusting: oldRoot) == "CN=Old root")
        try await ended.cluster.apply(.endGrace(.slot(.custom(1))))
        #expect(try handshake(ended, trusting: oldRoot) == nil)
        #expect(try handshake(ended, trusting: oldRoot) == nil)
    }

    @Test func `remembers a client by its name as well`() async throws {
        let gateway = try await gateway()
        #expect(try handshake(gateway, trusting: oldRoot) == nil)
        #expect(try handshake(gateway, trusting: newRoot, name: "new.shop.test") == "CN=New root")
    }

    @Test(arguments: versions)
    func `owes a refusal one handshake with the old chain`(version: TLSVersion) async throws {
        let gateway = try await gateway()
        for _ in 0..<3 {
            #expect(try handshake(gateway, trusting: oldRoot, version: version) == nil)
            #expect(try handshake(gateway, trusting: oldRoot, version: version) == "CN=Old root")
        }
        #expect(try handshake(gateway, trusting: newRoot, version: version) == "CN=New root")
    }

    @Test func `tries the new chain again after three minutes`() async throws {
        let gateway = try await gateway()
        #expect(try handshake(gateway, trusting: oldRoot) == nil)
        clock.advance(bySeconds: 179)
        #expect(try handshake(gateway, trusting: oldRoot) == "CN=Old root")
        #expect(try handshake(gateway, trusting: oldRoot) == nil)
        clock.advance(bySeconds: 181)
        // The device has got its trust mended meanwhile.
        #expect(try handshake(gateway, trusting: newRoot) == "CN=New root")
        #expect(gateway.observer.admissions.map { $0.connection.rotations.map(\.neededOld) } == [[true], [false]])
    }

    @Test func `goes back to the new chain for a client that refuses the old`() async throws {
        let gateway = try await gateway()
        #expect(try handshake(gateway, trusting: oldRoot) == nil)
        // Another device behind the same address, which knows the new root alone.
        #expect(try handshake(gateway, trusting: newRoot) == nil)
        #expect(try handshake(gateway, trusting: newRoot) == "CN=New root")
        // What the first was owed has not been used up by that.
        #expect(try handshake(gateway, trusting: oldRoot) == "CN=Old root")
        #expect(try handshake(gateway, trusting: newRoot) == "CN=New root")
    }

    @Test func `serves two devices that call in turn and know one root each`() async throws {
        let gateway = try await gateway()
        #expect(try handshake(gateway, trusting: oldRoot) == nil)
        #expect(try handshake(gateway, trusting: newRoot) == nil)
        // In turn, each until it is in.
        #expect(try handshake(gateway, trusting: oldRoot) == nil)
        #expect(try handshake(gateway, trusting: newRoot) == nil)
        #expect(try handshake(gateway, trusting: oldRoot) == "CN=Old root")
        #expect(try handshake(gateway, trusting: newRoot) == "CN=New root")
    }

    @Test func `owes nothing to who refuses an old chain that has no other`() async throws {
        let gateway = try await gateway()
        #expect(try handshake(gateway, trusting: newRoot, name: "old.shop.test") == nil)
        #expect(try handshake(gateway, trusting: oldRoot, name: "old.shop.test") == "CN=Old root")
        #expect(try handshake(gateway, trusting: newRoot) == "CN=New root")
    }

    @Test func `forgets who refused the certificate that was replaced in its turn`() async throws {
        let gateway = try await gateway()
        #expect(try handshake(gateway, trusting: oldRoot) == nil)
        let third = try await gateway.cluster.host(["mqtt.shop.test"], by: oldRoot)
        try await gateway.cluster.apply(.replace(.custom(1), with: third.fingerprint))
        #expect(try handshake(gateway, trusting: oldRoot) == "CN=Old root")
        let use = try #require(gateway.observer.admissions.last?.connection.rotations.first)
        #expect(!use.neededOld)
    }

    @Test func `reports who used which chain`() async throws {
        let gateway = try await gateway()
        _ = try handshake(gateway, trusting: newRoot)
        _ = try handshake(gateway, trusting: oldRoot)
        _ = try handshake(gateway, trusting: oldRoot)
        _ = try handshake(gateway, trusting: oldRoot, name: "old.shop.test")
        _ = try handshake(gateway, trusting: newRoot)
        #expect(
            gateway.observer.admissions.map { $0.connection.rotations.map(\.neededOld) }
                == [[false], [true], [true], [false]]
        )
        #expect(try gateway.fate() == .admitted)
        #expect(gateway.observer.admissions.last?.connection.rotations == [])
    }

    @Test func `does not count a session of the old chain as one of the new`() async throws {
        let gateway = try await GatewayUnderTest(clock: clock.wall)
        let old = try await gateway.cluster.host(["mqtt.shop.test"], by: oldRoot)
        try await gateway.cluster.apply(.bind(old.fingerprint, slot: .custom(1)))
        let caller = Caller(serverName: "mqtt.shop.test")
        let pipe = try gateway.pipe(caller)
        #expect(GatewayUnderTest.fate(of: TestDevice(pipe, version: .v5), caller, pipe) == .admitted)
        let session = try #require(pipe.connection.session)
        let new = try await gateway.cluster.host(["mqtt.shop.test"], by: newRoot)
        try await gateway.cluster.apply(.replace(.custom(1), with: new.fingerprint))
        let again = try gateway.pipe(caller, session: session)
        #expect(GatewayUnderTest.fate(of: TestDevice(again, version: .v5), caller, again) == .admitted)
        #expect(!again.connection.isResumed)
    }
}

@Suite("The memory of refused chains")
struct RefusedChainsTests {
    let certificate: Fingerprint
    let now = Date(timeIntervalSince1970: 0)

    init() throws { certificate = try Fingerprint(hex: String(repeating: "ab", count: 32)) }

    private func key(_ number: Int = 0) throws -> RefusedChains.Key {
        let source = try #require(NetworkAddress("10.0.\(number / 250).\(number % 250)"))
        return RefusedChains.Key(source: source, name: nil, certificate: certificate)
    }

    private func rotation(_ key: RefusedChains.Key, _ showing: RefusedChains.Showing = .new) -> Rotation {
        Rotation(
            key: key,
            superseded: certificate,
            showing: showing,
            until: Date(timeIntervalSince1970: 600)
        )
    }

    @Test func `is bounded and drops the oldest`() throws {
        let memory = RefusedChains(capacity: 100)
        for number in 0..<1000 { memory.refused(old: false, rotation(try key(number)), at: now) }
        let kept = try (0..<1000).filter { memory.take(try key($0), at: now).isOld }
        #expect(kept.count <= 100)
        #expect(kept.last == 999)
    }

    @Test func `owes as many handshakes as were refused`() throws {
        let memory = RefusedChains()
        for _ in 0..<5 { memory.refused(old: false, rotation(try key()), at: now) }
        #expect(
            try (0..<7).map { _ in memory.take(try key(), at: now).isOld } == [
                true, true, true, true, true, false, false,
            ]
        )
    }

    /// Seconds of the refusal and of the next handshake, and whether that one is shown the old chain.
    @Test(arguments: [(0, 0, true), (0, 179, true), (0, 180, false), (500, 599, true), (500, 600, false)])
    func `ends after its time, and with the grace period`(refused: Double, asked: Double, isOld: Bool) throws {
        let memory = RefusedChains()
        memory.refused(old: false, rotation(try key()), at: now + refused)
        #expect(memory.take(try key(), at: now + asked).isOld == isOld)
    }

    @Test func `is not made longer by those who are shown another's chain`() throws {
        let memory = RefusedChains()
        memory.refused(old: false, rotation(try key()), at: now)
        for second in [60, 120, 179] {
            while true {
                let showing = memory.take(try key(), at: now + Double(second))
                guard showing.isOld else { break }
                memory.refused(old: true, rotation(try key(), showing), at: now + Double(second))
            }
        }
        #expect(memory.take(try key(), at: now + 180) == .new)
    }
}

@Suite("The grace period of a CA")
struct AuthorityGraceTests {
    let clock = StoppedClock()

    private func gateway(
        _ old: TestAuthority,
        _ new: TestAuthority,
        _ mode: AuthenticationMode
    ) async throws -> GatewayUnderTest {
        let gateway = try await GatewayUnderTest(clock: clock.wall)
        try await gateway.cluster.register(old)
        try await gateway.cluster.apply(.setMode(mode, automaticRegistration: mode == .oneDeviceOneCertificate))
        let replacement = try gateway.cluster.registration(of: new)
        try await gateway.cluster.apply(
            .replaceCA(old.certificate.fingerprint, with: replacement, proof: .waived)
        )
        return gateway
    }

    static let versions: [ClosedRange<TLSVersion>] = [.tls1_2 ... .tls1_2, .tls1_3 ... .tls1_3]

    @Test(arguments: versions)
    func `lets the devices of both in until the deadline`(versions: ClosedRange<TLSVersion>) async throws {
        let (old, new) = (try TestAuthority("Old"), try TestAuthority("New"))
        let gateway = try await gateway(old, new, .twoWay)
        let former = Caller(identity: try old.issue("former").identity(), versions: versions)
        let latter = Caller(identity: try new.issue("latter").identity(), versions: versions)
        #expect(try gateway.fate(latter) == .admitted)
        clock.advance(bySeconds: 599)
        #expect(try gateway.fate(former) == .admitted)
        #expect(gateway.observer.admissions.map { $0.connection.rotations.map(\.neededOld) } == [[false], [true]])
        clock.advance(bySeconds: 2)
        #expect(try gateway.fate(former) == .alert(.unknownCA))
        #expect(try gateway.fate(latter) == .admitted)
    }

    @Test(arguments: versions)
    func `ends for resumed sessions too`(versions: ClosedRange<TLSVersion>) async throws {
        let (old, new) = (try TestAuthority("Old"), try TestAuthority("New"))
        let gateway = try await gateway(old, new, .twoWay)
        let caller = Caller(identity: try old.issue("former").identity(), versions: versions)
        let pipe = try gateway.pipe(caller)
        #expect(GatewayUnderTest.fate(of: TestDevice(pipe, version: .v5), caller, pipe) == .admitted)
        let session = try #require(pipe.connection.session)
        clock.advance(bySeconds: 599)
        let inTime = try gateway.pipe(caller, session: session)
        #expect(GatewayUnderTest.fate(of: TestDevice(inTime, version: .v5), caller, inTime) == .admitted)
        #expect(inTime.connection.isResumed)
        let renewed = try #require(inTime.connection.session)
        clock.advance(bySeconds: 2)
        let late = try gateway.pipe(caller, session: renewed)
        let fate = GatewayUnderTest.fate(of: TestDevice(late, version: .v5), caller, late)
        #expect(fate == .connack(.notAuthorized) || fate == .alert(.unknownCA))
        #expect(gateway.backend.guests.count == 2)
    }

    @Test func `registers a device of the old CA with the new one`() async throws {
        let (old, new) = (try TestAuthority("Old"), try TestAuthority("New"))
        let gateway = try await gateway(old, new, .oneDeviceOneCertificate)
        let device = try old.issue("sensor")
        #expect(try await gateway.call(Caller(identity: device.identity())) == .admitted)
        #expect(try gateway.cluster.devices.entry(device.fingerprint)?.authority == new.certificate.fingerprint)
    }

    @Test func `is asked again by the backend`() async throws {
        let (old, new) = (try TestAuthority("Old"), try TestAuthority("New"))
        let gateway = try await gateway(old, new, .twoWay)
        #expect(try gateway.fate(Caller(identity: old.issue().identity())) == .admitted)
        let recheck = try #require(gateway.backend.guests.first?.recheck)
        let now = gateway.cluster.now
        #expect(recheck.refusal(at: now.addingTimeInterval(599)) == nil)
        #expect(recheck.refusal(at: now.addingTimeInterval(601))?.reason == .issuerGraceEnded)
    }
}
