import MQTTBroker
import MQTTCodec

extension NodeMetrics {
    /// What the built-in broker holds and has done.
    func writeBroker(to page: inout MetricPage) {
        page.family("mqtt_sessions", .gauge, "Sessions by whether their client is connected.")
        page.sample(["state": "connected"], broker.connected)
        page.sample(["state": "kept"], broker.sessions - broker.connected)
        page.family("mqtt_subscriptions", .gauge, "Subscriptions of all sessions.")
        page.sample(broker.subscriptions)
        page.family("mqtt_retained_messages", .gauge, "Retained messages.")
        page.sample(broker.retainedMessages)
        page.family("mqtt_packets_received_total", .counter, "Packets received, by type.")
        for (type, count) in broker.received.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            page.sample(["type": "\(type)"], count)
        }
        page.family("mqtt_packets_sent_total", .counter, "Packets sent, by type.")
        for (type, count) in broker.sent.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            page.sample(["type": "\(type)"], count)
        }
        page.family("mqtt_bytes_received_total", .counter, "Bytes of MQTT packets received.")
        page.sample(broker.receivedBytes)
        page.family("mqtt_bytes_sent_total", .counter, "Bytes of MQTT packets sent.")
        page.sample(broker.sentBytes)
        page.family("mqtt_messages_dropped_total", .counter, "Deliveries that did not happen, by reason.")
        for (reason, count) in broker.dropped.sorted(by: { $0.key.rawValue < $1.key.rawValue }) {
            page.sample(["reason": reason.rawValue], count)
        }
    }
}
