import MQTTCodec
import Reactors
import TestDevice
import Testing

@testable import MQTTBroker

/// `$SYS/broker/…`: what it says, to whom, and when.
@Suite struct SystemTopicsTests {
    @Test func `says everything at first, and then only what is new`() {
        var topics = SystemTopics(version: "v", start: moment(0))
        let first = topics.update(sample(at: 0) { $0.connected = 1 })
        #expect(first.count == Set(first.map(\.topic)).count)
        #expect(first.contains(.init(topic: "$SYS/broker/clients/connected", text: "1")))
        #expect(first.contains(.init(topic: "$SYS/broker/version", text: "v")))
        #expect(first.contains(.init(topic: "$SYS/broker/load/sockets/15min", text: "0.00")))
        #expect(
            topics.update(sample(at: 10) { $0.connected = 1 }) == [
                .init(topic: "$SYS/broker/uptime", text: "10 seconds")
            ]
        )
        let third = topics.update(sample(at: 20) { $0.connected = 3 })
        #expect(
            Set(third.map(\.topic))
                == topicNames([
                    "uptime", "clients/connected", "clients/active", "clients/disconnected", "clients/inactive",
                ])
        )
    }

    @Test func `keeps the most clients and the largest heap`() {
        var topics = SystemTopics(version: "v", start: moment(0))
        _ = topics.update(sample(at: 0, heap: 100) { $0.sessions = 5 })
        let fewer = topics.update(sample(at: 10, heap: 40) { $0.sessions = 2 })
        #expect(fewer.contains(.init(topic: "$SYS/broker/clients/total", text: "2")))
        #expect(fewer.contains(.init(topic: "$SYS/broker/heap/current", text: "40")))
        #expect(!fewer.contains { ["$SYS/broker/clients/maximum", "$SYS/broker/heap/maximum"].contains($0.topic) })
    }

    @Test func `counts as dropped what met a limit, and shared subscriptions apart`() {
        var topics = SystemTopics(version: "v", start: moment(0))
        let said = topics.update(
            sample(at: 0) {
                $0.dropped = [.slowSubscriber: 3, .queueFull: 4, .expired: 5, .notConnected: 6]
                $0.subscriptions = 10
                $0.sharedSubscriptions = 4
                $0.received = [.connect: 1, .publish: 2, .pingreq: 3]
            }
        )
        let wanted = [
            "publish/messages/dropped": "7", "subscriptions/count": "6", "shared_subscriptions/count": "4",
            "messages/received": "6", "publish/messages/received": "2",
        ]
        for (name, text) in wanted { #expect(said.contains(.init(topic: "$SYS/broker/" + name, text: text))) }
    }

    @Test func `averages go by the time between samples`() {
        var topics = SystemTopics(version: "v", start: moment(0))
        _ = topics.update(sample(at: 0) { _ in })
        let said = topics.update(sample(at: 60) { $0.connections = 600 })
        // 600 a minute, of which an average over a minute takes up 63.212 % in one.
        #expect(said.contains(.init(topic: "$SYS/broker/load/connections/1min", text: "379.27")))
        #expect(said.contains(.init(topic: "$SYS/broker/load/connections/5min", text: "108.76")))
        #expect(said.contains(.init(topic: "$SYS/broker/load/connections/15min", text: "38.70")))
    }

    // MARK: On the way to clients

    @Test func `reaches who asks for it, then and later, and nobody by a wildcard at the front`() throws {
        let bench = try BrokerBench(shards: 2)
        let watcher = try bench.connected("watcher")
        try watcher.subscribe("$SYS/#", qos: .exactlyOnce)
        let others = try ["#", "+/broker/uptime", "+/#"].enumerated().map { index, filter in
            let device = try bench.connected("other-\(index)", cameInOn: index % 2)
            try device.subscribe(TopicFilter(filter))
            return device
        }
        let news = SystemTopics.Message(topic: "$SYS/broker/uptime", text: "10 seconds")
        bench.broker.publish([news])
        bench.run()
        let heard = try watcher.receiveAllPublished()
        #expect(heard.map(\.topic?.string) == ["$SYS/broker/uptime"])
        #expect(heard.map(\.qos) == [.atMostOnce])
        for device in others { #expect(try device.receiveAllPublished() == []) }
        let late = try bench.connected("late", cameInOn: 1)
        try late.subscribe("$SYS/broker/+")
        let retained = try late.receiveAllPublished()
        #expect(retained.map(\.text) == ["10 seconds"])
        #expect(retained.map(\.retain) == [true])
        let everything = try bench.connected("everything")
        try everything.subscribe("#")
        #expect(try everything.receiveAllPublished() == [])
    }

    @Test func `has its place beside the bound on retained messages`() throws {
        var configuration = BrokerConfiguration()
        configuration.maximumRetainedMessages = 0
        let bench = try BrokerBench(configuration)
        bench.broker.publish([SystemTopics.Message(topic: "$SYS/broker/version", text: "v")])
        bench.run()
        #expect(bench.broker.statistics.retainedMessages == 0)
        let device = try bench.connected("dev")
        try device.subscribe("$SYS/broker/version")
        #expect(try device.receiveAllPublished().map(\.text) == ["v"])
    }

    @Test func `takes no room in the queue of a session that waits`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("dev", properties: [.sessionExpiryInterval(60)])
        try device.subscribe("$SYS/#", qos: .exactlyOnce)
        device.vanish()
        bench.run()
        bench.broker.publish([SystemTopics.Message(topic: "$SYS/broker/version", text: "v")])
        bench.run()
        #expect(bench.broker.statistics.queuedMessages == 0)
    }

    private func moment(_ seconds: UInt64) -> MonotonicTime {
        MonotonicTime(nanoseconds: (1000 + seconds) * 1_000_000_000)
    }

    private func sample(
        at seconds: UInt64,
        heap: UInt64? = nil,
        _ fill: (inout BrokerStatistics) -> Void
    ) -> SystemSample {
        var statistics = BrokerStatistics()
        fill(&statistics)
        return SystemSample(statistics: statistics, sockets: 0, heapBytes: heap, time: moment(seconds))
    }

    private func topicNames(_ names: [String]) -> Set<String> { Set(names.map { "$SYS/broker/" + $0 }) }
}
