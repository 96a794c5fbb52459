import Credentials
import Foundation
import MQTTBroker
import MQTTCodec
import Registry
import Synchronization
import TLSGateway
import TestAuthority
import TestDevice
import Testing

@testable import Node

/// Who has to go of those who came in by a name, on a broker with real connections.
@Suite("Sessions of users and tokens") struct NamedSessionEndingTests {
    private static func told(_ reason: ReasonCode) -> [TestDevice.Received] {
        [.packet(.disconnect(DisconnectPacket(reasonCode: reason)))]
    }

    private static let secrets = [1, 2].map { [UInt8](repeating: $0, count: 32) }
    private static let start = Date(timeIntervalSince1970: 1_800_000_000)

    private final class Clock: Sendable {
        private let time = Mutex(start)
        var now: Date { time.withLock { $0 } }
        func advance(by seconds: TimeInterval) { time.withLock { $0 += seconds } }
    }

    /// Clients `u-…` are users of that name; clients `t-KEY-SECONDS…` hold a token of that key that ends then.
    private struct World {
        let bench: RegistryBench
        let broker: BenchBroker
        let sessions: SessionEnding
        let clock = Clock()
        let expiry: TokenExpiry

        init() async throws {
            let bench = try await RegistryBench("bootstrap: { mode: one-way }")
            self.bench = bench
            let clock = clock
            let expiry = TokenExpiry(now: { clock.now })
            self.expiry = expiry
            broker = try BenchBroker(observer: ObserverGroup([expiry])) { client in
                let name = client.clientID.description
                if name.hasPrefix("u-") { client.credential = .user(name) }
                if name.hasPrefix("t-"), let proof = try? World.token(of: name) {
                    client.credential = .token(digest: proof.digest)
                    client.proof = proof
                }
            }
            let sessions = SessionEnding(
                broker: broker.broker,
                revokedDevices: .ofRevoked,
                chains: { bench.registry.control.current.prepared.deviceChains },
                instruments: NodeInstruments(),
                logger: bench.logger
            )
            self.sessions = sessions
            bench.registry.users.observe(sessions.changed)
        }

        static func token(of name: String) throws -> TokenProof {
            let parts = name.split(separator: "-").compactMap { Int($0) }
            let end = Int(start.timeIntervalSince1970) + parts[1]
            let token = Array(try TestToken.make(#"{"sub":"\#(name)","exp":\#(end)}"#, .hs256(secrets[parts[0]])).utf8)
            return TokenProof(token, try verifier([0, 1]).verify(token, at: start))
        }

        static func verifier(_ keys: [Int]) throws -> JWTVerifier {
            try JWTVerifier(keys: keys.map { try JWTKey(secret: secrets[$0]) })
        }

        func add(_ name: String, hash: String = "$7$1", replacing: Bool = false) async throws {
            let draft = UserDraft(name: try UserName(name), passwordHash: PasswordHashText(hash))
            _ = try await bench.registry.users.add(draft, replacing: replacing, at: Date(), by: .system)
        }

        /// Waits until so many are connected; false when they are not in time.
        func connected(_ count: Int) async -> Bool { await broker.reaches { $0.connected == count } }
    }

    enum Change: CaseIterable { case remove, disable, newPassword, importOver }

    @Test(arguments: Change.allCases)
    func `end with the user's rights, and no other's`(change: Change) async throws {
        let world = try await World()
        let users = world.bench.registry.users
        for name in ["u-1", "u-2", "u-3"] { try await world.add(name) }
        let clients = world.broker.connect(["u-1", "u-2", "u-3", "t-0-60"])
        #expect(await world.connected(4))
        let name = try UserName("u-2")
        switch change {
        case .remove: _ = try await users.remove(name, at: Date(), by: .system)
        case .disable: _ = try await users.setEnabled(name, false, at: Date(), by: .system)
        case .newPassword: try await world.add("u-2", hash: "$7$2", replacing: true)
        case .importOver:
            let file = try UserImport("u-1:$7$1\nu-2:$7$2\n") { _ in nil }
            _ = try await users.importUsers(file, replacing: true, at: Date(), by: .system)
        }
        #expect(await world.connected(3))
        await world.broker.drain()
        let received = try await clients.value
        #expect(received.filter { $0.value == Self.told(.administrativeAction) }.keys.sorted() == ["u-2"])
    }

    @Test func `stay when a user is switched on, or gets another client id`() async throws {
        let world = try await World()
        let users = world.bench.registry.users
        for name in ["u-1", "u-2"] { try await world.add(name) }
        let clients = world.broker.connect(["u-1", "u-2"])
        #expect(await world.connected(2))
        _ = try await users.setClientID(UserName("u-1"), ClientIdentifier("pump"), at: Date(), by: .system)
        _ = try await users.setEnabled(UserName("u-1"), true, at: Date(), by: .system)
        _ = try await users.remove(UserName("u-2"), at: Date(), by: .system)
        #expect(await world.connected(1))
        await world.broker.drain()
        #expect(try await clients.value["u-1"] == Self.told(.serverShuttingDown))
    }

    @Test func `end with their tokens, to the second`() async throws {
        let world = try await World()
        let clients = world.broker.connect(["t-0-60", "t-0-60-again", "t-1-61", "t-1-600", "u-1"])
        #expect(await world.connected(5))
        #expect(world.expiry.count == 4)
        world.clock.advance(by: 59.9)
        #expect(world.expiry.takeEnded().isEmpty)
        #expect(world.expiry.pause == .milliseconds(100))
        world.clock.advance(by: 0.1)
        world.sessions.ended(world.expiry.takeEnded())
        #expect(await world.connected(3))
        world.clock.advance(by: 1)
        world.sessions.ended(world.expiry.takeEnded())
        #expect(await world.connected(2))
        #expect(world.expiry.count == 1)
        await world.broker.drain()
        let received = try await clients.value
        #expect(
            received.filter { $0.value == Self.told(.notAuthorized) }.keys.sorted() == [
                "t-0-60", "t-0-60-again", "t-1-61",
            ]
        )
        #expect(world.expiry.count == 0)
    }

    @Test func `end with the key of their tokens`() async throws {
        let world = try await World()
        let clients = world.broker.connect(["t-0-60", "t-1-60", "u-1"])
        #expect(await world.connected(3))
        world.sessions.renewed(TokenCheck(try World.verifier([0, 1])))
        world.sessions.renewed(TokenCheck(try World.verifier([1])))
        #expect(await world.connected(2))
        await world.broker.drain()
        let received = try await clients.value
        #expect(received.filter { $0.value == Self.told(.notAuthorized) }.keys.sorted() == ["t-0-60"])
    }

    @Test func `are told apart from certificates`() throws {
        let fingerprint = try Fingerprint([UInt8](repeating: 7, count: 32))
        #expect(Credential.certificate(fingerprint)?.fingerprint == fingerprint)
        #expect(try #require(Credential.user("a")).fingerprint == nil)
        #expect(try #require(Credential.token(digest: fingerprint.bytes)).fingerprint == nil)
        #expect(Credential.user("a") != Credential.user("b"))
    }
}
