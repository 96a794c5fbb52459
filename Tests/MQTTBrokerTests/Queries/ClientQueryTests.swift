import Glibc
import MQTTCodec
import Reactors
import TestDevice
import Testing

@testable import MQTTBroker

/// What an operator sees of clients.
@Suite struct ClientQueryTests {
    @Test func `tells of a connected client how it came, what it has and what went over its connection`() async throws {
        try await offPool {
            let bench = try BrokerBench { client in
                client.userName = "user"
                client.credential = TestCertificates.credential("cert")
            }
            let device = try bench.connected(
                "dev",
                keepAlive: 30,
                will: Will(topic: "will", payload: []),
                properties: [.sessionExpiryInterval(90), .receiveMaximum(1)]
            )
            try device.subscribe("t", qos: .atLeastOnce)
            try device.subscribe("$share/g/u", qos: .atMostOnce)
            let publisher = try bench.connected("publisher")
            for _ in 0..<3 { try publisher.publish("t", [1], qos: .atLeastOnce) }
            try device.publish("nobody", [1, 2, 3])
            bench.advance(by: .seconds(5))
            let found = bench.asking { await $0.client(ClientID("dev")) }
            let snapshot = try #require(found)
            let client = try #require(snapshot.client)
            #expect(client.keepAlive == 30)
            #expect(client.cleanStart)
            #expect(client.version == .v5)
            #expect(client.profile.accessPoint == "test")
            #expect(client.profile.userName == "user")
            #expect(snapshot.credential == TestCertificates.credential("cert"))
            #expect(bench.reactors[0].now.duration(since: snapshot.since) == .seconds(5))
            #expect(snapshot.sessionExpiryInterval == 90)
            #expect(snapshot.expiresAt == nil)
            #expect(snapshot.hasWill)
            #expect(snapshot.subscriptionCount == 2)
            #expect(snapshot.queuedMessages == 2)
            #expect(snapshot.inFlightMessages == 1)
            let traffic = try #require(snapshot.traffic)
            #expect(traffic.receivedMessages == 1)
            #expect(traffic.sentMessages == 1)
            #expect(traffic.receivedBytes > 20)
            #expect(traffic.sentBytes > 20)
            #expect(bench.asking { await $0.client(ClientID("nobody")) } == nil)
        }
    }

    @Test func `tells of a session that waits when it ends`() async throws {
        try await offPool {
            let bench = try BrokerBench()
            var will = Will(topic: "will", payload: [])
            will.properties = [.willDelayInterval(20)]
            try bench.connected("dev", will: will, properties: [.sessionExpiryInterval(60)]).vanish()
            bench.advance(by: .seconds(10))
            let found = bench.asking { await $0.client(ClientID("dev")) }
            let snapshot = try #require(found)
            let now = bench.reactors[0].now
            #expect(snapshot.client == nil)
            #expect(snapshot.traffic == nil)
            #expect(now.duration(since: snapshot.since) == .seconds(10))
            #expect(snapshot.expiresAt == now.advanced(by: .seconds(50)))
            #expect(snapshot.willDueAt == now.advanced(by: .seconds(10)))
            try bench.connected("for ever", .v3_1_1, cleanStart: false).vanish()
            bench.run()
            let lasting = bench.asking { await $0.client(ClientID("for ever")) }
            #expect(lasting?.sessionExpiryInterval == .max)
            #expect(lasting?.expiresAt == nil)
        }
    }

    @Test func `subscriptions are spelled as they were made`() async throws {
        try await offPool {
            let bench = try BrokerBench(shards: 2)
            let device = try bench.connected("dev")
            let filters = ["$SYS/#", "+/a/#", "/", "a level longer than sixteen bytes/x", "$share/group/b/+"]
            for (index, filter) in filters.enumerated() {
                try device.send(
                    SubscribePacket(
                        packetIdentifier: UInt16(index + 1),
                        [
                            Subscription(
                                try TopicFilter(filter),
                                options: SubscriptionOptions(
                                    maximumQoS: .atLeastOnce,
                                    noLocal: index == 0,
                                    retainAsPublished: index == 1
                                )
                            )
                        ],
                        properties: index == 2 ? [.subscriptionIdentifier(77)] : []
                    )
                )
            }
            bench.run()
            let answer = bench.asking { await $0.subscriptions(of: ClientID("dev")) }
            let found = try #require(answer)
            #expect(found.map(\.filter) == filters.sorted())
            #expect(found.map(\.qos) == filters.map { _ in .atLeastOnce })
            #expect(found.filter(\.noLocal).map(\.filter) == ["$SYS/#"])
            #expect(found.filter(\.retainAsPublished).map(\.filter) == ["+/a/#"])
            #expect(found.filter { $0.identifier == 77 }.map(\.filter) == ["/"])
            #expect(bench.asking { await $0.subscriptions(of: ClientID("nobody")) } == nil)
        }
    }

    private static let filters: [(filter: ClientFilter, shown: [String])] = [
        (filter { _ in }, ["c-1", "c-2", "u-1", "w-1", "w-2"]),
        (filter { $0.state = .connected }, ["c-1", "c-2", "u-1"]),
        (filter { $0.state = .waiting }, ["w-1", "w-2"]),
        (filter { $0.prefix = "c-" }, ["c-1", "c-2"]),
        (filter { $0.prefix = "c-2 and more" }, []),
        (filter { $0.userName = "u" }, ["u-1"]),
        (filter { $0.accessPoint = "test" }, ["c-1", "c-2", "u-1"]),
        (filter { $0.accessPoint = "other" }, []),
        (filter { $0.version = .v3_1_1 }, ["c-2"]),
        (filter { $0.address = "-" }, ["c-1", "c-2", "u-1"]),
        (filter { $0.address = "192.0.2.1" }, []),
        (filter { $0.credential = TestCertificates.credential("w") }, ["w-1", "w-2"]),
        (
            filter {
                $0.credential = TestCertificates.credential("w")
                $0.state = .connected
            }, []
        ),
    ]

    private static func filter(_ fill: (inout ClientFilter) -> Void) -> ClientFilter {
        var filter = ClientFilter()
        fill(&filter)
        return filter
    }

    @Test(arguments: filters)
    func `shows what meets every part of the filter`(
        filter: ClientFilter,
        shown: [String]
    ) async throws {
        try await offPool {
            let bench = try BrokerBench(shards: 2) { client in
                let letter = client.clientID.description.prefix(1)
                if letter == "u" { client.userName = "u" }
                client.credential = TestCertificates.credential(String(letter))
            }
            let devices = [
                try bench.connected("c-1"), try bench.connected("c-2", .v3_1_1, cameInOn: 1),
                try bench.connected("u-1"),
            ]
            for name in ["w-1", "w-2"] {
                try bench.connected(name, properties: [.sessionExpiryInterval(60)]).vanish()
            }
            bench.run()
            let page = bench.asking { await $0.clients(matching: filter) }
            #expect(page.clients.map(\.clientID.description) == shown)
            #expect(page.next == nil)
            withExtendedLifetime(devices) {}
        }
    }

    @Test func `pages follow each other in order, whatever ends between them`() async throws {
        try await offPool {
            let bench = try BrokerBench(shards: 3)
            let names = (0..<25).map { "é\($0 < 10 ? "0" : "")\($0)" }
            let devices = try names.shuffled().map { name in (name, try bench.connected(name)) }
            var seen: [String] = []
            var next: ClientID?
            repeat {
                let page = bench.asking { [next] in await $0.clients(limit: 10, after: next) }
                #expect(page.clients.count <= 10)
                seen += page.clients.map(\.clientID.description)
                next = page.next
                // Two of the second page go before it is asked for; one that comes is not in what was found.
                if seen.count == 10 {
                    for (name, device) in devices where ["é12", "é13"].contains(name) { device.vanish() }
                    bench.run()
                }
            } while next != nil
            #expect(seen == names.filter { !["é12", "é13"].contains($0) })
        }
    }

    @Test func `a hundred thousand sessions are listed while messages flow, a bounded part a turn`() async throws {
        try await offPool {
            let bench = try BrokerBench(shards: 2)
            let count = 100_000
            for number in 0..<count {
                let clientID = ClientID("device-\(number)")
                _ = bench.broker.home(of: clientID).makeSession(clientID)
            }
            let watcher = try bench.connected("watcher")
            try watcher.subscribe("t")
            let publisher = try bench.connected("publisher")
            let before = bench.reactors.map(\.statistics.turns).reduce(0, +)
            let listing = Progress()
            Task { [broker = bench.broker] in
                var next: ClientID?
                repeat {
                    let page = await broker.clients(after: next)
                    listing.add(page.clients.count)
                    next = page.next
                } while next != nil
                listing.end()
            }
            var slowest = Duration.zero
            while !listing.hasEnded {
                try publisher.publish("t", [1])
                for reactor in bench.reactors {
                    let start = ThreadClock.now
                    reactor.turn()
                    slowest = max(slowest, ThreadClock.now - start)
                }
                #expect(try watcher.receivePublish().payload == [1])
            }
            #expect(listing.count == count + 2)
            let turns = bench.reactors.map(\.statistics.turns).reduce(0, +) - before
            // Two windows are searched, 512 places a turn.
            #expect(turns > 2 * count / Int(ClientScan.slotsPerTurn))
            // Processor time of the slowest turn, in a build without optimisation.
            #expect(slowest < .milliseconds(100))
            if getenv("SLUICE_MEASURE") != nil { print("slowest turn: \(slowest), \(turns) turns") }
        }
    }
}

/// How far a listing has come; told from another thread.
private final class Progress: Sendable {
    private let state = Guarded((count: 0, hasEnded: false))

    var count: Int { state.withLock(\.count) }
    var hasEnded: Bool { state.withLock(\.hasEnded) }

    func add(_ count: Int) { state.withLock { $0.count += count } }
    func end() { state.withLock { $0.hasEnded = true } }
}

/// The processor time of this thread: what others take of the machine does not count.
private enum ThreadClock {
    static var now: Duration {
        var time = timespec()
        clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return .seconds(time.tv_sec) + .nanoseconds(time.tv_nsec)
    }
}
