import MQTTCodec
import Reactors
import Synchronization
import TestDevice
import Testing

@testable import MQTTBroker

/// Clients that an operator sends away.
@Suite struct DismissalTests {
    private static let lasting: Properties = [.sessionExpiryInterval(600)]
    private static let told = DisconnectPacket(reasonCode: .administrativeAction)

    private static func bench(_ shards: Int = 1) throws -> BrokerBench {
        try BrokerBench(shards: shards, admit: TestCertificates.admit)
    }

    @Test(arguments: [1, 2, 3], ProtocolVersion.allCases)
    func `ends the sessions of a certificate and touches no other`(shards: Int, version: ProtocolVersion) throws {
        let bench = try Self.bench(shards)
        let meant = try (0..<4).map { try bench.connected("dev#\($0)@acme", version) }
        let others = try ["other@acme", "dev@"].map { try bench.connected($0, version) }
        let tally = Tally()
        bench.broker.disconnect(.credentials([TestCertificates.credential("dev")]), completion: tally.add)
        bench.run()
        for device in meant {
            #expect(try device.receiveUntilClosed() == (version.hasProperties ? [.packet(.disconnect(Self.told))] : []))
        }
        for device in others { try device.ping() }
        #expect(tally.total == 4)
        #expect(bench.broker.statistics.connected == 2)
    }

    @Test func `ends the clients of an issuer evenly over the time given`() throws {
        let bench = try Self.bench()
        let meant = try (0..<100).map { try bench.connected("dev-\($0)@acme") }
        let others = try (0..<5).map { try bench.connected("dev-\($0)@other") }
        let tally = Tally()
        let acme = TestCertificates.credential("acme")
        bench.broker.disconnect(.issuer(acme), at: .over(.seconds(10)), completion: tally.add)
        bench.run()
        for seconds in 1...10 {
            for _ in 0..<100 { bench.advance(by: .milliseconds(10)) }
            #expect(abs(bench.broker.statistics.connected - (105 - 10 * seconds)) <= 1)
            #expect((tally.total == nil) == (seconds < 10))
        }
        #expect(tally.total == 100)
        for device in meant { #expect(try device.receiveUntilClosed() == [.packet(.disconnect(Self.told))]) }
        for device in others { try device.ping() }
    }

    @Test func `ends at most 32 in a turn, so that the others' messages go on`() throws {
        let bench = try Self.bench()
        let meant = try (0..<100).map { try bench.connected("dev-\($0)@acme") }
        bench.broker.disconnect(.issuer(TestCertificates.credential("acme")))
        var left = [Int]()
        for _ in 0..<5 {
            bench.reactors[0].turn()
            left.append(bench.broker.statistics.connected)
        }
        #expect(left == [68, 36, 4, 0, 0])
        #expect(meant.count == 100)
    }

    @Test func `spares who has come back with another certificate in the meantime`() throws {
        let bench = try BrokerBench { client in
            client.credential = TestCertificates.credential(client.userName ?? "old")
            client.issuer = TestCertificates.credential("acme \(client.userName ?? "old")")
        }
        let first = try bench.connected("a", properties: Self.lasting)
        let second = try bench.connected("b", properties: Self.lasting)
        bench.broker.disconnect(.issuer(TestCertificates.credential("acme old")), at: .over(.seconds(1)))
        bench.run()
        // The user name stands for the certificate.
        let back = try bench.device()
        let connect = ConnectPacket(cleanStart: false, clientIdentifier: "b", userName: "new")
        #expect(try back.connect(connect).sessionPresent)
        bench.advance(by: .seconds(2))
        #expect(try first.receiveUntilClosed() == [.packet(.disconnect(Self.told))])
        _ = second
        try back.ping()
    }

    @Test func `ends clients by their ids`() throws {
        let bench = try Self.bench(2)
        let devices = try ["a", "b", "c"].map { try bench.connected($0) }
        let tally = Tally()
        bench.broker.disconnect(.clientIDs([ClientID("a"), ClientID("c"), ClientID("nobody")]), completion: tally.add)
        bench.run()
        #expect(tally.total == 2)
        try devices[1].ping()
    }

    @Test func `ends connected clients by what is known of them, so many a second`() throws {
        let bench = try BrokerBench { $0.serverName = $0.clientID.description.hasPrefix("shop") ? "shop.test" : nil }
        let meant = try (0..<20).map { try bench.connected("shop-\($0)") }
        let other = try bench.connected("other")
        try bench.connected("shop-gone", properties: Self.lasting).vanish()
        let (found, ended) = (Tally(), Tally())
        bench.broker.disconnect(
            .connected { $0.profile.serverName == "shop.test" },
            at: .perSecond(10),
            found: found.add,
            completion: ended.add
        )
        bench.run()
        #expect(found.total == 20)
        for _ in 0..<100 { bench.advance(by: .milliseconds(10)) }
        #expect((10...11).contains(bench.broker.statistics.connected))
        for _ in 0..<101 { bench.advance(by: .milliseconds(10)) }
        #expect(ended.total == 20)
        for device in meant { #expect(try device.receiveUntilClosed() == [.packet(.disconnect(Self.told))]) }
        try other.ping()
    }

    // MARK: What stays

    @Test(
        arguments: [
            // connected when dismissed, leftovers, session stays, will comes, retained message stays
            (true, Leftovers.ofRevoked, false, false, true),
            (false, .ofRevoked, false, false, true),
            (true, .asAfterConnectionLoss, true, true, true),
            (false, .asAfterConnectionLoss, true, true, true),
            (true, Leftovers(retained: .drop, session: .keep, will: .drop), true, false, false),
            (false, Leftovers(retained: .drop, session: .keep, will: .drop), true, false, false),
            (true, Leftovers(retained: .drop, session: .drop, will: .send), false, true, false),
            (false, Leftovers(retained: .drop, session: .drop, will: .send), false, true, false),
        ] as [(Bool, Leftovers, Bool, Bool, Bool)]
    )
    func `leaves behind what it was told to`(
        isConnected: Bool,
        leftovers: Leftovers,
        sessionStays: Bool,
        willComes: Bool,
        retainedStays: Bool
    ) throws {
        let bench = try Self.bench(2)
        let witness = try bench.connected("witness")
        try witness.subscribe("last/words")
        let other = try bench.connected("other@acme")
        try other.publish("kept/other", text: "o", qos: .atLeastOnce, retain: true)
        let will = Will(topic: "last/words", payload: [1], properties: [.willDelayInterval(60)])
        let device = try bench.connected("dev@acme", will: will, properties: Self.lasting)
        try device.publish("kept/dev", text: "d", qos: .atLeastOnce, retain: true)
        if !isConnected { device.vanish() }
        let tally = Tally()
        bench.broker.disconnect(
            .credentials([TestCertificates.credential("dev")]),
            leaving: leftovers,
            completion: tally.add
        )
        bench.run()
        #expect(tally.total == (isConnected ? 1 : 0))
        #expect(bench.broker.statistics.sessions == (sessionStays ? 3 : 2))
        #expect(bench.broker.statistics.retainedMessages == (retainedStays ? 2 : 1))
        bench.advance(by: .seconds(61))
        #expect(try witness.receiveAllPublished().count == (willComes ? 1 : 0))
    }

    @Test func `takes back a retained will of a device that is gone`() throws {
        let bench = try Self.bench()
        let will = Will(topic: "last/words", payload: [1], retain: true)
        try bench.connected("dev@acme", will: will).vanish()
        #expect(bench.broker.statistics.retainedMessages == 1)
        #expect(bench.broker.statistics.sessions == 0)
        let leftovers = Leftovers(retained: .drop, session: .drop, will: .drop)
        bench.broker.disconnect(.credentials([TestCertificates.credential("dev")]), leaving: leftovers)
        bench.run()
        #expect(bench.broker.statistics.retainedMessages == 0)
    }

    // MARK: Between check and index

    @Test(arguments: ProtocolVersion.allCases)
    func `a client whose rights ended on the way is refused and leaves nothing`(version: ProtocolVersion) throws {
        let bench = try BrokerBench { $0.recheck = { .notAuthorized } }
        let connack = try bench.device(version).connect(as: "dev")
        #expect(connack.reasonCode == .notAuthorized)
        #expect(bench.broker.statistics.sessions == 0)
    }

    @Test func `no client of a revoked certificate is left, however closely it comes`() async throws {
        let revoked = RevokedCredentials()
        let running = try RunningBroker(shards: 2) { client in
            TestCertificates.admit(&client)
            guard let credential = client.credential else { return }
            client.recheck = { revoked.contains(credential) ? .notAuthorized : nil }
        }
        for round in 0..<20 {
            let name = "r\(round)"
            async let clients: Void = offPool {
                for number in 0..<8 {
                    let device = try running.device()
                    _ = try? device.connect(as: Text("\(name)#\(number)@acme"), properties: Self.lasting)
                    device.vanish()
                }
            }
            revoked.insert(TestCertificates.credential(name))
            running.broker.disconnect(.credentials([TestCertificates.credential(name)]), leaving: .ofRevoked)
            try await clients
            #expect(await running.reaches { $0.sessions == 0 })
        }
    }
}

/// A registry of what was revoked.
final class RevokedCredentials: Sendable {
    private let set = Mutex<Set<Credential>>([])

    func insert(_ credential: Credential) { set.withLock { _ = $0.insert(credential) } }

    func contains(_ credential: Credential) -> Bool { set.withLock { $0.contains(credential) } }
}
