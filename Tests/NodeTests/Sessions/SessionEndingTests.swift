import AdminAPI
import Credentials
import Foundation
import Logging
import MQTTBroker
import MQTTCodec
import OpenSSL
import Reactors
import Registry
import TestAuthority
import TestDevice
import Testing

@testable import Node

/// Who has to go when the registry changes, on a broker with real connections.
@Suite("A change of the registry") struct SessionEndingTests {
    private static let told = TestDevice.Received.packet(
        .disconnect(DisconnectPacket(reasonCode: .administrativeAction))
    )

    /// A registry with devices 1 to 8 of CA `acme` and 101 to 104 of CA `other`, all of them connected.
    fileprivate struct World {
        let bench: RegistryBench
        let broker: BenchBroker
        let instruments = NodeInstruments()
        let events = EventHub(startedAt: Date())
        let acme: Fingerprint
        let other: Fingerprint

        /// - Parameter chain: what a device proved, by its number.
        init(
            acme authority: TestAuthority? = nil,
            chain: @escaping @Sendable (UInt8) -> VerifiedChain? = { _ in nil }
        ) async throws {
            bench = try await RegistryBench("bootstrap: { mode: one-device-one-certificate }")
            acme = try await bench.register(try authority ?? TestAuthority("acme"), name: "acme")
            other = try await bench.register(try TestAuthority("other"), name: "other")
            for number in UInt8(1)...8 { try await bench.registerDevice(number, of: acme) }
            for number in UInt8(101)...104 { try await bench.registerDevice(number, of: other) }
            let (acme, other) = (acme, other)
            broker = try BenchBroker(observer: ClientWitness(events)) { client in
                guard let number = UInt8(client.clientID.description) else { return }
                client.credential = Credential([UInt8](repeating: number, count: Credential.size))
                client.issuer = Credential(number < 100 ? acme.bytes : other.bytes)
                client.proof = chain(number).map { $0 as any Sendable }
                client.serverName = number < 100 ? "shop.test" : "other.test"
            }
            let sessions = SessionEnding(
                broker: broker.broker,
                revokedDevices: .ofRevoked,
                chains: { [registry = bench.registry] in registry.control.current.prepared.deviceChains },
                instruments: instruments,
                logger: bench.logger
            )
            let witness = RegistryWitness(events, instruments)
            bench.registry.devices.observe {
                sessions.changed($0)
                witness.changed($0)
            }
            bench.registry.devices.observeRefusals(witness.turnedDown)
            bench.registry.control.observe {
                sessions.changed($0)
                witness.changed($0)
            }
        }

        static func fingerprint(_ number: UInt8) throws -> Fingerprint {
            try Fingerprint([UInt8](repeating: number, count: Fingerprint.length))
        }

        /// Waits until so many are connected; false when they are not in time.
        func connected(_ count: Int) async -> Bool { await broker.reaches { $0.connected == count } }

        var registrations: [String] {
            events.recent(.max).map { "\($0.kind.rawValue) \($0.fields["change"].map { "\($0)" } ?? "")" }
        }
    }

    @Test(arguments: [DeviceVerb.revoke, .deactivate])
    func `ends the session of a device that may no longer come in, and no other`(verb: DeviceVerb) async throws {
        let world = try await World()
        let clients = world.broker.connect((1...8).map { "\($0)" } + (101...104).map { "\($0)" })
        #expect(await world.connected(12))
        _ = try await world.bench.registry.devices.apply(verb, to: World.fingerprint(3), at: Date(), by: .system)
        #expect(await world.connected(11))
        await world.broker.drain()
        let received = try await clients.value
        #expect(received["3"] == [Self.told])
        #expect(received["4"] == [.packet(.disconnect(DisconnectPacket(reasonCode: .serverShuttingDown)))])
        let events = world.events.recent(.max).filter { $0.kind == .certificateChanged }
        #expect(events.map { $0.fields["change"] } == [.text(verb == .revoke ? "revoked" : "deactivated")])
        #expect(world.effects == 1)
    }

    @Test func `ends all sessions of a CA that is switched off, and no other`() async throws {
        let world = try await World()
        let clients = world.broker.connect((1...8).map { "\($0)" } + ["101"])
        #expect(await world.connected(9))
        try await world.bench.apply(.setCAState(world.acme, .inactive))
        #expect(await world.connected(1))
        await world.broker.drain()
        #expect(try await clients.value["8"] == [Self.told])
    }

    @Test func `ends the sessions of what a CA had replaced, too, when it is switched off`() async throws {
        let world = try await World()
        let clients = world.broker.connect((1...8).map { "\($0)" } + ["101"])
        #expect(await world.connected(9))
        let next = try await world.bench.replace(world.acme, by: try TestAuthority("acme 2"))
        try await world.bench.apply(.setCAState(next, .inactive))
        #expect(await world.connected(1))
        await world.broker.drain()
        #expect(try await clients.value["8"] == [Self.told])
    }

    @Test func `ends the sessions of those whom a revocation list is about, and not of those with the same number`()
        async throws
    {
        let acme = try TestAuthority("acme")
        let revoked = try acme.issueAuthority("revoked", .authority.with { $0.serialNumber = [7] })
        let good = try acme.issueAuthority("good", .authority.with { $0.serialNumber = [8] })
        let device = try acme.issue("3", .client.with { $0.serialNumber = [3] })
        let anchor = try acme.certificate.fingerprint
        func chain(_ serial: UInt8, below authority: TestAuthority? = nil) throws -> VerifiedChain {
            VerifiedChain(
                anchorFingerprint: anchor.bytes,
                validUntil: .distantFuture,
                leafSerial: CertificateSerial(magnitude: [serial]),
                intermediates: try authority.map { authority in
                    let own = try Certificate(der: authority.certificate.der)
                    return [.init(identity: AuthorityIdentity(of: own), serial: CertificateSerial(of: own))]
                } ?? []
            )
        }
        // Device 2 has the number of the CA that is revoked, and device 4 that of device 3: from CAs of their own.
        let chains = [
            1: try chain(1, below: revoked), 2: try chain(7, below: good),
            3: try chain(3), 4: try chain(3, below: good),
        ]
        let world = try await World(acme: acme) { chains[Int($0)] }
        let clients = world.broker.connect(["1", "2", "3", "4"])
        #expect(await world.connected(4))
        let list = try RevocationListUpload(
            acme.revocationList(RevocationListShape(revoking: revoked.certificate, device)),
            for: #require(world.bench.state.authorities[anchor]),
            at: Date()
        )
        try await world.bench.apply(
            .setRevocationList(anchor, list.revocationList(onStale: .hardFail, from: .upload))
        )
        #expect(await world.connected(2))
        await world.broker.drain()
        let received = try await clients.value
        #expect(received.filter { $0.value == [Self.told] }.keys.sorted() == ["1", "3"])
    }

    @Test func `keeps the sessions of a CA whose grace period is ended`() async throws {
        let world = try await World()
        let clients = world.broker.connect(["1", "101"])
        #expect(await world.connected(2))
        try await world.bench.replace(world.acme, by: try TestAuthority("acme 2"))
        try await world.bench.apply(.endGrace(.ca(world.acme)))
        try await world.bench.apply(.setCAState(world.other, .inactive))
        #expect(await world.connected(1))
        await world.broker.drain()
        #expect(try await clients.value["101"] == [Self.told])
    }

    @Test func `leaves the sessions of an unregistered CA to whoever asked`() async throws {
        let world = try await World()
        let bench = world.bench
        // Unregistering wants a CA without certificates.
        let third = try await bench.register(try TestAuthority("third"), name: "third")
        let clients = world.broker.connect(["1", "101"])
        #expect(await world.connected(2))
        try await bench.apply(.setCAState(third, .inactive))
        try await bench.apply(.unregisterCA(third))
        let sessions = SessionEnding(
            broker: world.broker.broker,
            revokedDevices: .ofRevoked,
            chains: { bench.registry.control.current.prepared.deviceChains },
            instruments: world.instruments,
            logger: bench.logger
        )
        #expect(await sessions.end(.authority(world.acme), in: bench.state) == 1)
        #expect(await world.connected(1))
        await world.broker.drain()
        _ = try await clients.value
    }

    /// Which of a pair is unbound, and who has to go: 1 was shown the ECDSA certificate, 2 the RSA one, 3 resumed with either,
    /// 4 asked for another name, 5 for a name of the ECDSA certificate alone, 6 came without TLS.
    @Test(arguments: [("ecdsa", ["1", "3", "5"]), ("rsa", ["2", "3"])])
    func `that unbinds one of two certificates of a name ends those that it has served`(
        slot: String,
        gone: [String]
    ) async throws {
        let bench = try await RegistryBench("bootstrap: { mode: one-way }")
        let authority = try TestAuthority()
        var rsaShape = CertificateShape.server("shop.test")
        rsaShape.key = .rsa(bits: 2048)
        let ecdsa = try await bench.host(try authority.issue("ecdsa", .server("shop.test", "only.test")))
        let rsa = try await bench.host(try authority.issue("rsa", rsaShape))
        try await bench.apply(.bind(ecdsa, slot: .custom(1)))
        try await bench.apply(.bind(rsa, slot: .custom(2)))
        let broker = try BenchBroker(observer: ObserverGroup([])) { client in
            let name = client.clientID.description
            client.serverName = ["4": "other.test", "5": "only.test", "6": nil][name, default: "shop.test"]
            client.serverMark = ["1": ecdsa.mark, "2": rsa.mark, "4": rsa.mark &+ 1, "5": ecdsa.mark &+ 2][name]
        }
        let sessions = SessionEnding(
            broker: broker.broker,
            revokedDevices: .ofRevoked,
            chains: { bench.registry.control.current.prepared.deviceChains },
            instruments: NodeInstruments(),
            logger: bench.logger
        )
        let clients = broker.connect(["1", "2", "3", "4", "5", "6"])
        #expect(await broker.reaches { $0.connected == 6 })
        try await bench.apply(.unbind(slot == "rsa" ? .custom(2) : .custom(1)))
        #expect(await sessions.end(.serverCertificate(slot == "rsa" ? rsa : ecdsa), in: bench.state) == gone.count)
        #expect(await broker.reaches { $0.connected == 6 - gone.count })
        await broker.drain()
        #expect(try await clients.value.filter { $0.value == [Self.told] }.keys.sorted() == gone)
    }

    @Test func `is told as an event, registrations are counted`() async throws {
        let world = try await World()
        _ = try await world.bench.registerDevice(9, of: world.acme)
        let event = try #require(world.events.recent(1).first)
        #expect(event.kind == .certificateRegistered)
        #expect(event.fields["source"] == .text("manual"))
        try await world.bench.apply(.setCAState(world.other, .inactive))
        let change = try #require(world.events.recent(1).first)
        #expect(change.kind == .caCertificateChanged)
        #expect(change.fields["change"] == .text("deactivated"))
        #expect([event, change].map { $0.fields["principal"] } == [.text("system"), .text("system")])
        // A CA that nobody knows.
        let stranger = try World.fingerprint(99)
        await #expect(throws: Registry.DeviceError.self) {
            _ = try await world.bench.registerDevice(10, of: stranger)
        }
        var page = MetricPage()
        world.instruments.registry.write(to: &page)
        let text = MetricText.prometheus.write(page.families)
        #expect(text.contains(#"sluice_registrations_total{method="manual",result="registered"} 1"#))
        #expect(text.contains(#"sluice_registrations_total{method="manual",result="failed"} 1"#))
        await world.broker.drain()
    }
}

extension SessionEndingTests.World {
    /// How many revocations have been measured.
    fileprivate var effects: Int {
        var page = MetricPage()
        instruments.registry.write(to: &page)
        let family = page.families.first { $0.name == "sluice_revocation_effect_seconds" }
        return Int(family?.samples.first { $0.suffix == "_count" }?.value ?? 0)
    }
}
