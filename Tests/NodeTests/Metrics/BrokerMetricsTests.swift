import MQTTCodec
import Testing

@testable import MQTTBroker
@testable import Node

@Suite("What the page says of the broker") struct BrokerMetricsTests {
    /// A broker whose every figure is another.
    private static var busy: BrokerStatistics {
        var busy = BrokerStatistics()
        busy.connected = 2
        busy.sessions = 7
        busy.subscriptions = 11
        busy.sharedSubscriptions = 3
        busy.retainedMessages = 13
        busy.retainedBytes = 1300
        busy.connections = 17
        busy.expiredSessions = 4
        busy.queuedMessages = 19
        busy.queuedBytes = 1900
        busy.inFlightMessages = 23
        busy.openInboundMessages = 6
        busy.heldMessages = 29
        busy.heldBytes = 2900
        busy.received = [.connect: 17, .publish: 31]
        busy.sent = [.publish: 37]
        busy.receivedBytes = 3100
        busy.sentBytes = 3700
        busy.receivedPayloadBytes = 310
        busy.sentPayloadBytes = 370
        busy.dropped = [.queueFull: 5]
        busy.publishersHeldBack = 8
        return busy
    }

    @Test(arguments: [
        #"mqtt_sessions{state="connected"} 2"#, #"mqtt_sessions{state="waiting"} 5"#, "mqtt_subscriptions 11",
        "mqtt_shared_subscriptions 3", "mqtt_retained_messages 13", "mqtt_retained_bytes 1300",
        "mqtt_connections_total 17", "mqtt_sessions_expired_total 4", "mqtt_queued_messages 19",
        "mqtt_queued_bytes 1900", #"mqtt_in_flight_messages{direction="in"} 6"#,
        #"mqtt_in_flight_messages{direction="out"} 23"#, "mqtt_held_messages 29", "mqtt_held_bytes 2900",
        #"mqtt_packets_received_total{type="connect"} 17"#, #"mqtt_packets_received_total{type="publish"} 31"#,
        #"mqtt_packets_sent_total{type="publish"} 37"#, "mqtt_bytes_received_total 3100", "mqtt_bytes_sent_total 3700",
        "mqtt_payload_bytes_received_total 310", "mqtt_payload_bytes_sent_total 370",
        #"mqtt_messages_dropped_total{reason="queue_full"} 5"#, "mqtt_publishers_held_back_total 8",
    ])
    func `has every figure under its name`(line: String) throws {
        let page = try PageOfAnIdleNode.page(broker: Self.busy)
        let lines = MetricText.prometheus.write(page.families).split(separator: "\n")
        #expect(lines.contains { $0.lowercased() == "sluice_" + line })
    }
}
