import MQTTCodec
import TestDevice
import Testing

@testable import MQTTBroker

/// The broker on two threads and TCP.
@Suite struct LoopbackTests {
    @Test func `clients on two reactors reach each other at every QoS`() async throws {
        let running = try RunningBroker()
        try await offPool { try Self.talk(running) }
    }

    private static func talk(_ running: RunningBroker) throws {
        let devices = try (0..<8).map { index in
            let device = try running.device()
            try device.connect(as: Text("c\(index)"))
            try device.subscribe(TopicFilter("to/\(index)/#"), qos: .exactlyOnce)
            return device
        }
        for qos in QoS.allCases {
            for (from, device) in devices.enumerated() {
                let target = (from + 3) % devices.count
                try device.publish(TopicName("to/\(target)/x"), text: "\(from)", qos: qos)
                let publish = try devices[target].receiveAndAcknowledge()
                #expect(publish.text == "\(from)")
                #expect(publish.qos == qos)
            }
        }
    }

    @Test func `a client id is taken over from connection to connection, whichever reactor accepts them`() async throws
    {
        let running = try RunningBroker()
        try await offPool { try Self.takeOver(running) }
    }

    private static func takeOver(_ running: RunningBroker) throws {
        var current = try running.device()
        try current.connect(as: "c", properties: [.sessionExpiryInterval(100)])
        for round in 0..<20 {
            let next = try running.device()
            let connack = try next.connect(as: "c", cleanStart: false, properties: [.sessionExpiryInterval(100)])
            #expect(connack.sessionPresent, "round \(round)")
            let end = DisconnectPacket(reasonCode: .sessionTakenOver)
            #expect(try current.receiveUntilClosed() == [.packet(.disconnect(end))])
            current = next
        }
        #expect(running.broker.statistics.connected == 1)
    }

    @Test func `a drain tells every client and waits until all have closed`() async throws {
        let running = try RunningBroker()
        let clients = Task {
            try await offPool {
                let devices = try (0..<10).map { index in
                    let device = try running.device()
                    device.patience = .seconds(300)
                    try device.connect(as: Text("c\(index)"))
                    return device
                }
                return try devices.map { try $0.receiveUntilClosed() }
            }
        }
        #expect(await running.reaches { $0.connected == 10 })
        await running.broker.drain()
        #expect(running.broker.statistics.connected == 0)
        let end = DisconnectPacket(reasonCode: .serverShuttingDown)
        for received in try await clients.value { #expect(received == [.packet(.disconnect(end))]) }
    }

    @Test func `a storm to a subscriber that does not read leaves the others alone`() async throws {
        var configuration = BrokerConfiguration()
        configuration.maximumQueuedBytes = 1 << 20
        let running = try RunningBroker(configuration)
        try await offPool { try Self.storm(running) }
    }

    private static func storm(_ running: RunningBroker) throws {
        let stalled = try running.device()
        try stalled.connect(as: "stalled")
        try stalled.subscribe("#", qos: .atLeastOnce)
        let reader = try running.device()
        try reader.connect(as: "reader", properties: [.receiveMaximum(.max)])
        try reader.subscribe("storm", qos: .atLeastOnce)
        let publisher = try running.device()
        try publisher.connect(as: "publisher")
        let payload = [UInt8](repeating: 7, count: 16 << 10)
        for _ in 0..<2000 {
            try publisher.publish("storm", payload, qos: .atLeastOnce)
            #expect(try reader.receiveAndAcknowledge().payload.count == payload.count)
        }
        let dropped = running.broker.statistics.dropped
        #expect((dropped[.queueFull] ?? 0) > 1000)
        stalled.vanish()
    }
}
