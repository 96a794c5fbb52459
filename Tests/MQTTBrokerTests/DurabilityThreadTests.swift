import MQTTCodec
import Reactors
import TestDevice
import Testing

@testable import MQTTBroker

/// The writer's thread and several event loops at once: what ThreadSanitizer looks at.
@Suite struct DurabilityThreadTests {
    @Test(arguments: [QoS.atLeastOnce, .exactlyOnce])
    func `kept sessions on all event loops get everything, and leave nothing behind`(qos: QoS) async throws {
        let store = MemoryStore()
        let running = try RunningBroker(shards: 3, storage: BrokerStorage(store))
        let pairs = 4
        let messages = 60
        try await withThrowingTaskGroup { group in
            for pair in 0..<pairs {
                group.addTask {
                    try await offPool {
                        let subscriber = try running.device()
                        try subscriber.connect(
                            as: Text("s\(pair)"),
                            cleanStart: false,
                            properties: [.sessionExpiryInterval(600)]
                        )
                        try subscriber.subscribe("all/+", qos: qos)
                        let publisher = try running.device()
                        try publisher.connect(
                            as: Text("p\(pair)"),
                            cleanStart: false,
                            properties: [.sessionExpiryInterval(600)]
                        )
                        let topic = try TopicName("all/\(pair)")
                        for number in 0..<messages {
                            try publisher.publish(topic, [UInt8(number)], qos: qos, retain: number % 10 == 0)
                        }
                        var own: [[UInt8]] = []
                        while own.count < messages {
                            let publish = try subscriber.receiveAndAcknowledge()
                            if publish.topic == topic { own.append(publish.payload) }
                        }
                        #expect(own == (0..<messages).map { [UInt8($0)] })
                    }
                }
            }
            try await group.waitForAll()
        }
        #expect(running.broker.storageState == .working)
        await running.broker.drain()
        #expect(store.rows.retained.count == pairs)
        #expect(store.rows.sessions.count == 2 * pairs)
        #expect(store.rows.inbound.isEmpty)
    }
}
