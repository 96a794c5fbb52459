import MQTTCodec
import Reactors
import TestDevice
import Testing

@testable import MQTTBroker

/// Sessions and wills, statement by statement. MQTT 5.0 §§ 3.1.2.4, 3.1.2.5, 3.14, 4.1
@Suite struct SessionConformanceTests {
    // [MQTT-3.1.2-4] [MQTT-3.1.2-5] [MQTT-3.1.2-6] [MQTT-3.1.4-4] [MQTT-3.2.2-2] [MQTT-3.2.2-3] [MQTT-3.1.2-23]
    // MQTT 3.1.1 [MQTT-3.1.2-6]
    @Test(arguments: ProtocolVersion.allCases)
    func `a session goes on, begins and ends as Clean Start has it`(version: ProtocolVersion) throws {
        let bench = try BrokerBench()
        // Before 5.0 a session that is not clean lasts, and a clean one ends with its connection.
        func connect(cleanStart: Bool) throws -> (TestDevice, Bool) {
            let device = try bench.device(version)
            let keeps: Properties = version.hasProperties && !cleanStart ? [.sessionExpiryInterval(1000)] : []
            return (device, try device.connect(as: "c", cleanStart: cleanStart, properties: keeps).sessionPresent)
        }
        let hasFlag = version > .v3_1
        for (cleanStart, present, found) in [(false, false, 0), (false, true, 1), (true, false, 0), (false, false, 0)] {
            let (device, isPresent) = try connect(cleanStart: cleanStart)
            #expect(isPresent == (present && hasFlag))
            #expect(bench.broker.statistics.subscriptions == found)
            try device.subscribe("t", qos: .atLeastOnce)
            device.vanish()
        }
    }

    // [MQTT-4.1.0-1] [MQTT-4.1.0-2]
    @Test func `the expiry of a session does not run while its client is connected`() throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", properties: [.sessionExpiryInterval(1)])
        try device.subscribe("t", qos: .atLeastOnce)
        bench.advance(by: .seconds(1000))
        try bench.connected("p").publish("t", text: "x", qos: .atLeastOnce)
        #expect(try device.receiveAndAcknowledge().text == "x")
        device.vanish()
        bench.advance(by: .milliseconds(999))
        #expect(bench.broker.statistics.sessions == 1)
        bench.advance(by: .milliseconds(2))
        #expect(bench.broker.statistics.sessions == 0)
    }

    // [MQTT-3.1.2-7] [MQTT-3.1.2-8] [MQTT-3.1.2-10] [MQTT-3.14.4-3] MQTT 3.1.1 [MQTT-3.1.2-12]
    @Test(arguments: ProtocolVersion.allCases)
    func `a will is published once, and belongs to its connection`(version: ProtocolVersion) throws {
        let bench = try BrokerBench()
        let watcher = try bench.connected("w")
        try watcher.subscribe("will")
        let properties: Properties = version.hasProperties ? [.sessionExpiryInterval(1000)] : []
        let will = Will(topic: "will", payload: [1])
        try bench.connected("c", version, cleanStart: false, will: will, properties: properties).vanish()
        #expect(try watcher.receiveAllPublished().count == 1)
        // The same session without a will, then with one that DISCONNECT forgets, then without one again.
        for will in [nil, will, nil] {
            let device = try bench.connected("c", version, cleanStart: false, will: will, properties: properties)
            if will == nil { device.vanish() } else { try device.disconnect() }
            bench.run()
            #expect(try watcher.receiveAllPublished() == [])
        }
    }

    // [MQTT-3.1.2-14] [MQTT-3.1.2-15]
    @Test(arguments: ProtocolVersion.allCases, [false, true])
    func `a will is retained if it says so`(version: ProtocolVersion, retain: Bool) throws {
        let bench = try BrokerBench()
        for qos in QoS.allCases {
            let will = Will(topic: "will", payload: [1], qos: qos, retain: retain)
            try bench.connected("c", version, will: will).vanish()
            let watcher = try bench.connected("w")
            try watcher.subscribe("will", qos: .exactlyOnce)
            let kept = try watcher.receiveAllPublished()
            #expect(kept.map(\.qos) == (retain ? [qos] : []))
            #expect(kept.allSatisfy { $0.retain })
        }
    }

    // [MQTT-3.1.4-3]
    @Test(arguments: ProtocolVersion.allCases)
    func `a client that connects again ends its earlier connection, whatever version it had`(
        version: ProtocolVersion
    ) throws {
        let bench = try BrokerBench()
        let first = try bench.connected("c", version)
        let second = try bench.connected("c")
        #expect(try first.receiveEnd() == (version.hasProperties ? .sessionTakenOver : nil))
        try second.ping()
    }

    // [MQTT-3.1.2-22] [MQTT-3.2.2-22]
    @Test(arguments: ProtocolVersion.allCases)
    func `one and a half of the client's keep alive hold in every version`(version: ProtocolVersion) throws {
        let bench = try BrokerBench()
        let device = try bench.connected("c", version, keepAlive: 10)
        bench.advance(by: .milliseconds(14_990))
        #expect(bench.broker.statistics.connected == 1)
        bench.advance(by: .milliseconds(12))
        #expect(try device.receiveEnd() == (version.hasProperties ? .keepAliveTimeout : nil))
    }
}
