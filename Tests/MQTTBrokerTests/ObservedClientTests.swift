import MQTTCodec
import Reactors
import TestDevice
import Testing

@testable import MQTTBroker

/// Who comes and goes, who is there, and what the server itself says.
@Suite struct ObservedClientTests {
    @Test func `is told who comes and why each goes`() throws {
        let observer = NotingObserver()
        let bench = try BrokerBench(shards: 2, observer: observer)
        try bench.connected("bye").disconnect(properties: [])
        bench.run()
        try bench.connected("lost", properties: [.sessionExpiryInterval(60)]).vanish()
        let again = try bench.connected("lost", cleanStart: false)
        let other = try bench.connected("lost", cleanStart: true, cameInOn: 1)
        _ = try again.receiveUntilClosed()
        bench.broker.disconnect(.clientIDs([ClientID("lost")]))
        bench.run()
        let silent = try bench.connected("silent", keepAlive: 10)
        bench.advance(by: .seconds(16))
        #expect(
            observer.noted == [
                "+ bye", "- bye: byClient(0x00 success)",
                "+ lost", "- lost: connectionLost",
                "+ lost again", "- lost: byBroker(0x8E session taken over)", "+ lost",
                "- lost: byBroker(0x98 administrative action)",
                "+ silent", "- silent: byBroker(0x8D keep alive timeout)",
            ]
        )
        _ = (other, silent)
    }

    @Test func `is told nothing of a client that was refused`() throws {
        let observer = NotingObserver()
        let bench = try BrokerBench(observer: observer) { $0.recheck = { .notAuthorized } }
        _ = try bench.device().connect(as: "dev")
        bench.run()
        #expect(observer.noted == [])
    }

    @Test func `who is connected can be asked, also when nobody is left to answer`() async throws {
        let running = try RunningBroker(shards: 3)
        let clients = Task {
            try await offPool {
                let devices = try ["a", "b", "c"].map { name in
                    let device = try running.device()
                    device.patience = .seconds(300)
                    try device.connect(as: Text(name))
                    return device
                }
                devices[1].vanish()
                for device in [devices[0], devices[2]] { _ = try device.receiveUntilClosed() }
            }
        }
        #expect(await running.reaches { $0.sent[.connack] == 3 && $0.connected == 2 })
        let asked = ["a", "b", "c", "d"].map { ClientID($0) }
        #expect(await running.broker.connected(among: asked) == [ClientID("a"), ClientID("c")])
        await running.broker.drain()
        try await clients.value
        await running.reactors.drain(within: .zero)
        #expect(await running.broker.connected(among: asked) == [])
    }

    // MARK: $events

    @Test func `the server's own messages reach who asked for them, and nobody by a wildcard`() throws {
        let bench = try BrokerBench(shards: 3)
        let devices = try (0..<6).map { try bench.connected("c\($0)", cameInOn: $0 % 3) }
        for device in devices[..<3] { try device.subscribe("$events/#", qos: .atLeastOnce) }
        for device in devices[3...] { try device.subscribe("#", qos: .atLeastOnce) }
        let topic: TopicName = "$events/client_connected"
        for number in 0..<3 { bench.broker.publish(topic, payload: Array("\(number)".utf8), qos: .atLeastOnce) }
        bench.run()
        for device in devices[..<3] {
            #expect(try device.receiveAllPublished().map(\.text) == ["0", "1", "2"])
        }
        for device in devices[3...] { #expect(try device.receiveAllPublished() == []) }
    }
}
